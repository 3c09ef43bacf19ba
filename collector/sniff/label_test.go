package sniff

import (
	"testing"

	"picket/normalize/ocsf"
)

// TestLabels names protocols by what they say first.
func TestLabels(t *testing.T) {
	for _, c := range []struct {
		app  string
		port uint16
		said []string
	}{
		{"imap", 143, []string{"S* OK [CAPABILITY IMAP4rev1] ready\r\n"}},
		{"pop3", 110, []string{"S+OK ready\r\n"}},
		{"pop3", 1100, []string{"S+OK POP3 ready\r\n"}},
		{"", 1100, []string{"S+OK whatever\r\n"}},
		{"xmpp", 5222, []string{"C<?xml version='1.0'?><stream:stream to='example.com'>"}},
		{"irc", 6667, []string{"CNICK bob\r\nUSER b 0 * :Bob\r\n"}},
		{"rfb", 5900, []string{"SRFB 003.008\n"}},
		{"pgsql", 5432, []string{"C\x00\x00\x00\x08\x04\xd2\x16\x2f"}},
		{"mysql", 3306, []string{"S\x4a\x00\x00\x00\x0a8.0.36\x00\x01\x02\x03\x04"}},
		{"ldap", 389, []string{"C\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"}},
		{"mqtt", 1883, []string{"C\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04abcd"}},
		{"modbus", 502, []string{"C\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x02"}},
		{"dnp3", 20000, []string{"C\x05\x64\x05\xc0\x01\x00\x00\x04\xe9\x21"}},
		{"", 20000, []string{"C\x05\x64\x05\xc0\x01\x00\x00\x04\x00\x00"}},
		{"telnet", 2323, []string{"S\xff\xfd\x18\xff\xfd\x20"}},
		{"http2", 8080, []string{"CPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}},
		{"rtsp", 554, []string{"COPTIONS rtsp://example.com/ RTSP/1.0\r\n"}},
		{"syslog", 514, []string{"C<34>Oct 11 22:14:15 host su: failed\n"}},
		{"", 4444, []string{"C\x99\x98\x97 nothing known", "S\x96\x95\x94"}},
	} {
		w := newWire(t)
		w.talk(client, netipPort(server, c.port), c.said...)
		es, _ := w.events(Options{})
		if got := one(t, es, ocsf.NetworkActivity).Text(ocsf.AppName); got != c.app {
			t.Errorf("port %d, %q: got %q, want %q", c.port, c.said[0], got, c.app)
		}
	}
	for _, c := range []struct {
		app  string
		port uint16
		said string
	}{
		{"ntp", 123, "\x23" + string(make([]byte, 47))},
		{"syslog", 514, "<34>Oct 11 22:14:15 host su: failed"},
		{"ssdp", 1900, "M-SEARCH * HTTP/1.1\r\n\r\n"},
		{"radius", 1812, "\x01\x01\x00\x14" + string(make([]byte, 16))},
		{"ipsec", 500, string(make([]byte, 16)) + "\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00\x1c"},
		{"mdns", 5353, string(dnsQueryBytes(0, "host.local", 1))},
		{"dns", 5533, string(dnsQueryBytes(7, "odd-port.example.com", 1))},
		{"quic", 443, "\xc3Q046\x50" + string(make([]byte, 20))},
		{"", 9, "nothing known"},
	} {
		w := newWire(t)
		w.udp(client, netipPort(server, c.port), []byte(c.said))
		es, _ := w.events(Options{})
		flows := of(es, ocsf.NetworkActivity)
		if got := flows[len(flows)-1].Text(ocsf.AppName); got != c.app {
			t.Errorf("port %d, %q: got %q, want %q", c.port, c.said, got, c.app)
		}
	}
}
