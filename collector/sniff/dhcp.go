package sniff

import (
	"bytes"
	"strconv"

	"picket/normalize/ocsf"
)

// DHCP for IPv4 (RFC 2131, 2132). One event a message.

var dhcpProtocol = protocol{"dhcp", dhcpSays, func(s *sensor, f *flow) reader { return &dhcpReader{s: s, f: f} }}

func dhcpSays(f *flow, _ int, b []byte) verdict {
	if !f.hasPort(67) && !f.hasPort(68) || len(b) < 241 || be32(b[236:]) != 0x63825363 || b[0] != 1 && b[0] != 2 {
		return no
	}
	return yes
}

type dhcpReader struct {
	s *sensor
	f *flow
}

// dhcpOptions are those that are told.
type dhcpOptions struct {
	typ, overload            byte
	hostname, class, fqdn    string
	requested, server, lease []byte
}

func (o *dhcpOptions) parse(b []byte) {
	for range 512 {
		if len(b) == 0 || b[0] == 255 {
			return
		}
		if b[0] == 0 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return
		}
		code, v := b[0], b[2:2+int(b[1])]
		b = b[2+len(v):]
		text := func() string { return string(bytes.TrimRight(v, "\x00")) }
		switch {
		case code == 12 && o.hostname == "":
			o.hostname = text()
		case code == 50 && len(v) == 4:
			o.requested = v
		case code == 51 && len(v) == 4:
			o.lease = v
		case code == 52 && len(v) == 1:
			o.overload = v[0]
		case code == 53 && len(v) == 1 && o.typ == 0:
			o.typ = v[0]
		case code == 54 && len(v) == 4:
			o.server = v
		case code == 60:
			o.class = text()
		case code == 81 && len(v) > 3 && v[0]&4 == 0:
			o.fqdn = string(bytes.TrimRight(v[3:], "\x00"))
		}
	}
}

func (d *dhcpReader) read(_ int, b []byte) int {
	if len(b) < 241 || be32(b[236:]) != 0x63825363 {
		return len(b)
	}
	var o dhcpOptions
	o.parse(b[240:])
	if o.overload&1 != 0 { // options go on in the field for a boot file
		o.parse(b[108:236])
	}
	if o.overload&2 != 0 {
		o.parse(b[44:108])
	}
	e := d.s.event(d.f, ocsf.DHCPActivity, d.s.pkt.time)
	e.Activity = o.typ
	if o.typ == 0 || o.typ > 8 {
		e.Activity = ocsf.Other
	}
	e.Set(ocsf.TransactionUID, ocsf.Text("0x"+strconv.FormatUint(uint64(be32(b[4:])), 16)))
	if b[1] == 1 && b[2] == 6 {
		e.Set(ocsf.DeviceMAC, ocsf.Text(mac(b[28:34]).String()))
	}
	addr4 := func(f ocsf.Field, v []byte) {
		if len(v) == 4 && be32(v) != 0 {
			e.SetAddr(f, addr(from4(v), false))
		}
	}
	addr4(ocsf.DeviceIP, b[16:20])
	addr4(ocsf.RelayIP, b[24:28])
	name := o.hostname
	if name == "" {
		name = o.fqdn
	}
	setText(e, ocsf.DeviceHostname, name)
	if o.lease != nil {
		e.SetInt(ocsf.LeaseSeconds, int64(be32(o.lease)))
	}
	if o.typ == 3 {
		e.SetBool(ocsf.IsRenewal, be32(b[12:]) != 0)
	}
	if o.requested != nil {
		e.SetUnmapped("requested_ip", ocsf.Addr(addr(from4(o.requested), false)))
	}
	if o.server != nil {
		e.SetUnmapped("server_id", ocsf.Addr(addr(from4(o.server), false)))
	}
	if be32(b[12:]) != 0 {
		e.SetUnmapped("client_ip", ocsf.Addr(addr(from4(b[12:16]), false)))
	}
	if o.class != "" {
		e.SetUnmapped("vendor_class", ocsf.Text(o.class))
	}
	d.s.give(e)
	return len(b)
}

func (d *dhcpReader) gap(int, int) bool { return true }
func (d *dhcpReader) end(int)           {}
