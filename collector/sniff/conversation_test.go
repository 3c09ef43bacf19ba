package sniff

import (
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func netipPort(a netip.AddrPort, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr(), port)
}

// conversations are written by hand from the protocols' documents. The first
// word of a name is the protocol's.
var conversations = map[string]func(*wire){
	"http": func(w *wire) {
		w.talk(client, server,
			"C"+getA, "S"+resA,
			"CPOST /login?next=%2F HTTP/1.1\r\nHost: www.example.com:8080\r\nReferer: http://www.example.com/a\r\nX-Forwarded-For: 192.0.2.77, 192.0.2.78\r\n"+
				"Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("alice:secret"))+"\r\nContent-Length: 9\r\n\r\nuser=root",
			"SHTTP/1.1 401 Unauthorized\r\nServer: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n",
			"CPROPFIND /dav HTTP/1.1\r\nHost: www.example.com\r\n\r\n", "SHTTP/1.1 207 Multi-Status\r\nContent-Length: 0\r\n\r\n")
	},
	"http-pipelined": func(w *wire) {
		w.talk(client, server,
			"CGET /1 HTTP/1.1\r\nHost: h.example\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: h.example\r\n\r\nGET /3 HTTP/1.1\r\nHost: h.example\r\n\r\nGET /4 HTTP/1.1\r\nHost: h.example\r\n\r\n",
			"SHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "SHTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n",
			"SHTTP/1.1 200 OK\r\n\r\nuntil the end")
	},
	"http-form": func(w *wire) {
		body := "--b1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"tool.exe\"\r\nContent-Type: application/octet-stream\r\n\r\nMZ\n\x00\r\nx\r\n--b1--\r\n"
		w.talk(client, server, "CPOST /up HTTP/1.1\r\nHost: h.example\r\nContent-Type: multipart/form-data; boundary=b1\r\nContent-Length: "+itoa(len(body))+"\r\n\r\n"+body,
			"SHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
	},
	"http-connect": func(w *wire) {
		w.talk(client, netipPort(server, 3128), "CCONNECT ssh.example.com:22 HTTP/1.1\r\nHost: ssh.example.com:22\r\n\r\n", "SHTTP/1.1 200 Connection established\r\n\r\n",
			"CSSH-2.0-Client_1.0\r\n", "SSSH-2.0-Server_1.0\r\n")
	},
	"dns": func(w *wire) {
		dns := netipPort(server, 53)
		w.udp(client, dns, dnsQueryBytes(1, "www.example.com", 1))
		w.udp(dns, client, dnsResponse(1, "www.example.com", 1, 0, []byte{192, 0, 2, 80}, []byte{192, 0, 2, 81}))
		w.udp(client, dns, dnsQueryBytes(2, "nothing.example.com", 28))
		w.udp(dns, client, dnsResponse(2, "nothing.example.com", 28, 3))
		w.udp(client, dns, dnsQueryBytes(3, "unanswered.example.com", 16))
	},
	"dns-tcp": func(w *wire) {
		q, r := dnsQueryBytes(9, "big.example.com", 16), dnsResponse(9, "big.example.com", 16, 0, []byte("\x05hello\x05world"))
		w.talk(client, netipPort(server, 53), "C"+frame16(q), "S"+frame16(r))
	},
	"ssh": func(w *wire) {
		kex := func(enc string) string {
			b := append([]byte{20}, make([]byte, 16)...)
			for _, l := range []string{"curve25519-sha256", "ssh-ed25519", enc, "aes256-ctr", "hmac-sha2-256", "hmac-sha2-512", "none", "zlib", "", ""} {
				b = append(binary.BigEndian.AppendUint32(b, uint32(len(l))), l...)
			}
			b = append(b, 0, 0, 0, 0, 0)
			p := append(binary.BigEndian.AppendUint32(nil, uint32(1+len(b)+4)), 4)
			return string(append(append(p, b...), 0, 0, 0, 0))
		}
		w.talk(client, netipPort(server, 22), "Sa line before\r\nSSH-2.0-OpenSSH_9.9\r\n", "CSSH-2.0-Test_1.0\r\n", "C"+kex("aes128-ctr"), "S"+kex("aes192-ctr"))
	},
	"ftp": func(w *wire) {
		ftp := netipPort(server, 21)
		w.open(client, ftp)
		for _, l := range []string{"S220 ready\r\n", "CUSER bob\r\n", "S331 password\r\n", "CPASS hunter2\r\n", "S230-welcome\r\n230 in\r\n",
			"CPASV\r\n", "S227 Entering (198,51,100,20,200,1)\r\n", "CRETR /pub/tool.bin\r\n", "S150 coming\r\n"} {
			if l[0] == 'C' {
				w.say(client, ftp, l[1:])
			} else {
				w.say(ftp, client, l[1:])
			}
		}
		w.talk(netipPort(client, 40001), netipPort(server, 200<<8|1), "Sabcdef")
		w.say(ftp, client, "226 done\r\n")
		w.say(client, ftp, "DELE /pub/tool.bin\r\n")
		w.say(ftp, client, "550 no\r\n")
		w.close(client, ftp)
	},
	"smtp": func(w *wire) {
		w.talk(client, netipPort(server, 25), "S220 mail.example.com ESMTP\r\n", "CEHLO client.example.com\r\n", "S250-mail\r\n250 PIPELINING\r\n",
			"CMAIL FROM:<alice@example.com> SIZE=100\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<carol@example.org>\r\nDATA\r\n", "S250 ok\r\n250 ok\r\n550 no such user\r\n354 go\r\n",
			"CFrom: \"A\" <alice@example.com>\r\nTo: bob@example.org\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nMessage-ID: <1@example.com>\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n"+
				"--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n..dot\r\n--x\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\n"+
				"YWJj\r\nZGVm\r\n--x--\r\n.\r\n", "S250 queued\r\n", "CQUIT\r\n", "S221 bye\r\n")
	},
	"smtp-bdat": func(w *wire) {
		w.talk(client, netipPort(server, 25), "S220 mail.example.com ESMTP\r\n", "CEHLO c\r\n", "S250 CHUNKING\r\n", "CMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n", "S250 ok\r\n250 ok\r\n",
			"CBDAT 14\r\nSubject: one\r\nBDAT 8 LAST\r\n\r\n\r\nbye\n", "S250 ok\r\n250 queued\r\n", "CAUTH PLAIN AGV2ZQBzZWNyZXQ=\r\n", "S535 refused\r\n", "CQUIT\r\n", "S221 bye\r\n")
	},
	"dhcp": func(w *wire) {
		c, s := netip.MustParseAddrPort("0.0.0.0:68"), netip.MustParseAddrPort("255.255.255.255:67")
		w.udp(c, s, dhcpMessage(1, 1, nil))
		w.udp(netip.MustParseAddrPort("192.0.2.1:67"), netip.MustParseAddrPort("192.0.2.50:68"), dhcpMessage(2, 5, []byte{192, 0, 2, 50}))
	},
	"snmp": func(w *wire) {
		w.udp(client, netipPort(server, 161), []byte("\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x05\x00\x05\x00"))
	},
	"sip": func(w *wire) {
		sip := netipPort(server, 5060)
		h := "Via: SIP/2.0/UDP 192.0.2.10\r\nFrom: \"A\" <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: 1@192.0.2.10\r\nCSeq: 1 REGISTER\r\n"
		w.udp(client, sip, []byte("REGISTER sip:example.com SIP/2.0\r\n"+h+"User-Agent: scanner\r\n\r\n"))
		w.udp(sip, client, []byte("SIP/2.0 401 Unauthorized\r\n"+h+"\r\n"))
	},
	"sip-tcp": func(w *wire) {
		w.talk(client, netipPort(server, 5060), "COPTIONS sip:b@example.com SIP/2.0\r\nCall-ID: 2\r\nCSeq: 1 OPTIONS\r\nContent-Length: 3\r\n\r\nabc", "SSIP/2.0 200 OK\r\nCall-ID: 2\r\nCSeq: 1 OPTIONS\r\n\r\n")
	},
	"tftp": func(w *wire) {
		w.udp(client, netipPort(server, 69), []byte("\x00\x01startup-config\x00octet\x00"))
		w.udp(client, netipPort(server, 69), []byte("\x00\x02image.bin\x00OCTET\x00"))
	},
	"krb5": func(w *wire) {
		kdc := netipPort(server, 88)
		w.udp(client, kdc, kerberosMessage(0x6a, "alice", "EXAMPLE.COM", 0))
		w.udp(kdc, client, kerberosMessage(0x7e, "", "EXAMPLE.COM", 24))
		req, rep := kerberosMessage(0x6a, "bob", "EXAMPLE.COM", 0), kerberosMessage(0x6b, "bob", "EXAMPLE.COM", 0)
		w.talk(netipPort(client, 40002), kdc, "C"+frame32(req), "S"+frame32(rep))
	},
	"rdp": func(w *wire) {
		cookie := "Cookie: mstshash=admin\r\n"
		body := string([]byte{byte(6 + len(cookie) + 8), 0xe0, 0, 0, 0, 0, 0}) + cookie + "\x01\x00\x08\x00\x03\x00\x00\x00"
		w.talk(client, netipPort(server, 3389), "C\x03\x00\x00"+string([]byte{byte(4 + len(body))})+body)
	},
	"socks": func(w *wire) {
		w.talk(client, netipPort(server, 1080), "C\x05\x01\x00", "S\x05\x00", "C\x05\x01\x00\x03\x0fwww.example.com\x00\x50", "S\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", "C"+getA, "S"+resA)
	},
	"smb": func(w *wire) {
		file := "0123456789abcdef"
		w.talk(client, netipPort(server, 445),
			"C"+smb2(0, 0, 0, 1, make([]byte, 36)), "S"+smb2(0, 1, 0, 1, []byte{65, 0, 1, 0, 0x11, 3, 0, 0}),
			"C"+smb2(1, 0, 0, 2, smbSession("CORP", "alice", "PC1")), "S"+smb2(1, 1, 0, 2, make([]byte, 8)),
			"C"+smb2(3, 0, 0, 3, smbNamed(8, 4, `\\server\docs`)), "S"+smb2(3, 1, 5, 3, make([]byte, 16)),
			"C"+smb2(5, 0, 5, 4, smbNamed(56, 44, `dir\plan.txt`)), "S"+smb2(5, 1, 5, 4, append(make([]byte, 64), file...)),
			"C"+smb2(9, 0, 5, 5, smbWrite(file, "abcdef")), "S"+smb2(9, 1, 5, 5, make([]byte, 16)),
			"C"+smb2(6, 0, 5, 6, append(make([]byte, 8), file...)), "S"+smb2(6, 1, 5, 6, make([]byte, 60)))
	},
	"smb-1": func(w *wire) {
		w.talk(client, netipPort(server, 139),
			"C"+smb1(0x72, 0, nil, "\x02PC NETWORK PROGRAM 1.0\x00\x02NT LM 0.12\x00"), "S"+smb1(0x72, 0x80, []byte{1, 0}, ""),
			"C"+smb1(0x75, 0, []byte{0xff, 0, 0, 0, 0, 0, 1, 0}, "\x00\\\\server\\ipc$\x00IPC\x00"), "S"+smb1(0x75, 0x80, []byte{0xff, 0, 0, 0, 0, 0}, "IPC\x00"),
			"C"+smb1(0xa2, 0, append([]byte{0xff}, make([]byte, 47)...), "\\svcctl\x00"), "S"+smb1(0xa2, 0x80, append([]byte{0xff}, make([]byte, 67)...), ""))
	},
}

func itoa(n int) string { return string(appendInt(nil, n)) }

func appendInt(b []byte, n int) []byte {
	if n >= 10 {
		b = appendInt(b, n/10)
	}
	return append(b, '0'+byte(n%10))
}

func frame16(b []byte) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(b)))) + string(b)
}
func frame32(b []byte) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(b)))) + string(b)
}

func dnsNameBytes(name string) []byte {
	var b []byte
	for _, l := range strings.Split(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0)
}

func dnsQueryBytes(id uint16, name string, typ uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = append(b, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	b = append(b, dnsNameBytes(name)...)
	return append(binary.BigEndian.AppendUint16(b, typ), 0, 1)
}

func dnsResponse(id uint16, name string, typ uint16, rcode byte, data ...[]byte) []byte {
	b := dnsQueryBytes(id, name, typ)
	b[2], b[3], b[7] = 0x81, 0x80|rcode, byte(len(data))
	for _, d := range data {
		b = append(b, 0xc0, 12)
		b = append(binary.BigEndian.AppendUint16(b, typ), 0, 1, 0, 0, 1, 44)
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(d))), d...)
	}
	return b
}

func dhcpMessage(op, typ byte, yours []byte) []byte {
	b := make([]byte, 240)
	b[0], b[1], b[2] = op, 1, 6
	copy(b[4:], "\x12\x34\x56\x78")
	copy(b[16:], yours)
	copy(b[28:], macs["c"])
	copy(b[236:], "\x63\x82\x53\x63")
	b = append(b, 53, 1, typ, 12, 6)
	b = append(b, "laptop"...)
	return append(b, 51, 4, 0, 0, 14, 16, 255)
}

// kerberosMessage writes just what is read of a message.
func kerberosMessage(app byte, name, realm string, code byte) []byte {
	var b cryptobyte.Builder
	ctx := func(b *cryptobyte.Builder, n uint8, f cryptobyte.BuilderContinuation) {
		b.AddASN1(asn1.Tag(n).Constructed().ContextSpecific(), f)
	}
	text := func(b *cryptobyte.Builder, s string) {
		b.AddASN1(asn1.Tag(27), func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
	}
	principalOf := func(b *cryptobyte.Builder, names ...string) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			ctx(b, 0, func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
			ctx(b, 1, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for _, n := range names {
						text(b, n)
					}
				})
			})
		})
	}
	b.AddASN1(asn1.Tag(app), func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			version := uint8(0)
			if app == 0x6a || app == 0x6c {
				version = 1
			}
			ctx(b, version, func(b *cryptobyte.Builder) { b.AddASN1Int64(5) })
			switch app {
			case 0x6a:
				ctx(b, 4, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						ctx(b, 1, func(b *cryptobyte.Builder) { principalOf(b, name) })
						ctx(b, 2, func(b *cryptobyte.Builder) { text(b, realm) })
						ctx(b, 3, func(b *cryptobyte.Builder) { principalOf(b, "krbtgt", realm) })
					})
				})
			case 0x6b:
				ctx(b, 3, func(b *cryptobyte.Builder) { text(b, realm) })
				ctx(b, 4, func(b *cryptobyte.Builder) { principalOf(b, name) })
			case 0x7e:
				ctx(b, 6, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(code)) })
				ctx(b, 9, func(b *cryptobyte.Builder) { text(b, realm) })
				ctx(b, 10, func(b *cryptobyte.Builder) { principalOf(b, "krbtgt", realm) })
			}
		})
	})
	return b.BytesOrPanic()
}

func utf16Bytes(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func netbios(b []byte) string { return frame32(b) }

// smb2 writes a message of version 2.
func smb2(command, flags byte, tree uint32, id uint64, body []byte) string {
	h := make([]byte, 64)
	copy(h, "\xfeSMB\x40")
	h[12], h[16] = command, flags
	binary.LittleEndian.PutUint64(h[24:], id)
	binary.LittleEndian.PutUint32(h[36:], tree)
	return netbios(append(h, body...))
}

// smbNamed is a body of a size with a name behind it, whose place stands at at.
func smbNamed(size, at int, name string) []byte {
	b := make([]byte, size)
	n := utf16Bytes(name)
	binary.LittleEndian.PutUint16(b[at:], uint16(64+size))
	binary.LittleEndian.PutUint16(b[at+2:], uint16(len(n)))
	if size == 56 {
		b[36] = 2 // create
	}
	return append(b, n...)
}

func smbWrite(file, data string) []byte {
	b := make([]byte, 48)
	b[2], b[4] = 64+48, byte(len(data))
	copy(b[16:], file)
	return append(b, data...)
}

// smbSession is a session setup with an NTLMSSP AUTHENTICATE message.
func smbSession(domain, user, host string) []byte {
	m := make([]byte, 64)
	copy(m, "NTLMSSP\x00\x03")
	m[60] = 1
	for i, s := range []string{domain, user, host} {
		v := utf16Bytes(s)
		at := 28 + 8*i
		binary.LittleEndian.PutUint16(m[at:], uint16(len(v)))
		binary.LittleEndian.PutUint32(m[at+4:], uint32(len(m)))
		m = append(m, v...)
	}
	b := make([]byte, 24)
	b[12] = 64 + 24
	binary.LittleEndian.PutUint16(b[14:], uint16(len(m)))
	return append(b, m...)
}

// smb1 writes a message of version 1.
func smb1(command, flags byte, words []byte, data string) string {
	h := make([]byte, 32)
	copy(h, "\xffSMB")
	h[4], h[9], h[24], h[30] = command, flags, 3, command
	h = append(append(h, byte(len(words)/2)), words...)
	h = append(binary.LittleEndian.AppendUint16(h, uint16(len(data))), data...)
	return netbios(h)
}
