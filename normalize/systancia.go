package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// systancia reads Cleanroom and Gate: a sentence, French or English, and behind it
// "org:example, user:bob@LOCAL, ip:192.0.2.1", and what ran in a session,
// "bob@local New process: "path"" (Systancia, SIEM export).
var systancia = &Parser{
	Name: "systancia", Vendor: "Systancia", Product: "Cleanroom",
	Next:  ` -._'@\`,
	Shape: systanciaShape,
	Parse: parseSystancia,
}

func systanciaShape(s string) bool {
	if upper(s[0]) {
		return strings.Contains(s[:min(len(s), 400)], " org:") && strings.Contains(s, ", user:")
	}
	i := strings.IndexByte(s[:min(len(s), 96)], ' ')
	return i > 2 && (strings.HasPrefix(s[i:], ` New process: "`) || strings.HasPrefix(s[i:], " New window: ")) && strings.IndexByte(s[:i], '@') > 0
}

func parseSystancia(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if s == "" || !systanciaShape(s) {
		return false
	}
	l.KV, l.Form = l.KV[:0], Text
	what, facts, ok := strings.Cut(s, " org:")
	if !ok || !upper(s[0]) {
		return l.systanciaProcess(s)
	}
	what = systanciaText.Replace(what)
	l.put(ocsf.Message, ocsf.Text(what), brandWeight)
	org, rest, _ := strings.Cut(facts, ", user:")
	l.keepKey("org", org)
	user, rest, _ := strings.Cut(rest, ", ip:")
	name, domain, _ := strings.Cut(user, "@")
	l.applyUser(brandUser, name)
	l.putText(ocsf.UserDomain, domain, brandWeight)
	l.Set(ocsf.SrcIP, firstWord(rest))
	l.systanciaClass(what, strings.ToLower(what))
	return true
}

// systanciaText undoes the HTML escapes of some versions.
var systanciaText = strings.NewReplacer("&#39;", "'", "&#224;", "à", "&#233;", "é", "&#232;", "è", "&amp;", "&")

func (l *Line) systanciaClass(what, low string) {
	e := l.E
	begins := func(ps ...string) bool {
		for _, p := range ps {
			if strings.HasPrefix(low, p) {
				return true
			}
		}
		return false
	}
	switch {
	case begins("lancement", "fermeture", "launch", "closing", "close of"): // … d'une application RDS : NAME
		_, app, _ := strings.Cut(what, " : ")
		l.put(ocsf.AppApplication, ocsf.Text(strings.TrimSpace(firstOfTexts(app, what))), brandWeight)
		e.Class, e.Activity = ocsf.AppLifecycle, 3
		if begins("fermeture", "clos") {
			e.Activity = 4
		}
	case begins("echec", "échec", "fail"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Failure, brandWeight)
	case begins("déconnexion", "deconnexion", "disconnect", "logout"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case begins("connexion", "connect", "login"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.setOutcome(ocsf.Success, brandWeight)
	}
}

// systanciaProcess reads what a recorded session saw.
func (l *Line) systanciaProcess(s string) bool {
	user, rest, _ := strings.Cut(s, " ")
	name, domain, _ := strings.Cut(user, "@")
	l.applyUser(brandUser, name)
	l.putText(ocsf.UserDomain, domain, brandWeight)
	l.put(ocsf.Message, ocsf.Text(rest), brandWeight)
	_, path, _ := strings.Cut(rest, ": ")
	l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, strings.Trim(path, `"`))
	l.E.Class, l.E.Activity = ocsf.ProcessActivity, 1
	return true
}
