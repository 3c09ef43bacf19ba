package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// windows reads the event log of Windows, whatever carries it: NXLog's flat
// JSON, Winlogbeat (winlog.event_data.*), the XML of the event itself, exports
// with Event.EventData.*, key=value with EventCode, and Snare. What the numbers
// mean is in windowsevents.go. Every field of the event also stays under its own
// name in unmapped, where rules look for it.
var windows = &Parser{
	Name: "windows", Vendor: "Microsoft",
	Keys: `Event.System.EventID Event.System.Channel winlog.channel winlog.event_id winlog.api ProviderGuid Channel SourceName EventCode
		EventLog event_data.SubjectUserSid log_name EventChannel channel data.win.system.eventID win.system.eventID Event_ID System.EventID`,
	Begins: []string{"MSWinEventLog", "<Event xmlns"},
	Parse:  parseWindows,
}

// windowsKeys are the fields of events, and of the envelopes, by their own names.
var windowsKeys = NewKeys(`
@actor                 SubjectUserName
actor.user.domain      SubjectDomainName
actor.user.uid         SubjectUserSid
actor.session.uid      SubjectLogonId
@target                TargetUserName
user.domain            TargetDomainName
user.uid               TargetUserSid TargetSid
session.uid            TargetLogonId SessionID
@src                   IpAddress ClientAddress SourceAddress SourceIp SourceIPAddress Address
@src.port              IpPort SourcePort ClientPort
@src.host              WorkstationName Workstation SourceHostname ClientName
@dst                   DestAddress DestinationIp DestinationAddress
@dst.port              DestPort DestinationPort
@dst.host              DestinationHostname TargetServerName AuthenticationServer
@src.mac               CallingStationID
@device                NASIPv4Address
@proto                 Protocol
@process               NewProcessName ProcessName Image TargetImage Application Process_Name
process.pid            NewProcessId ProcessId TargetProcessId
process.uid            ProcessGuid TargetProcessGuid TargetProcessGUID
@command               CommandLine ProcessCommandLine HostApplication
process.working_directory CurrentDirectory
process.integrity      IntegrityLevel
@parent                ParentImage ParentProcessName
@parent.command        ParentCommandLine
process.parent_process.pid ParentProcessId
process.parent_process.uid ParentProcessGuid
actor.process.path     SourceImage
actor.process.pid      SourceProcessId
@file                  TargetFilename FullFilePath FilePath RelativeTargetName LocalName
@process               CallerProcessName
query.hostname         QueryName QNAME
reg_key.path           TargetObject
reg_value.data         Details NewValue
reg_value.name         ObjectValueName
job.name               TaskName jobTitle
share                  ShareName
logon_type_id          LogonType
logon_process.name     LogonProcessName
auth_protocol          AuthenticationPackageName PackageName AuthenticationProvider
script.script_content.value ScriptBlockText Payload
script.uid             ScriptBlockId
service.name           ServiceName
exit_code              ExitStatus
firewall_rule.name     RuleName ProxyPolicyName
firewall_rule.uid      RuleId FilterRTID
@url                   url ObjectUrl RemoteName
group.uid              GroupSid
status_detail          ReasonCode Reason
metadata.event_code    EventID EventCode Event_ID eventID
metadata.log_name      Channel LogName
metadata.log_provider  Provider_Name SourceName ProviderName
metadata.original_event_uid EventRecordID RecordNumber
@device.host           Computer Hostname ComputerName
@time                  SystemTime EventTime TimeCreated TimeGenerated
@keep  Keywords EventType Category Opcode Task Status SubStatus FailureReason ObjectName ObjectType ObjectServer User UserName AccountName
@keep  Domain UserID MemberName MemberSid Path Level Version ProcessID ThreadID ProviderGuid Hashes Message EventData param1 param2 State
@keep  SidHistory OpcodeValue EventReceivedTime SourceModuleName SourceModuleType AccountType ActivityID Security_UserID Direction ServiceSid
@keep  TicketOptions Data ImagePath ServiceFileName ImageLoaded UtcTime Description Product Company OriginalFileName Name Id ID Type Action
@keep  Signature Result AccessMask AccessList PrivilegeList TicketEncryptionType LogonGuid KeyLength TransmittedServices RestrictedAdminMode
@keep  NewSd OldSd NewUacValue OldUacValue DisplayName SamAccountName GrantedAccess CallTrace PipeName Initiated SourcePortName
@keep  DestinationPortName SourceIsIpv6 DestinationIsIpv6 FileVersion TerminalSessionId LogonId LogonGUID ParentUser EventSourceName
@keep  Qualifiers Archived IsExecutable Configuration ConfigurationFileHash StartModule StartFunction NewThreadId QueryStatus QueryResults
@keep  TaskContent TaskContentNew
`)

// windowsPrefixes stand before the names of fields, by the carrier.
var windowsPrefixes = [...]string{"winlog.event_data.", "winlog.user_data.", "Event.EventData.", "Event.UserData.", "Event.System.", "event_data.",
	"data.win.eventdata.", "data.win.system.", "win.eventdata.", "win.system.", "EventData.", "System.", "user_data.", "winlog."}

// windowsNames are the names that carriers give to what every event has.
var windowsNames = func() *Keys {
	k := &Keys{}
	for from, to := range map[string]string{
		"event_id": "EventID", "channel": "Channel", "log_name": "Channel", "provider_name": "Provider_Name", "source_name": "Provider_Name", "Provider.Name": "Provider_Name",
		"ProviderName": "Provider_Name", "computer_name": "Computer", "Provider.Guid": "ProviderGuid", "TimeCreated.SystemTime": "SystemTime", "keywords": "Keywords",
		"Security.UserID": "Security_UserID", "Execution.ProcessID": "ExecutionProcessID", "Execution.ThreadID": "ThreadID", "record_id": "EventRecordID",
		"Threat Name": "ThreatName", "Process Name": "Process_Name", "LogName": "Channel", "EventLog": "Channel", "EventChannel": "Channel", "EventID.text": "EventID", "EventID.#text": "EventID",
		"providerName": "Provider_Name", "computer": "Computer", "systemTime": "SystemTime", "severityValue": "Severity", "EventID.value": "EventID",
	} {
		k.table.set(from, brandKey{name: to})
	}
	return k
}()

// windowsName returns the field's own name, and whether a prefix told that it is
// the event's own field.
func windowsName(k string) (name string, own bool) {
	for _, p := range windowsPrefixes {
		if len(k) > len(p) && k[:len(p)] == p {
			k, own = k[len(p):], true
			if p == "Event.UserData." {
				k = k[strings.IndexByte(k, '.')+1:] // below an element of the provider
			}
			break
		}
	}
	if b := find(&windowsNames.table, k); b != nil {
		return b.name, own
	}
	if len(k) > 1 && lower(k[0]) && own { // Wazuh writes targetUserName
		if b := find(&windowsLower.table, k); b != nil {
			return b.name, own
		}
	}
	return k, own
}

// windowsLower are the names of windowsKeys with a small first letter.
var windowsLower = func() *Keys {
	k := &Keys{}
	for i := range windowsKeys.table.slots {
		if s := &windowsKeys.table.slots[i]; s.key != "" && upper(s.key[0]) {
			k.table.set(string(s.key[0]|0x20)+s.key[1:], brandKey{name: s.value.name})
		}
	}
	return k
}()

// windowsFields are the fields that decide, gathered on the way.
type windowsFields struct {
	id, channel, provider, keywords, eventType           string
	user, account, accountDomain, sid                    string
	status, substatus, reason, object, objectType        string
	member, memberSID, target, service, image, imageFile string
	path, hashes, results, direction, message, data      string
	param1, param2, action, taskXML, sourceImage, state  string
	threat, severityName, process                        string
	own                                                  bool // the event's own fields were there
}

func parseWindows(l *Line) bool {
	if strings.HasPrefix(l.Body, "MSWinEventLog") {
		return l.snare()
	}
	l.Structure()
	if l.Form == Text || l.Form == Delimited {
		return false
	}
	var w windowsFields
	for i := range l.KV {
		kv := &l.KV[i]
		switch k, _ := windowsName(kv.Key); k {
		case "EventID", "EventCode", "Event_ID":
			if w.id == "" && digits(kv.Val) == len(kv.Val) {
				w.id = kv.Val
			}
		case "Channel":
			w.channel = kv.Val
		case "Provider_Name", "SourceName":
			w.provider = kv.Val
		}
	}
	if w.id == "" || w.channel == "" && w.provider == "" {
		return false
	}
	l.windowsFields(&w)
	l.windowsEvent(&w)
	return true
}

// windowsFields reads all pairs.
func (l *Line) windowsFields(w *windowsFields) {
	for i := range l.KV {
		kv := &l.KV[i]
		if kv.Key == "" {
			continue
		}
		name, own := windowsName(kv.Key)
		l.windowsField(w, name, kv.Key, kv.Val, own)
	}
}

// windowsField reads one field by its own name; key is how the carrier wrote it.
func (l *Line) windowsField(w *windowsFields, name, key, v string, own bool) {
	w.own = w.own || own && name != "EventID" && name != "Channel"
	if p := w.place(name); p != nil {
		*p = v
		if name == "Message" || name == "message" {
			l.put(ocsf.Message, ocsf.Text(v), brandWeight)
			return
		}
	}
	if b := find(&windowsKeys.table, name); b != nil {
		if b.mean.read != readNothing && !strings.HasPrefix(v, "%%") && v != "-" {
			l.apply(b.mean, v)
		}
		l.keepKey(b.name, v)
		return
	}
	if name != key || own {
		l.keepKey(l.lookup(name).name, v)
		return
	}
	k := l.lookup(key)
	m := k.mean
	if m.read == readUser || m.read == readHash || m.read == readProcess || m.read == readPath {
		m.weight = weakWeight // an agent's own; the event's fields know better
	}
	if m.read != readNothing {
		l.apply(m, v)
	}
	l.keepKey(k.name, v) // a flat carrier does not tell the event's own fields from its own
}

// place returns where the field's value is remembered, nil for most.
func (w *windowsFields) place(name string) *string {
	switch name {
	case "Keywords":
		return &w.keywords
	case "EventType":
		return &w.eventType
	case "User", "DetectionUser", "Detection User", "UserContext":
		return &w.user
	case "AccountName", "UserName", "TargetUser":
		return &w.account
	case "Domain":
		return &w.accountDomain
	case "UserID", "Security_UserID":
		return &w.sid
	case "Status":
		return &w.status
	case "SubStatus":
		return &w.substatus
	case "FailureReason":
		return &w.reason
	case "ObjectName":
		return &w.object
	case "ObjectType":
		return &w.objectType
	case "MemberName":
		return &w.member
	case "MemberSid":
		return &w.memberSID
	case "TargetUserName":
		return &w.target
	case "ServiceName":
		return &w.service
	case "ImageLoaded":
		return &w.image
	case "ImagePath", "ServiceFileName":
		return &w.imageFile
	case "Path":
		return &w.path
	case "Hashes", "Hash", "FileHash":
		return &w.hashes
	case "QueryResults":
		return &w.results
	case "Direction":
		return &w.direction
	case "Message", "message":
		return &w.message
	case "Data", "EventData", "param3", "ContextInfo":
		return &w.data
	case "param1":
		return &w.param1
	case "param2":
		return &w.param2
	case "ActionName", "Action Name":
		return &w.action
	case "TaskContent", "TaskContentNew":
		return &w.taskXML
	case "SourceImage":
		return &w.sourceImage
	case "State":
		return &w.state
	case "ThreatName":
		return &w.threat
	case "Severity Name", "SeverityName":
		return &w.severityName
	case "Process_Name":
		return &w.process
	}
	return nil
}

// snare reads Snare's columns: criticality, log, counter, time, number, source,
// user, kind of user, audit type, computer, category, data, text, checksum.
func (l *Line) snare() bool {
	if !l.columns(l.Body, '\t') || len(l.KV) < 14 {
		l.KV = l.KV[:0]
		return false
	}
	w := windowsFields{id: l.Col(5), channel: l.Col(2), provider: l.Col(6)}
	if digits(w.id) != len(w.id) || w.id == "" {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	for i, name := range [...]string{2: "Channel", 4: "EventTime", 5: "EventID", 6: "SourceName", 7: "UserName", 9: "Keywords", 10: "Computer", 11: "Category", 13: "Message"} {
		if name != "" {
			l.windowsField(&w, name, name, l.Col(i), false)
		}
	}
	l.windowsEvent(&w)
	return true
}
