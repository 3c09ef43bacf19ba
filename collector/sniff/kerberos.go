package sniff

import (
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// Kerberos 5 (RFC 4120): who asked for a ticket to what, and what came of it.
// Request and reply are one event.

var (
	kerberosProtocol       = protocol{"krb5", kerberosSays, func(s *sensor, f *flow) reader { return &kerberosReader{s: s, f: f} }}
	kerberosStreamProtocol = protocol{"krb5", kerberosStreamSays, func(s *sensor, f *flow) reader { return &kerberosReader{s: s, f: f, framed: true} }}
)

// kerberosSays knows a message by its application tag and the version within.
func kerberosSays(_ *flow, _ int, b []byte) verdict {
	if len(b) < 12 {
		return no
	}
	switch b[0] {
	case 0x6a, 0x6b, 0x6c, 0x6d, 0x7e:
	default:
		return no
	}
	seq, ok := berPath(b, b[0], 0x30)
	if !ok {
		return no
	}
	for _, tag := range [...]byte{0xa1, 0xa0} {
		if v, ok := berPath(seq, tag, 2); ok && berInt(v) == 5 {
			return yes
		}
	}
	return no
}

func kerberosStreamSays(f *flow, dir int, b []byte) verdict {
	if b[0] != 0 {
		return no
	}
	if len(b) < 20 {
		if f.hasPort(88) {
			return more
		}
		return no
	}
	return kerberosSays(f, dir, b[4:])
}

type kerberosReader struct {
	s       *sensor
	f       *flow
	framed  bool
	waiting []kerberosRequest
}

type kerberosRequest struct {
	time                  int64
	as                    bool
	client, realm, server string
}

const (
	maxKerberos        = 128 << 10 // bytes of one message
	maxKerberosWaiting = 16
)

func (k *kerberosReader) read(dir int, b []byte) int {
	if !k.framed {
		k.message(b)
		return len(b)
	}
	done := 0
	for len(b)-done >= 4 {
		n := int(be32(b[done:]) & 0x7fffffff)
		if n > maxKerberos {
			return -1
		}
		if len(b)-done < 4+n {
			break
		}
		k.message(b[done+4 : done+4+n])
		done += 4 + n
	}
	return done
}

func (k *kerberosReader) gap(int, int) bool { return !k.framed }

func (k *kerberosReader) end(dir int) {
	if dir == in || k.f.side[in].stream.ended {
		for i := range k.waiting {
			k.tell(&k.waiting[i], 0, "", false)
		}
		k.waiting = nil
	}
}

func (k *kerberosReader) message(b []byte) {
	if len(b) == 0 {
		return
	}
	seq, ok := berPath(b, b[0], 0x30)
	if !ok {
		return
	}
	switch b[0] {
	case 0x6a, 0x6c: // AS-REQ, TGS-REQ
		body, ok := berPath(seq, 0xa4, 0x30)
		if !ok {
			return
		}
		r := kerberosRequest{time: k.s.pkt.time, as: b[0] == 0x6a,
			client: principal(body, 0xa1), realm: kerberosText(body, 0xa2), server: principal(body, 0xa3)}
		if len(k.waiting) >= maxKerberosWaiting {
			k.tell(&k.waiting[0], 0, "", false)
			k.waiting = k.waiting[1:]
		}
		k.waiting = append(k.waiting, r)
	case 0x6b, 0x6d: // AS-REP, TGS-REP
		r := k.pop()
		r.as = b[0] == 0x6b
		if c := principal(seq, 0xa4); c != "" {
			r.client = c
		}
		if c := kerberosText(seq, 0xa3); r.realm == "" {
			r.realm = c
		}
		if ticket, ok := berPath(seq, 0xa5, 0x61, 0x30); ok {
			if c := principal(ticket, 0xa2); c != "" {
				r.server = c
			}
		}
		k.tell(&r, 0, "", true)
	case 0x7e: // KRB-ERROR
		r := k.pop()
		code := 0
		if v, ok := berPath(seq, 0xa6, 2); ok {
			code = berInt(v)
		}
		if c := principal(seq, 0xa8); c != "" && r.client == "" {
			r.client = c
		}
		if c := principal(seq, 0xaa); c != "" && r.server == "" {
			r.server = c
		}
		if c := kerberosText(seq, 0xa9); r.realm == "" {
			r.realm = c
		}
		k.tell(&r, code, kerberosErrors[code], true)
	}
}

// pop returns the oldest request that waits for its reply.
func (k *kerberosReader) pop() kerberosRequest {
	if len(k.waiting) == 0 {
		return kerberosRequest{time: k.s.pkt.time, as: true}
	}
	r := k.waiting[0]
	k.waiting = k.waiting[1:]
	return r
}

// principal reads a PrincipalName below tag: its components with slashes
// between.
func principal(b []byte, tag byte) string {
	names, ok := berPath(b, tag, 0x30, 0xa1, 0x30)
	if !ok {
		return ""
	}
	var parts []string
	for len(parts) < 8 {
		e, rest, ok := berNext(names)
		if !ok {
			break
		}
		parts = append(parts, string(e.body[:min(len(e.body), 256)]))
		names = rest
	}
	return strings.Join(parts, "/")
}

func kerberosText(b []byte, tag byte) string {
	if v, ok := berPath(b, tag, 0x1b); ok {
		return string(v[:min(len(v), 256)])
	}
	return ""
}

// tell gives the event of a request and what came of it.
func (k *kerberosReader) tell(r *kerberosRequest, code int, text string, answered bool) {
	class := ocsf.Authentication
	if r.client == "" { // a ticket's owner is encrypted in a TGS-REQ
		class = ocsf.NetworkActivity
	}
	e := k.s.event(k.f, class, r.time)
	e.Activity = 3 // Authentication Ticket
	if !r.as {
		e.Activity = 4 // Service Ticket Request
	}
	if class == ocsf.NetworkActivity {
		e.Activity = ocsf.NetTraffic
		e.SetUnmapped("service", ocsf.Text(r.server))
	} else {
		setText(e, ocsf.ServiceName, r.server)
	}
	e.Set(ocsf.AuthProtocol, ocsf.Text("Kerberos"))
	e.SetInt(ocsf.AuthProtocolID, 2)
	setText(e, ocsf.UserName, r.client)
	setText(e, ocsf.UserDomain, r.realm)
	switch {
	case !answered:
	case code != 0:
		e.SetInt(ocsf.StatusID, ocsf.Failure)
		e.Set(ocsf.StatusCode, ocsf.Text(strconv.Itoa(code)))
		setText(e, ocsf.StatusDetail, text)
	default:
		e.SetInt(ocsf.StatusID, ocsf.Success)
	}
	k.s.give(e)
}

// kerberosErrors are the error codes that matter to whoever looks for attacks.
var kerberosErrors = map[int]string{
	6: "client not found in database", 7: "server not found in database", 12: "policy rejects request", 14: "encryption type not supported",
	18: "client's credentials have been revoked", 23: "password has expired", 24: "pre-authentication failed", 25: "pre-authentication required",
	31: "integrity check failed", 32: "ticket expired", 34: "request is a replay", 37: "clock skew too great", 41: "message stream modified",
	52: "response too big for UDP", 68: "wrong realm",
}
