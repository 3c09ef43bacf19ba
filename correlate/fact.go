package correlate

import (
	"picket/normalize/ocsf"
)

// fact is what is kept of an event that a base rule hit, so that a correlation
// that comes true later can name everybody who took part.
type fact struct {
	Seq     uint64
	Time    int64
	Sides   sides
	Port    uint16
	Service string
	Device  string
	Denied  bool
	Bytes   int64
	Covered []string // uids of the controls that cover the event, see [Engine.covers]
}

// facts is the memory of the latest facts, by sequence number.
type facts struct {
	Ring  []fact
	At    int // where the next goes
	Index map[uint64]int32
	Gone  uint64 // facts that were asked for and had been forgotten
}

const maxFacts = 1 << 16

func (m *facts) add(f fact) {
	if m.Index == nil {
		m.Index = make(map[uint64]int32)
	}
	if i, ok := m.Index[f.Seq]; ok {
		m.Ring[i] = f
		return
	}
	if len(m.Ring) < maxFacts {
		m.Ring = append(m.Ring, f)
		m.Index[f.Seq] = int32(len(m.Ring) - 1)
		return
	}
	delete(m.Index, m.Ring[m.At].Seq)
	m.Ring[m.At] = f
	m.Index[f.Seq] = int32(m.At)
	m.At = (m.At + 1) % maxFacts
}

func (m *facts) get(seq uint64) *fact {
	if i, ok := m.Index[seq]; ok {
		return &m.Ring[i]
	}
	m.Gone++
	return nil
}

// factOf reads an event.
func (g *Engine) factOf(e *ocsf.Event) fact {
	return fact{
		Seq: e.Seq, Time: e.Time, Sides: g.sidesOf(e), Port: uint16(e.Num(ocsf.DstPort)),
		Service: g.names.of(serviceOf(e)), Device: g.names.of(deviceOf(e)),
		Denied: e.Num(ocsf.ActionID) == ocsf.Denied || e.Num(ocsf.StatusID) == ocsf.Failure,
		Bytes:  e.Num(ocsf.BytesOut),
	}
}

// deviceOf names the device that reported an event, by what the event says of
// itself as far as it can: then the same lines name the same devices however they
// came, over the wire or out of a file.
func deviceOf(e *ocsf.Event) string {
	for _, f := range [...]ocsf.Field{ocsf.DeviceHostname, ocsf.DeviceName} {
		if s := e.Get(f).Str(); s != "" && s != "unknown" {
			return hostName(s)
		}
	}
	if a := e.Addr(ocsf.DeviceIP); a.IsValid() {
		return a.String()
	}
	if l := e.Get(ocsf.Loggers).List(); len(l) > 0 {
		for _, f := range [...]ocsf.Field{ocsf.LoggerHost, ocsf.LoggerName, ocsf.LoggerIP} {
			if v := l[0].Get(f); !v.IsZero() {
				return hostName(v.String())
			}
		}
	}
	if s := e.Get(ocsf.ProductName).Str(); s != "" && s != "unknown" {
		return hostName(s)
	}
	if e.From.IsValid() {
		return e.From.String()
	}
	return hostName(e.Input)
}

// serviceOf names the service that an event is about, as people call it.
func serviceOf(e *ocsf.Event) string {
	switch e.Class {
	case ocsf.SSHActivity:
		return "SSH"
	case ocsf.RDPActivity:
		return "RDP"
	case ocsf.SMBActivity:
		return "SMB"
	case ocsf.FTPActivity:
		return "FTP"
	}
	for _, f := range [...]ocsf.Field{ocsf.AppProtocol, ocsf.ServiceName, ocsf.AppName, ocsf.ProductFeature, ocsf.ProductName} {
		if s := e.Get(f).Str(); s != "" {
			return serviceWord(s)
		}
	}
	return serviceOfPort(e.Num(ocsf.DstPort))
}
