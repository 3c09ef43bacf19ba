package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// unbound reads Unbound's queries, replies and local zones: "info: 192.0.2.57
// www.example.com. A IN NOERROR 0.001 0 60" (unbound.conf(5): log-queries,
// log-replies, log-local-actions, log-servfail).
var unbound = &Parser{
	Name: "unbound", Vendor: "NLnet Labs", Product: "Unbound",
	Apps:  "unbound",
	Parse: parseUnbound,
}

func parseUnbound(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if strings.HasPrefix(s, "[") { // [pid:thread]
		if _, rest, ok := strings.Cut(s, "] "); ok {
			s = rest
		}
	}
	level, rest, ok := strings.Cut(s, ": ")
	if ok && (levelWord(level) || level == "query" || level == "reply") {
		l.applySeverity(level, brandWeight)
		s = rest
	}
	for _, p := range [...]string{"query: ", "reply: ", "info: "} {
		s = strings.TrimPrefix(s, p)
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	f := strings.Fields(s[:min(len(s), 600)])
	if a, ok := unboundClient(f, 0); ok && len(f) >= 4 && f[3] == "IN" {
		l.put(ocsf.SrcIP, a, brandWeight)
		l.unboundQuestion(f[1:])
		return true
	}
	if len(f) >= 6 && f[5] == "IN" && strings.IndexByte(f[2], '@') > 0 { // zone type client@port name A IN
		client, port, _ := strings.Cut(f[2], "@")
		l.Set(ocsf.SrcIP, client)
		l.Set(ocsf.SrcPort, port)
		l.put(ocsf.RuleName, ocsf.Text(f[0]), brandWeight)
		l.unboundAction(f[1])
		l.unboundQuestion(f[3:])
		return true
	}
	if i := strings.Index(s, " <"); i >= 0 && strings.HasPrefix(s, "SERVFAIL") { // SERVFAIL <name A IN>: why
		q, why, _ := strings.Cut(s[i+2:], ">")
		l.put(ocsf.StatusDetail, ocsf.Text(strings.TrimPrefix(why, ": ")), brandWeight)
		l.unboundQuestion(append(strings.Fields(q), "SERVFAIL"))
		return true
	}
	l.scanText(s)
	return true
}

func unboundClient(f []string, i int) (ocsf.Value, bool) {
	if i >= len(f) {
		return ocsf.Value{}, false
	}
	a, ok := addrOf(f[i])
	return ocsf.Addr(a), ok
}

// unboundQuestion reads name, type, class and in replies the code.
func (l *Line) unboundQuestion(f []string) {
	l.putText(ocsf.QueryName, strings.TrimSuffix(f[0], "."), brandWeight)
	if len(f) > 1 {
		l.putText(ocsf.QueryType, f[1], brandWeight)
	}
	e := l.E
	e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
	if len(f) > 3 && upper(f[3][0]) {
		l.putText(ocsf.RCode, f[3], brandWeight)
		e.Activity = ocsf.DNSResponse
		outcome := int8(ocsf.Success)
		if f[3] != "NOERROR" {
			outcome = ocsf.Failure
		}
		l.setOutcome(outcome, brandWeight)
	}
}

// unboundAction is what a local zone does with a question.
func (l *Line) unboundAction(zone string) {
	switch zone {
	case "deny", "inform_deny", "always_deny":
		l.setAction(ocsf.Denied, dispDropped, brandWeight)
	case "refuse", "static", "always_nxdomain", "always_refuse", "always_null", "always_nodata":
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	default:
		l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
	}
}
