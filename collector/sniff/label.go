package sniff

import (
	"bytes"
)

// Protocols of which only the name is wanted. Those over TCP that can turn into
// TLS on the way are watched for its hello.

// streamLabels and datagramLabels are asked after the protocols with readers.
var (
	streamLabels = []protocol{
		{"http2", prefix("PRI * HTTP/2.0\r\n"), nil},
		{"rfb", prefix("RFB 00"), nil},
		{"imap", imapSays, upgrading},
		{"pop3", pop3Says, upgrading},
		{"xmpp", xmppSays, upgrading},
		{"irc", ircSays, upgrading},
		{"pgsql", pgsqlSays, upgrading},
		{"mysql", mysqlSays, upgrading},
		{"ldap", ldapSays, upgrading},
		{"mqtt", mqttSays, nil},
		{"modbus", modbusSays, nil},
		{"dnp3", dnp3Says, nil},
		{"telnet", telnetSays, nil},
		{"nfs", nfsStreamSays, nil},
		{"bgp", prefix("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"), nil},
		{"rtsp", rtspSays, nil},
		{"syslog", syslogStreamSays, nil},
	}
	datagramLabels = []protocol{
		{"ntp", ntpSays, nil},
		{"mdns", portAndDNS(5353), nil},
		{"llmnr", portAndDNS(5355), nil},
		{"nbns", portAndDNS(137), nil},
		{"radius", radiusSays, nil},
		{"ipsec", ipsecSays, nil},
		{"syslog", syslogSays, nil},
		{"ssdp", ssdpSays, nil},
		{"nfs", nfsSays, nil},
		{"ldap", cldapSays, nil},
	}
)

// upgrading opens a reader that waits for TLS.
func upgrading(s *sensor, f *flow) reader { return &upgrade{s: s, f: f} }

// upgrade passes over everything until one side begins a TLS handshake.
type upgrade struct {
	s    *sensor
	f    *flow
	seen [2]int
}

const maxUpgrade = 16 << 10 // bytes of one direction that are watched

func (u *upgrade) read(dir int, b []byte) int {
	if len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 1 {
		u.f.inner, u.f.reader = tlsProtocol.name, &tlsReader{s: u.s, f: u.f}
		return 0
	}
	if u.seen[dir] += len(b); u.seen[dir] > maxUpgrade {
		return -1
	}
	return len(b)
}

func (u *upgrade) gap(int, int) bool { return true }
func (u *upgrade) end(int)           {}

// prefix makes a look for fixed first bytes.
func prefix(p string) func(*flow, int, []byte) verdict {
	return func(_ *flow, _ int, b []byte) verdict {
		switch {
		case !hasPrefixPart(b, p):
			return no
		case len(b) < len(p):
			return more
		}
		return yes
	}
}

// imapSays knows a server's greeting, and a tagged command on IMAP's port.
func imapSays(f *flow, dir int, b []byte) verdict {
	if dir == in {
		for _, p := range [...]string{"* OK", "* PREAUTH", "* BYE"} {
			if v := prefix(p)(f, dir, b); v != no {
				return v
			}
		}
		return no
	}
	if f.port() == 143 && isAlnum(b[0]) && bytes.IndexByte(b, ' ') > 0 && bytes.IndexByte(b, '\n') > 0 {
		return yes
	}
	return no
}

func pop3Says(f *flow, dir int, b []byte) verdict {
	if dir == out {
		return no
	}
	v := prefix("+OK")(f, dir, b)
	if v != yes || f.port() == 110 || f.port() == 995 || bytes.Contains(bytes.ToUpper(firstLine(b)), []byte("POP")) {
		return v
	}
	return no
}

func xmppSays(f *flow, dir int, b []byte) verdict {
	if v := prefix("<stream:stream")(f, dir, b); v != no {
		return v
	}
	if v := prefix("<?xml ")(f, dir, b); v != yes {
		return v
	}
	if bytes.Contains(b, []byte("<stream:stream")) {
		return yes
	}
	if len(b) > 256 {
		return no
	}
	return more
}

func ircSays(f *flow, dir int, b []byte) verdict {
	if dir == out {
		if v := prefix("NICK ")(f, dir, b); v != no {
			return v
		}
		if v := prefix("CAP LS")(f, dir, b); v != no {
			return v
		}
		if hasPrefixPart(b, "USER ") && len(b) > 5 && bytes.Count(firstLine(b), []byte(" ")) >= 4 {
			return yes
		}
		return no
	}
	line := firstLine(b)
	if len(b) > 0 && b[0] == ':' && bytes.Contains(line, []byte(" NOTICE ")) || bytes.HasPrefix(line, []byte("NOTICE AUTH")) {
		return yes
	}
	return no
}

// pgsqlSays knows the startup message and the request for TLS.
func pgsqlSays(f *flow, dir int, b []byte) verdict {
	if dir != out || b[0] != 0 {
		return no
	}
	if len(b) < 8 {
		return more
	}
	n, code := be32(b), be32(b[4:])
	if n == 8 && code == 80877103 || n >= 8 && n < 10000 && code == 196608 {
		return yes
	}
	return no
}

// mysqlSays knows a server's greeting of version 10.
func mysqlSays(f *flow, dir int, b []byte) verdict {
	if dir != in {
		return no
	}
	if len(b) < 6 {
		return more
	}
	n := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
	if b[3] == 0 && (b[4] == 10 && n > 20 && n < 1024 && isDigit(b[5]) || b[4] == 0xff && f.port() == 3306) {
		return yes
	}
	return no
}

// ldapSays knows an LDAPMessage (RFC 4511) with a request or its response.
func ldapSays(f *flow, _ int, b []byte) verdict {
	if b[0] != 0x30 {
		return no
	}
	if len(b) < 8 {
		return more
	}
	body, ok := berBody(b, 0x30)
	if !ok || len(body) < 5 || body[0] != 2 || body[1] == 0 || body[1] > 4 || len(body) < 3+int(body[1]) {
		return no
	}
	switch op := body[2+int(body[1])]; {
	case op >= 0x60 && op <= 0x79, op == 0x42, op == 0x4a, op == 0x50:
		return yes
	}
	return no
}

func cldapSays(f *flow, dir int, b []byte) verdict {
	if !f.hasPort(389) {
		return no
	}
	return ldapSays(f, dir, b)
}

// mqttSays knows a CONNECT packet.
func mqttSays(f *flow, dir int, b []byte) verdict {
	if dir != out || b[0] != 0x10 {
		return no
	}
	if len(b) < 12 {
		return more
	}
	if i := bytes.Index(b[:12], []byte("MQ")); i >= 4 && i <= 7 {
		return yes
	}
	return no
}

func modbusSays(f *flow, dir int, b []byte) verdict {
	if f.port() != 502 {
		return no
	}
	if len(b) < 8 {
		return more
	}
	if n := int(be16(b[4:])); be16(b[2:]) == 0 && n >= 2 && n <= 254 && b[7]&0x7f != 0 {
		return yes
	}
	return no
}

// dnp3Says knows a data link header by its start and its checksum (IEEE 1815).
func dnp3Says(_ *flow, _ int, b []byte) verdict {
	if b[0] != 0x05 {
		return no
	}
	if len(b) < 10 {
		return more
	}
	if b[1] == 0x64 && b[2] >= 5 && dnp3CRC(b[:8]) == le16(b[8:]) {
		return yes
	}
	return no
}

func dnp3CRC(b []byte) uint16 {
	crc := uint16(0)
	for _, c := range b {
		crc ^= uint16(c)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa6bc
			} else {
				crc >>= 1
			}
		}
	}
	return ^crc
}

// telnetSays knows option negotiation (RFC 854): two commands in a row, or one
// on telnet's port.
func telnetSays(f *flow, _ int, b []byte) verdict {
	command := func(b []byte) bool { return b[0] == 0xff && b[1] >= 0xfb && b[1] <= 0xfe && b[2] < 50 }
	switch {
	case b[0] != 0xff:
		return no
	case len(b) < 3:
		return more
	case !command(b):
		return no
	case f.port() == 23 || len(b) >= 6 && command(b[3:]):
		return yes
	case len(b) < 6:
		return more
	}
	return no
}

func rtspSays(_ *flow, _ int, b []byte) verdict {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		if b[0] >= 'A' && b[0] <= 'Z' && len(b) < 512 {
			return more
		}
		return no
	}
	if line := bytes.TrimRight(b[:i], "\r"); bytes.HasSuffix(line, []byte(" RTSP/1.0")) || bytes.HasPrefix(line, []byte("RTSP/1.0 ")) {
		return yes
	}
	return no
}

// syslogHead knows a priority of RFC 3164 and 5424.
func syslogHead(b []byte) bool {
	if len(b) < 4 || b[0] != '<' {
		return false
	}
	i := bytes.IndexByte(b[:min(len(b), 5)], '>')
	if i < 2 {
		return false
	}
	for _, c := range b[1:i] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

func syslogSays(f *flow, _ int, b []byte) verdict {
	if f.hasPort(514) && syslogHead(b) {
		return yes
	}
	return no
}

func syslogStreamSays(f *flow, dir int, b []byte) verdict {
	if f.port() != 514 && f.port() != 601 || dir != out {
		return no
	}
	for len(b) > 0 && (isDigit(b[0]) || b[0] == ' ') { // octet counting
		b = b[1:]
	}
	if syslogHead(b) {
		return yes
	}
	return no
}

func ntpSays(f *flow, _ int, b []byte) verdict {
	if !f.hasPort(123) || b[0]>>3&7 > 4 || b[0]>>3&7 == 0 {
		return no
	}
	mode := b[0] & 7
	if len(b) >= 48 && mode >= 1 && mode <= 5 || len(b) >= 8 && mode >= 6 {
		return yes
	}
	return no
}

// portAndDNS knows the relatives of DNS: the same message on another port.
func portAndDNS(port uint16) func(*flow, int, []byte) verdict {
	return func(f *flow, _ int, b []byte) verdict {
		if f.hasPort(port) && len(b) >= 12 {
			return yes
		}
		return no
	}
}

func radiusSays(f *flow, _ int, b []byte) verdict {
	if !f.hasPort(1812) && !f.hasPort(1813) && !f.hasPort(1645) && !f.hasPort(1646) && !f.hasPort(3799) {
		return no
	}
	if len(b) >= 20 && int(be16(b[2:])) >= 20 && int(be16(b[2:])) <= len(b) && b[0] >= 1 && b[0] <= 52 {
		return yes
	}
	return no
}

// ipsecSays knows IKE (RFC 7296) and ESP in UDP on its port.
func ipsecSays(f *flow, _ int, b []byte) verdict {
	nat := f.hasPort(4500)
	if nat && len(b) > 4 && be32(b) == 0 {
		b = b[4:]
	} else if nat && len(b) >= 20 && be32(b) != 0 {
		return yes // ESP
	}
	if (nat || f.hasPort(500)) && len(b) >= 28 && (b[17] == 0x10 || b[17] == 0x20) && int(be32(b[24:])) >= 28 {
		return yes
	}
	return no
}

func ssdpSays(f *flow, _ int, b []byte) verdict {
	if f.hasPort(1900) && (bytes.HasPrefix(b, []byte("M-SEARCH ")) || bytes.HasPrefix(b, []byte("NOTIFY ")) || bytes.HasPrefix(b, []byte("HTTP/1.1 "))) {
		return yes
	}
	return no
}

// nfsSays knows a call to program 100003 of ONC RPC (RFC 5531).
func nfsSays(_ *flow, _ int, b []byte) verdict {
	if len(b) >= 24 && be32(b[4:]) == 0 && be32(b[8:]) == 2 && be32(b[12:]) == 100003 && be32(b[16:]) <= 4 {
		return yes
	}
	return no
}

func nfsStreamSays(f *flow, dir int, b []byte) verdict {
	if b[0]&0x80 == 0 {
		return no
	}
	if len(b) < 28 {
		return more
	}
	return nfsSays(f, dir, b[4:])
}
