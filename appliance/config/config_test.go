package config

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	c, err := Parse([]byte("name: br1\nstore: {budget: 2GB}\nsyslog:\n  udp: [\"127.0.0.1:5514\"]\nhealth: {silent: 1h}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "br1" || c.Store.Budget != 2<<30 || c.Syslog.UDP[0] != "127.0.0.1:5514" || time.Duration(c.Health.Silent) != time.Hour {
		t.Errorf("got %+v", c)
	}
	if len(c.Syslog.TLS) != 1 {
		t.Errorf("the default of a key that was not named is gone: %+v", c.Syslog)
	}
}

func TestParseComplainsOfTheKey(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"unknown key":    {"nmae: x", "nmae"},
		"unknown nested": {"store: {bugdet: 1GB}", "bugdet"},
		"no size":        {"store: {budget: much}", "is no size"},
		"small size":     {"store: {budget: 1KB}", "store.budget"},
		"no address":     {"web: {listen: here}", "web.listen"},
		"port":           {"syslog: {udp: [\":99999\"]}", "syslog.udp"},
		"zone":           {"timezone: Mars/Olympus", "timezone"},
		"network":        {"syslog: {allow: [\"x\"]}", "syslog.allow"},
		"client cert":    {"syslog: {client_cert: maybe}", "syslog.client_cert"},
		"client ca":      {"syslog: {client_cert: required}", "syslog.client_ca"},
		"half a pair":    {"web: {certificate: a.pem}", "web.certificate"},
		"subject":        {"uplink: {urls: [\"tls://soc.example:4222\"], tenant: \"a.b\"}", "uplink.tenant"},
		"no yaml":        {"\tname: x", ""},
		"too long":       {strings.Repeat("#", maxFile+1), "bytes long"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something about %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("name: x\nstore: {budget: 2GB}"))
	f.Fuzz(func(t *testing.T, b []byte) { Parse(b) })
}
