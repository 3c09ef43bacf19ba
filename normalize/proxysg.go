package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// proxySG reads the access log of Blue Coat's, Symantec's and Broadcom's ProxySG and
// Edge SWG in its two usual formats, main and bcreportermain_v1 (Broadcom, ProxySG
// Log Formats). Both begin with date, time, the time taken and the client.
var proxySG = &Parser{
	Name: "proxysg", Vendor: "Broadcom", Product: "ProxySG",
	Apps:  "ProxySG bluecoat BluecoatProxy",
	Shape: proxySGShape,
	First: "9",
	Parse: parseProxySG,
}

// The columns behind the client, by their W3C names.
var (
	proxySGMain = strings.Fields(`sc-status s-action sc-bytes cs-bytes cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query
		cs-username cs-auth-group s-hierarchy s-supplier-name rs(Content-Type) cs(Referer) cs(User-Agent) sc-filter-result cs-categories x-virus-id s-ip s-sitename`)
	proxySGReporter = strings.Fields(`cs-username cs-auth-group x-exception-id sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method
		rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes x-virus-id
		x-bluecoat-application-name x-bluecoat-application-operation`)
)

var proxySGKeys = NewKeys(`
@status              sc-status
traffic.bytes_in     sc-bytes
traffic.bytes_out    cs-bytes
http_request.http_method cs-method
url.scheme           cs-uri-scheme
url.hostname         cs-host
url.port             cs-uri-port
url.path             cs-uri-path
url.query_string     cs-uri-query
@user                cs-username
group.name           cs-auth-group
http_response.content_type rs(Content-Type)
http_request.referrer cs(Referer)
http_request.user_agent cs(User-Agent)
finding_info.title   x-virus-id
@dst.host            s-supplier-name
@device              s-ip
app_name             x-bluecoat-application-name
status_detail        x-exception-id
@keep                s-action s-hierarchy s-sitename sc-filter-result cs-categories cs-uri-extension x-bluecoat-application-operation
`)

// proxySGShape reports whether the time taken, an address and a verdict are there.
func proxySGShape(s string) bool {
	s = iisTime(s)
	d := digits(s)
	if d == 0 || d > 9 || d+8 > len(s) || s[d] != ' ' || !hexByte(s[d+1]) {
		return false
	}
	_, n := scanAddr(s[d+1:])
	if n == 0 || d+1+n >= len(s) || s[d+1+n] != ' ' {
		return false
	}
	return strings.Contains(s, " OBSERVED ") || strings.Contains(s, " PROXIED ") || strings.Contains(s, " DENIED ")
}

func parseProxySG(l *Line) bool {
	body := strings.TrimSpace(l.Body)
	if !proxySGShape(body) {
		return false
	}
	s := iisTime(body)
	if len(s) < len(body) {
		l.applyTime(body[:19], brandWeight)
	}
	e := l.E
	l.Form, l.KV = KeyValue, l.KV[:0]
	taken, s := nextColumn(s)
	client, s := nextColumn(s)
	l.Set(ocsf.SrcIP, client)
	l.Set(ocsf.Duration, taken)
	names := proxySGReporter
	if digits(s) == 3 && len(s) > 3 && s[3] == ' ' {
		names = proxySGMain
	}
	for _, k := range names {
		var v string
		if v, s = nextColumn(s); v != "" && v != "-" && v != "none" {
			l.add(k, v)
		}
	}
	l.Apply(proxySGKeys)
	for c := range strings.SplitSeq(l.Get("cs-categories"), ";") {
		if c != "" && c != "none" && c != "unavailable" {
			e.Append(ocsf.URLCategories, ocsf.Text(c))
		}
	}
	if e.Text(ocsf.HTTPMethod) == "CONNECT" || l.Get("cs-uri-scheme") == "tcp" {
		l.putText(ocsf.DstPort, l.Get("cs-uri-port"), weakWeight)
	}
	l.proxySGVerdict(l.Get("sc-filter-result"), l.Get("s-action"))
	e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	if e.Has(ocsf.FindingTitle) {
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	}
	return true
}

// proxySGVerdict reads what the policy decided.
func (l *Line) proxySGVerdict(result, action string) {
	l.put(ocsf.Action, ocsf.Text(result), brandWeight)
	if result == "DENIED" || strings.Contains(action, "DENIED") {
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	} else {
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
}

// nextColumn takes the first column off columns with spaces between; those with
// spaces inside stand in double marks.
func nextColumn(s string) (v, rest string) {
	s = strings.TrimLeft(s, " ")
	if strings.HasPrefix(s, `"`) {
		if i := strings.IndexByte(s[1:], '"'); i >= 0 {
			return s[1 : 1+i], s[i+2:]
		}
	}
	v, rest, _ = strings.Cut(s, " ")
	return v, rest
}
