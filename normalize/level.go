package normalize

import "picket/normalize/ocsf"

// levels are the words of syslog and of vendors for a level. Syslog's warning
// is OCSF's medium, its error high, as the words themselves are ranked there.
var levels = map[string]ocsf.Severity{
	"emergency": ocsf.Fatal, "emerg": ocsf.Fatal, "panic": ocsf.Fatal, "fatal": ocsf.Fatal,
	"alert": ocsf.Critical, "critical": ocsf.Critical, "crit": ocsf.Critical, "very-high": ocsf.Critical,
	"very high": ocsf.Critical, "severe": ocsf.Critical, "veryhigh": ocsf.Critical, "very_high": ocsf.Critical,
	"high": ocsf.High, "major": ocsf.High, "error": ocsf.High, "err": ocsf.High, "important": ocsf.High,
	"medium": ocsf.Medium, "moderate": ocsf.Medium, "warning": ocsf.Medium, "warn": ocsf.Medium, "med": ocsf.Medium,
	"minor": ocsf.Low, "low": ocsf.Low, "notice": ocsf.Informational, "notification": ocsf.Informational,
	"notify": ocsf.Informational, "informational": ocsf.Informational, "information": ocsf.Informational, "info": ocsf.Informational,
	"debug": ocsf.Informational, "verbose": ocsf.Informational, "trace": ocsf.Informational, "very-low": ocsf.Informational,
	"negligible": ocsf.Informational, "very low": ocsf.Informational, "verylow": ocsf.Informational, "none": ocsf.UnknownSeverity,
	"suspicious": ocsf.Medium, "malicious": ocsf.High, "fine": ocsf.Informational, "finest": ocsf.Informational,
}

// levelOf reads a word for a level without regard to case.
func levelOf(w string) (ocsf.Severity, bool) {
	if len(w) < 3 || len(w) > 13 {
		return 0, false
	}
	var b [13]byte
	for i := 0; i < len(w); i++ {
		c := w[i]
		if upper(c) {
			c |= 0x20
		}
		b[i] = c
	}
	s := senseOf(b[:len(w)])
	return s.level, s.knows&asLevel != 0
}

// levelWord reports whether w is one of the words that stand for a level where
// no other word is expected ("high" is none there, it says the height of things).
func levelWord(w string) bool {
	l, ok := levelOf(w)
	if !ok || l == ocsf.UnknownSeverity {
		return false
	}
	switch w[0] | 0x20 {
	case 'e', 'w', 'n', 'i', 'd', 'f', 'p', 't':
		return true
	case 'c':
		return true
	case 'a', 's':
		return len(w) == 5 && w[0]|0x20 == 'a'
	}
	return false
}

// syslogSeverity are OCSF's severities for the levels 0 to 7 of RFC 5424.
var syslogSeverity = [8]ocsf.Severity{ocsf.Fatal, ocsf.Critical, ocsf.Critical, ocsf.High, ocsf.Medium, ocsf.Informational, ocsf.Informational, ocsf.Informational}

// syslogLevel are the words for the levels 0 to 7 of RFC 5424.
var syslogLevel = [8]string{"emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"}
