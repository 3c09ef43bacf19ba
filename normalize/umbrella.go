package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// umbrella reads Cisco Umbrella's columns: DNS, proxy (web) and IP logs (Cisco
// Umbrella, Log Formats and Versioning). Later versions add columns at the end.
var umbrella = &Parser{
	Name: "umbrella", Vendor: "Cisco", Product: "Umbrella",
	First: "\"",
	Shape: func(s string) bool {
		return len(s) > 24 && s[0] == '"' && s[1] == '2' && s[5] == '-' && s[8] == '-' && s[11] == ' ' && s[20] == '"' && s[21] == ','
	},
	Parse: parseUmbrella,
}

func parseUmbrella(l *Line) bool {
	if !l.columns(strings.TrimSpace(l.Body), ',') || len(l.KV) < 8 {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	e := l.E
	verdict := func(s string) bool {
		return strings.EqualFold(s, "allowed") || strings.EqualFold(s, "blocked") || strings.EqualFold(s, "proxied")
	}
	switch {
	case len(l.KV) >= 9 && verdict(l.Col(5)) && strings.Contains(l.Col(6), "("):
		l.Set(ocsf.SrcIP, l.Col(3))
		l.Set(ocsf.SrcNatIP, l.Col(4))
		l.applyAction(l.Col(5), brandWeight)
		typ := l.Col(6)
		if i := strings.IndexByte(typ, '('); i >= 0 {
			typ = strings.Trim(typ[i:], "()")
		}
		l.Set(ocsf.QueryType, typ)
		l.Set(ocsf.RCode, l.Col(7))
		l.Set(ocsf.QueryName, strings.TrimSuffix(l.Col(8), "."))
		l.umbrellaCategories(l.Col(9))
		l.Set(ocsf.RuleUID, l.Col(13))
		l.umbrellaIdentity(l.Col(1), l.Col(10))
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSResponse
	case verdict(l.Col(6)):
		l.Set(ocsf.SrcIP, l.Col(2))
		l.Set(ocsf.SrcNatIP, l.Col(3))
		l.Set(ocsf.DstIP, l.Col(4))
		if l.Col(2) == "" {
			l.Set(ocsf.SrcIP, l.Col(3))
		}
		l.Set(ocsf.ContentType, l.Col(5))
		l.applyAction(l.Col(6), brandWeight)
		l.applyURL(l.Col(7), brandWeight)
		l.Set(ocsf.Referrer, l.Col(8))
		l.Set(ocsf.UserAgent, l.Col(9))
		l.Set(ocsf.HTTPCode, l.Col(10))
		l.Set(ocsf.BytesOut, l.Col(11))
		l.Set(ocsf.BytesIn, l.Col(12))
		l.applyHash(meaning{read: readHash, side: fileSide}, l.Col(14))
		l.umbrellaCategories(l.Col(15))
		l.Set(ocsf.HTTPMethod, l.Col(25))
		l.applyFile(l.Col(28), brandWeight)
		l.Set(ocsf.RuleUID, l.Col(30))
		l.umbrellaIdentity(l.Col(1), l.Col(21))
		l.putText(ocsf.DstHostname, e.Text(ocsf.URLHostname), weakWeight)
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case digits(l.Col(3)) > 0 && digits(l.Col(5)) > 0:
		l.Set(ocsf.SrcIP, l.Col(2))
		l.Set(ocsf.SrcPort, l.Col(3))
		l.Set(ocsf.DstIP, l.Col(4))
		l.Set(ocsf.DstPort, l.Col(5))
		l.umbrellaIdentity(l.Col(1), l.Col(7))
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	default:
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	l.applyTime(l.Col(0), brandWeight)
	return true
}

// umbrellaIdentity sets who asked: a user "Name (mail)", or a computer or network.
func (l *Line) umbrellaIdentity(v, kind string) {
	if i := strings.LastIndexByte(v, '('); i > 0 && strings.IndexByte(v[i:], '@') > 0 || strings.Contains(kind, "User") {
		l.applyUser(meaning{read: readUser, weight: brandWeight}, v)
		return
	}
	l.put(ocsf.DeviceName, ocsf.Text(v), brandWeight)
	l.put(ocsf.SrcName, ocsf.Text(v), brandWeight)
}

func (l *Line) umbrellaCategories(v string) {
	for n := 0; v != "" && n < 32; n++ {
		var one string
		one, v, _ = strings.Cut(v, ",")
		if one = strings.TrimSpace(one); one != "" {
			l.E.Append(ocsf.URLCategories, ocsf.Text(one))
		}
	}
}
