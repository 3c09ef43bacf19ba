package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// snort reads Snort's fast alerts, in syslog or a file: "[1:2019284:3] text
// [Classification: …] [Priority: 1] {TCP} 192.0.2.1:80 -> 198.51.100.2:49152"
// (Snort Users Manual, alert_fast and alert_syslog).
var snort = &Parser{
	Name: "snort", Vendor: "Cisco", Product: "Snort",
	Apps: "snort snort3",
	Next: ` -./:[`,
	Shape: func(s string) bool {
		return s[0] == '[' && snortID(s) > 0 || strings.Contains(s[:min(len(s), 48)], "[**] [")
	},
	Parse: parseSnort,
}

// snortID returns the length of "[1:2019284:3]" at the start, 0 without.
func snortID(s string) int {
	i, colons := 1, 0
	for i < len(s) && i < 32 && (digit(s[i]) || s[i] == ':') {
		if s[i] == ':' {
			colons++
		}
		i++
	}
	if s[0] != '[' || colons != 2 || i >= len(s) || s[i] != ']' {
		return 0
	}
	return i + 1
}

func parseSnort(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	i := strings.IndexByte(s[:min(len(s), 80)], '[')
	if i < 0 {
		return false
	}
	head := s[:i]
	s = strings.TrimPrefix(s[i:], "[**] ")
	n := snortID(s)
	if n == 0 {
		return false
	}
	if k := stampLength(head); k > 0 {
		l.applyTime(strings.TrimSpace(head[:k]), brandWeight)
	}
	e := l.E
	id := s[1 : n-1]
	_, sid, _ := strings.Cut(id, ":")
	sid, _, _ = strings.Cut(sid, ":")
	l.put(ocsf.FindingUID, ocsf.Text(sid), brandWeight)
	l.keepKey("sid", id)
	title, rest := s[n:], ""
	for _, end := range [...]string{" [**]", " [Classification", " [Priority", " {"} {
		if t, r, ok := strings.Cut(s[n:], end); ok && len(t) < len(title) {
			title, rest = t, end+r
		}
	}
	l.put(ocsf.FindingTitle, ocsf.Text(strings.Trim(title, ` "`)), brandWeight)
	if c, _, ok := strings.Cut(after(rest, "[Classification: "), "]"); ok {
		e.Append(ocsf.FindingTypes, ocsf.Text(c))
	}
	if p := after(rest, "[Priority: "); p != "" {
		l.facts.severityWeight = brandWeight
		switch p[0] {
		case '1':
			e.Severity = ocsf.High
		case '2':
			e.Severity = ocsf.Medium
		case '3':
			e.Severity = ocsf.Low
		default:
			e.Severity = ocsf.Informational
		}
		l.keepKey("priority", p[:digits(p)])
	}
	if p, ends, ok := strings.Cut(after(rest, "{"), "}"); ok {
		l.applyProto(p, brandWeight)
		src, dst, _ := strings.Cut(strings.TrimSpace(ends), " -> ")
		l.applyAddr(meaning{read: readAddr, side: srcSide, weight: brandWeight}, strings.TrimSpace(src))
		l.applyAddr(meaning{read: readAddr, side: dstSide, weight: brandWeight}, firstWord(strings.TrimSpace(dst)))
	}
	switch {
	case strings.Contains(head, "Drop"), strings.Contains(rest, "[Drop]"), strings.Contains(head, "[Drop]"):
		l.setAction(ocsf.Denied, dispDropped, brandWeight)
	default:
		l.setAction(ocsf.Observed, dispAlert, weakWeight)
	}
	e.Class, e.Activity = ocsf.DetectionFinding, 1
	return true
}
