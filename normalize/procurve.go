package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// procurve reads the switches of HPE and Aruba that run ArubaOS-Switch: a number of
// five digits, the module, and a sentence: "00419 auth:  Invalid user name/password
// on SSH session User 'root' is trying to login from 192.0.2.66" (ArubaOS-Switch
// Event Log Message Reference Guide).
var procurve = &Parser{
	Name: "procurve", Vendor: "HPE Aruba", Product: "ArubaOS-Switch",
	First: "0",
	Shape: func(s string) bool {
		return s[0] == '0' && len(s) > 12 && digits(s[:6]) == 5 && s[5] == ' ' && procurveModule(s[6:]) > 0
	},
	Parse: parseProcurve,
}

// procurveModule returns the length of "module:" at the start of s.
func procurveModule(s string) int {
	for i := 0; i < len(s) && i < 24; i++ {
		if s[i] == ':' && i > 1 {
			return i + 1
		}
		if !alnum(s[i]) && s[i] != '-' && s[i] != '_' {
			return 0
		}
	}
	return 0
}

func parseProcurve(l *Line) bool {
	s := strings.TrimLeft(l.Body, " ")
	if len(s) < 12 || digits(s[:6]) != 5 {
		return false
	}
	n := procurveModule(s[6:])
	if n == 0 {
		return false
	}
	module, text := s[6:6+n-1], strings.TrimSpace(s[6+n:])
	e := l.E
	l.put(ocsf.EventCode, ocsf.Text(s[:5]), brandWeight)
	l.put(ocsf.ProductFeature, ocsf.Text(module), brandWeight)
	l.put(ocsf.Message, ocsf.Text(text), brandWeight)
	words := text
	if i := strings.Index(words, "User '"); i >= 0 {
		v := words[i+len("User '"):]
		if j := strings.IndexByte(v, '\''); j > 0 {
			l.applyUser(meaning{read: readUser, weight: brandWeight}, v[:j])
			words = v[j+1:]
		}
	}
	l.scanText(words)
	switch {
	case strings.HasPrefix(text, "Invalid user name/password"), strings.Contains(text, "authentication failed"), strings.Contains(text, "failed login"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		l.facts.outcomeWeight = 0
		l.setOutcome(ocsf.Failure, brandWeight)
	case strings.Contains(text, "logged in"), module == "mgr" && strings.HasPrefix(text, "SME ") && strings.HasSuffix(text, "Mode"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if l.facts.user == "" { // "SME SSH from 192.0.2.10 - MANAGER Mode" names the role only
			if i := strings.Index(text, " - "); i > 0 {
				l.applyUser(meaning{read: readUser, weight: weakWeight}, strings.TrimSuffix(text[i+3:], " Mode"))
			}
		}
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.Contains(text, "logged out"), strings.Contains(text, "session terminated"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logoff
	case strings.Contains(text, "onfiguration change"), module == "update":
		e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
	}
	return true
}
