package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoISE reads the Identity Services Engine: CISE_Category, the number of the
// message, parts and part, then (in the first part) a time, a sequence, the code
// and its text, and pairs with commas (Cisco ISE, Syslogs). Later parts have
// pairs only.
var ciscoISE = &Parser{
	Name: "ciscoise", Vendor: "Cisco", Product: "Identity Services Engine",
	Apps: `CISE_Passed_Authentications CISE_Failed_Attempts CISE_RADIUS_Accounting CISE_RADIUS_Diagnostics CISE_TACACS_Accounting CISE_TACACS_Diagnostics
		CISE_Administrative_and_Operational_Audit CISE_System_Statistics CISE_Profiler CISE_Posture_and_Client_Provisioning_Audit CISE_Guest CISE_Alarm CISE_MyDevices
		CISE_Identity_Stores_Diagnostics CISE_Authentication_Flow_Diagnostics CISE_Policy_Diagnostics CISE_Internal_Operations_Diagnostics CISE_Threat_Centric_NAC CISE_AD_Connector`,
	Keys:   "ConfigVersionId CPMSessionID AcsSessionID EndPointMACAddress SelectedAccessService ISEPolicySetName AD-Last-Fetch-Time IdentityPolicyMatchedRule",
	Begins: []string{"CISE_"},
	Next:   ` `,
	Shape:  iseShape,
	First:  "9",
	Parse:  parseCiscoISE,
}

// iseShape reports whether a message begins with "0000453439 1 0 ": ten digits,
// parts, part.
func iseShape(s string) bool {
	if len(s) < 16 || digits(s) != 10 || s[10] != ' ' {
		return false
	}
	d := digits(s[11:])
	if d == 0 || d > 3 || 11+d >= len(s) || s[11+d] != ' ' {
		return false
	}
	e := digits(s[12+d:])
	return e > 0 && e < 4 && 12+d+e < len(s) && s[12+d+e] == ' '
}

var ciscoISEKeys = NewKeys(`
@user               UserName User-Name OriginalUserName User AdminName Username
@src                Framed-IP-Address Remote-Address AdminIPAddress FramedIPAddress
@dst                DestinationIPAddress
@dst.port           DestinationPort
@device             NAS-IP-Address Device_IP_Address NetworkDeviceAddress
dst_endpoint.svc_name NetworkDeviceName
@keep               Device_Port Port Type Protocol Service-Type Step Response State Class Name Issuer Action Location cisco-av-pair Subject StepData StepLatency AuthenticationResult
firewall_rule.name  IdentityPolicyMatchedRule ISEPolicySetName AuthorizationPolicyMatchedRule IdentitySelectionMatchedRule MatchedPolicyID
policy.name         SelectedAuthorizationProfiles
auth_protocol       AuthenticationMethod EapAuthentication
session.uid         CPMSessionID Acct-Session-Id AcsSessionID
status_detail       FailureReason
@message            OperationMessageText
traffic.bytes_in    Acct-Input-Octets
traffic.bytes_out   Acct-Output-Octets
@src.host           AD-Host-Resolved-Identities
device.name         NetworkDeviceName
user.domain         AD-User-NetBios-Name AD-Host-NetBios-Name
@command            CmdSet
src_endpoint.os.name OperatingSystem
`)

func parseCiscoISE(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	category := l.Head.App
	if i := strings.Index(s[:min(len(s), 120)], "CISE_"); i >= 0 {
		category, s, _ = strings.Cut(s[i:], " ")
	}
	if !iseShape(s) {
		if !strings.HasPrefix(category, "CISE_") && l.Get("ConfigVersionId") == "" && l.Get("CPMSessionID") == "" && l.Get("AcsSessionID") == "" && l.Get("ISEPolicySetName") == "" {
			return false
		}
	} else {
		if !strings.Contains(s, "=") {
			return false
		}
		s = strings.TrimLeft(strings.TrimLeft(strings.TrimLeft(s[11:], "0123456789")[1:], "0123456789"), " ")
	}
	category = strings.TrimPrefix(category, "CISE_")
	l.putText(ocsf.LogName, category, brandWeight)
	text := ""
	if n := stampLength(s); n >= 19 { // 2026-03-02 14:29:46.982 +02:00 0723317473 61026 NOTICE Text: more, Key=…
		l.applyTime(s[:n], brandWeight)
		rest := strings.TrimLeft(s[n:], " ")
		seq, rest, _ := strings.Cut(rest, " ")
		code, rest, _ := strings.Cut(rest, " ")
		level, rest, _ := strings.Cut(rest, " ")
		if digits(seq) == len(seq) && digits(code) == len(code) {
			l.put(ocsf.EventCode, ocsf.Text(code), brandWeight)
			l.applySeverity(level, brandWeight)
			s = rest
		}
		text, s, _ = strings.Cut(s, ", ")
		l.put(ocsf.Message, ocsf.Text(text), brandWeight)
	}
	l.Form, l.KV = KeyValue, l.KV[:0]
	l.isePairs(s)
	if len(l.KV) == 0 && text == "" {
		l.Form = Text
		return false
	}
	l.Apply(ciscoISEKeys)
	l.iseMACs(s)
	l.iseClass(category, text)
	return true
}

// isePairs reads "Key=value, Key=value," with \, in values.
func (l *Line) isePairs(s string) {
	for n := 0; s != "" && n < 400; n++ {
		s = strings.TrimLeft(s, " ,")
		eq := strings.IndexByte(s, '=')
		if eq <= 0 {
			return
		}
		end := eq + 1
		for end < len(s) && s[end] != ',' {
			if s[end] == '\\' {
				end++
				if end < len(s) && s[end] == ',' && iseKey(s[end+1:]) { // pairs inside a part that was escaped once more
					break
				}
			}
			end++
		}
		end = min(end, len(s))
		if k := s[:eq]; strings.IndexByte(k, ',') < 0 && len(k) < 64 {
			switch k {
			case "Device IP Address":
				k = "Device_IP_Address"
			case "Device Port":
				k = "Device_Port"
			}
			l.add(k, strings.TrimSpace(strings.TrimSuffix(s[eq+1:end], `\`)))
		}
		s = s[end:]
	}
}

// iseKey reports whether a key of letters and dashes with its = comes next.
func iseKey(s string) bool {
	if s == "" || !letter(s[0]) {
		return false
	}
	for i := 1; i < len(s) && i < 48; i++ {
		if s[i] == '=' {
			return true
		}
		if !alnum(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != ' ' {
			return false
		}
	}
	return false
}

// iseMACs reads the stations: the one that calls is the source.
func (l *Line) iseMACs(s string) {
	for i := range l.KV {
		v := l.KV[i].Val
		f := ocsf.None
		switch l.KV[i].Key {
		case "Calling-Station-ID", "EndPointMACAddress", "EndpointMacAddress", "PeerAddress", "UserName", "User-Name", "OriginalUserName", "MACAddress":
			f = ocsf.SrcMAC
		case "Called-Station-ID":
			f = ocsf.DstMAC
		}
		if f == ocsf.None {
			continue
		}
		if len(v) > 17 && (v[17] == ':' || v[17] == ' ') {
			v = v[:17]
		}
		if len(v) == 17 || len(v) == 14 || len(v) == 12 {
			l.putText(f, v, brandWeight)
		} else if a, ok := addrOf(v); ok && f == ocsf.SrcMAC {
			l.put(ocsf.SrcIP, ocsf.Addr(a), weakWeight)
		}
	}
	if v := after(l.Get("Response"), "UserName="); len(v) > 17 && macAddress(v[:17]) {
		l.putText(ocsf.SrcMAC, v[:17], weakWeight)
	}
	if len(s) > 17 && s[17] == ':' && macAddress(s[:17]) {
		l.putText(ocsf.SrcMAC, s[:17], weakWeight)
	}
}

// iseClass sets class and outcome by the category and the text of the message.
func (l *Line) iseClass(category, text string) {
	e := l.E
	switch {
	case category == "Passed_Authentications", strings.Contains(text, "Authentication succeeded"), l.Get("AuthenticationStatus") == "AuthenticationPassed":
		l.setOutcome(ocsf.Success, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case category == "Failed_Attempts", strings.Contains(text, "failed"):
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.Contains(category, "Accounting"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Other
		if strings.Contains(text, "stop") {
			e.Activity = ocsf.Logoff
		}
	case strings.HasPrefix(category, "Administrative"):
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		if strings.Contains(text, "Administrator-Login") || strings.Contains(text, "Administrator authentication succeeded") {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			l.setOutcome(ocsf.Success, weakWeight)
		}
	case category == "Alarm", category == "System_Statistics", strings.HasPrefix(category, "Internal_Operations"):
		l.health()
	case category == "Profiler", category == "RADIUS_Diagnostics", category == "TACACS_Diagnostics":
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	case l.Get("AuthenticationMethod") != "" || l.Get("SelectedAccessService") != "" || l.Get("ISEPolicySetName") != "":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case e.Has(ocsf.SrcMAC):
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	}
	if e.Class == ocsf.Authentication && l.facts.user == "" && e.Has(ocsf.SrcMAC) { // a device that is known by its address
		l.applyUser(meaning{read: readUser, weight: guessWeight}, firstOfTexts(l.Get("Calling-Station-ID"), l.Get("EndPointMACAddress")))
	}
}
