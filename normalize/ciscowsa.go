package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoWSA reads the access log of the Secure Web Appliance (AsyncOS 9 to 15): the
// fields of Squid, then the decision of the access policies,
// DEFAULT_CASE_11-policy-identity-…, and the verdicts of the scanners between < and
// > (Cisco, Understand Secure Web Appliance Accesslogs).
var ciscoWSA = &Parser{
	Name: "ciscowsa", Vendor: "Cisco", Product: "Secure Web Appliance",
	Apps:  "accesslog accesslogs aclog wsa_access",
	Shape: wsaShape,
	First: "9",
	Parse: parseCiscoWSA,
}

// wsaShape reports whether a line that begins with numbers has a decision and
// verdicts.
func wsaShape(s string) bool {
	d := digits(s)
	if d == 0 || d >= len(s) || s[d] != ' ' && s[d] != '.' {
		return false
	}
	tag, _, _ := wsaVerdicts(s)
	return tag != ""
}

// wsaVerdicts finds the decision, what stands before it and what the scanners said.
func wsaVerdicts(s string) (tag, before, scans string) {
	i := strings.Index(s, " <")
	if i < 40 {
		return "", "", ""
	}
	end := strings.LastIndexByte(s, '>')
	if end < i {
		end = len(s)
	}
	before = s[:i]
	j := strings.LastIndexByte(before, ' ')
	tag = before[j+1:]
	if strings.Count(tag, "-") < 3 || !upper(tag[0]) {
		return "", "", ""
	}
	return tag, before[:max(j, 0)], s[i+2 : end]
}

var ciscoWSAKeys = NewKeys(`
@time                time
@src                 c-ip
@action              s-action
@status              sc-status
traffic.bytes_in     sc-bytes
http_request.http_method cs-method
@dst                 s-ip
http_response.content_type contenttype
@keep                cs-username cs-uri
`)

func parseCiscoWSA(l *Line) bool {
	tag, before, scans := wsaVerdicts(l.Body)
	if tag == "" || !l.readProxyLog(l.wsaUnquoted(strings.TrimSpace(before)+" -")) {
		return false
	}
	l.Apply(ciscoWSAKeys)
	if l.Head.Host == "Info" { // the level that stands before the time
		l.Head.Host, l.Head.Relay = l.Head.Relay, ""
	}
	e := l.E
	if u := l.Get("cs-uri"); u != "" {
		l.applyURL(strings.TrimPrefix(u, "tunnel://"), brandWeight)
	}
	u := l.Get("cs-username")
	if i := strings.IndexByte(u, '@'); i > 0 && strings.IndexByte(u, '\\') > 0 { // DOMAIN\user@realm
		u = u[:i]
	}
	l.applyUser(brandUser, u)
	code := l.Get("s-action")
	if strings.HasPrefix(code, "TCP_") {
		l.put(ocsf.Protocol, ocsf.Text("tcp"), brandWeight)
	}
	l.wsaDecision(tag, code)
	l.wsaScans(scans)
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	if e.Has(ocsf.FindingTitle) {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	}
	return true
}

// wsaUnquoted takes the marks off a user's name, in which spaces are none's.
func (l *Line) wsaUnquoted(s string) string {
	if i := strings.IndexByte(s, '"'); i > 0 {
		if j := strings.IndexByte(s[i+1:], '"'); j > 0 && strings.IndexByte(s[i+1:i+1+j], ' ') < 0 {
			b := append(append(append([]byte(nil), s[:i]...), s[i+1:i+1+j]...), s[i+j+2:]...)
			return l.keep(b)
		}
	}
	return s
}

// wsaDecision reads the tag: the decision with the number of the rule, then the
// policies' names.
func (l *Line) wsaDecision(tag, code string) {
	decision, rest, _ := strings.Cut(tag, "-")
	policy, _, _ := strings.Cut(rest, "-")
	l.put(ocsf.RuleName, ocsf.Text(decision), brandWeight)
	l.Set(ocsf.PolicyName, policy)
	if strings.HasPrefix(decision, "BLOCK") || strings.Contains(code, "DENIED") {
		l.facts.actionWeight = 0
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
		return
	}
	l.setAction(ocsf.Allowed, dispAllowed, weakWeight)
}

// wsaScans reads the verdicts: the category first, the names of malware in the
// places of Webroot, McAfee, Sophos and AMP, and at last a file with its digest.
func (l *Line) wsaScans(s string) {
	last := ""
	for i := 0; s != "" && i < 64; i++ {
		var v string
		quoted := s[0] == '"'
		if quoted {
			v, s, _ = strings.Cut(s[1:], `"`)
			s = strings.TrimPrefix(s, ",")
		} else {
			v, s, _ = strings.Cut(s, ",")
		}
		if nothing(v) || v == "0" {
			continue
		}
		switch {
		case i == 0:
			if v != "nc" {
				l.E.Append(ocsf.URLCategories, ocsf.Text(v))
			}
		case i == 3, i == 12, i == 16,
			i > 31 && quoted && letter(v[0]) && s != "" && digit(s[0]) && strings.HasPrefix(strings.TrimLeft(s, "0123456789"), ","): // AMP: its score follows
			l.put(ocsf.FindingTitle, ocsf.Text(v), brandWeight)
		case i == 24:
			l.put(ocsf.AppName, ocsf.Text(v), weakWeight)
		case hashHex(v) && len(v) == 64:
			l.applyHash(meaning{read: readHash, side: fileSide, weight: brandWeight}, v)
			if strings.IndexByte(last, '.') > 0 {
				l.applyFile(last, brandWeight)
			}
		}
		last = v
	}
}
