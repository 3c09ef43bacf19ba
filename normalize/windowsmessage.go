package normalize

import (
	"strings"
)

// The text of an event, which some senders give instead of its fields: lines of
// "Label: value", in sections; or Snare's one line of it.
//
//	Subject:
//		Account Name:		ALICE
//		Logon ID:		0x3E7
//	New Logon:
//		Account Name:		BOB

// windowsLabels are the fields by their label, and by the section where labels
// repeat. Labels that are a field's own name, as in Sysmon, need no line here.
var windowsLabels = func() map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(`
SubjectUserName=Subject/Account Name|Subject/User Name|Subject/Nom du compte|Sujet/Nom du compte|Antragsteller/Kontoname|Sujeto/Nombre de cuenta|Subject/Client User Name
SubjectDomainName=Subject/Account Domain|Subject/Domain|Sujet/Domaine du compte|Antragsteller/Kontodomäne|Sujeto/Dominio de cuenta
SubjectLogonId=Subject/Logon ID|Sujet/ID d’ouverture de session|Antragsteller/Anmelde-ID
SubjectUserSid=Subject/Security ID|Sujet/ID de sécurité|Antragsteller/Sicherheits-ID
TargetUserName=Account Name|Nom du compte|Nom de compte|Kontoname|Nombre de cuenta|Logon Account|Compte d’ouverture de session|Anmeldekonto|User Name|Group Name|Nom du groupe|Gruppenname
TargetDomainName=Account Domain|Domaine du compte|Domaine de compte|Kontodomäne|Supplied Realm Name
TargetSid=Security ID|ID de sécurité|Sicherheits-ID|User ID
TargetLogonId=Logon ID|ID d’ouverture de session
MemberName=Member/Account Name|Membre/Nom du compte|Mitglied/Kontoname
MemberSid=Member/Security ID|Membre/ID de sécurité|Mitglied/Sicherheits-ID
IpAddress=Source Network Address|Client Address|Network Address|Adresse du réseau source|Adresse du client|Quellnetzwerkadresse|Clientadresse|Client IP Address
IpPort=Source Port|Client Port|Port source|Port client|Quellport|Clientport
WorkstationName=Workstation Name|Source Workstation|Client Name|Nom de la station de travail|Station de travail source|Arbeitsstationsname|Arbeitsstation
SourceAddress=Source Address|Adresse source|Quelladresse
DestAddress=Destination Address|Adresse de destination|Zieladresse
DestPort=Destination Port|Port de destination|Zielport
Protocol=Protocol|Protocole|Protokoll
NewProcessName=New Process Name|Nom du nouveau processus|Neuer Prozessname
NewProcessId=New Process ID|ID du nouveau processus
ProcessName=Process Name|Caller Process Name|Nom du processus|Prozessname
Application=Application Name|Nom de l’application
ParentProcessName=Creator Process Name|Nom du processus créateur
CommandLine=Process Command Line|Command Line|Ligne de commande du processus
LogonType=Logon Type|Type d’ouverture de session|Anmeldetyp
LogonProcessName=Logon Process|Processus d’ouverture de session
AuthenticationPackageName=Authentication Package|Package d’authentification|Authentifizierungspaket
Status=Status|Error Code|Failure Code|Result Code|Code de résultat
SubStatus=Sub Status
FailureReason=Failure Reason
ServiceName=Service Name|Nom du service|Dienstname
ServiceFileName=Service File Name
ObjectName=Object Name
ObjectType=Object Type
ShareName=Share Name
RelativeTargetName=Relative Target Name
TaskName=Task Name|Nom de la tâche
ThreatName=Name|Threat Name
Path=Path|Chemin
User=User|Utilisateur
`, "\n") {
		field, labels, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		for _, k := range strings.Split(labels, "|") {
			m[k] = field
		}
	}
	return m
}()

// windowsMessage reads the text's labels. Fields that were there under their own
// name are not touched.
func (l *Line) windowsMessage(w *windowsFields, s string) {
	if len(s) > maxText {
		s = s[:maxText]
	}
	section := ""
	var small [96]byte
	for n := 0; s != "" && n < 200; n++ {
		var part string
		part, s = windowsPart(s)
		i := strings.IndexByte(part, ':')
		if i <= 0 || i > 48 {
			continue
		}
		label := strings.TrimSpace(strings.ReplaceAll(part[:i], "\u00a0", " "))
		v := strings.TrimSpace(part[i+1:])
		if v == "" {
			if v, s = windowsValue(s); v == "" {
				section = label
				continue
			}
		}
		field, ok := windowsLabels[string(append(append(append(small[:0], section...), '/'), label...))]
		if !ok {
			field, ok = windowsLabels[label]
		}
		if !ok {
			if b := find(&windowsKeys.table, label); b != nil {
				field, ok = b.name, true
			}
		}
		if ok && v != "-" && !l.windowsHas(field) {
			l.windowsField(w, field, field, v, false)
		}
	}
}

// windowsHas reports whether the event has a field of this name already.
func (l *Line) windowsHas(field string) bool {
	return !l.E.Unmapped(field).IsZero()
}

// windowsPart takes the next part off: up to the end of the line, a tab, or two
// spaces.
func windowsPart(s string) (part, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\n', '\r', '\t':
			return s[:i], s[i:]
		case ' ':
			if i+1 < len(s) && s[i+1] == ' ' {
				return s[:i], s[i:]
			}
		}
	}
	return s, ""
}

// windowsValue takes the value off that stands behind a label's tabs or spaces,
// "" when the line ends there or another label follows.
func windowsValue(s string) (v, rest string) {
	t := strings.TrimLeft(s, " \t")
	if t == "" || t[0] == '\n' || t[0] == '\r' {
		return "", s
	}
	v, rest = windowsPart(t)
	if v == "" || v[len(v)-1] == ':' || windowsLabels[strings.TrimSpace(v[:max(0, strings.IndexByte(v, ':'))])] != "" {
		return "", s
	}
	return v, rest
}
