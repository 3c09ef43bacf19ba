package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// fortiCEF reads the CEF of FortiOS and FortiProxy: the log's own keys behind FTNTFGT
// where CEF has none, and type and subtype in cat and in the event's name, as
// "traffic:forward close" (Fortinet, FortiOS Log Reference, CEF support).
var fortiCEF = &Parser{
	Name: "forticef", Vendor: "Fortinet",
	Devices: "fortinet",
	Parse:   parseFortiCEF,
}

// fortiPrefixes are what stands before Fortinet's own keys, by release and product.
var fortiPrefixes = [...]string{"FTNTFGT", "FortinetFortiGate", "FTNTFPX", "FortinetFortiProxy"}

func parseFortiCEF(l *Line) bool {
	product := l.Device.Product
	if l.Form != CEF || !strings.EqualFold(product, "Fortigate") && !strings.EqualFold(product, "FortiProxy") && !strings.EqualFold(product, "FortiOS") {
		return false
	}
	kind := firstOfTexts(l.Get("cat"), firstWord(l.Device.Name))
	typ, sub, ok := strings.Cut(kind, ":")
	if !ok || typ == "" {
		return false
	}
	for i := range l.KV {
		for _, p := range fortiPrefixes {
			if k, ok := strings.CutPrefix(l.KV[i].Key, p); ok && k != "" {
				l.KV[i].Key = k
				break
			}
		}
		switch l.KV[i].Key { // the log's own words count most, as in its own form
		case "act":
			l.KV[i].Key = "action"
		case "out":
			l.KV[i].Key = "sentbyte"
		case "in":
			l.KV[i].Key = "rcvdbyte"
		}
	}
	l.Apply(fortigateKeys)
	l.device()
	if typ == "event" {
		l.texts()
	}
	switch status := l.Get("outcome"); {
	case strings.EqualFold(status, "success"):
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.HasPrefix(status, "fail"):
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	if u := l.Get("utmaction"); u == "block" || u == "reset" {
		l.setAction(ocsf.Denied, dispBlocked, brandWeight+1)
	}
	if v := l.Get("level"); v != "" {
		l.E.Set(ocsf.LogLevel, ocsf.Text(v))
	}
	l.E.SetUnmapped("type", ocsf.Text(typ))
	if typ == "dns" || typ == "voip" || typ == "gtp" { // types of their own since 6.0
		typ, sub = "utm", typ
	}
	l.fortiClass(typ, sub, l.Get("logdesc"), l.Get("cfgpath"))
	return true
}
