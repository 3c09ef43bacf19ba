package correlate

import (
	"fmt"
	"strings"

	"picket/normalize/ocsf"
)

// portHabits know which services a host of the site turns to. Printers, cameras
// and servers use a handful for years; what people sit at uses so many that
// nothing is said of it.
type portHabits struct {
	Hosts generations[key, *habit[uint32]] // of port and whether it is outside
}

const (
	maxPortHosts = 1 << 13
	leastFlows   = 300
	ephemeral    = 32768 // from here on ports are nobody's in particular
)

var newPortMeta = ruleMeta{
	ID: "picket-new-port", Title: "A host turns to a new service", Hash: "1", Severity: ocsf.Low, Confidence: 35,
	Techniques: []string{"T1571"}, Tactics: []string{"command-and-control", "lateral-movement"}, Short: "a new service",
	Guidance: "A host that has used the same few services since it is known turns to another one. Find out which program does so: an update or a new task is harmless; " +
		"a printer or camera that opens SSH, SMB or remote desktop connections is in other hands.",
}

func (b *baselines) ports(g *Engine, e *ocsf.Event, out *Output) {
	if e.Class != ocsf.NetworkActivity {
		return
	}
	src, dst, port := e.Addr(ocsf.SrcIP), e.Addr(ocsf.DstIP), e.Num(ocsf.DstPort)
	if !internal(src) || !dst.IsValid() || dst.IsMulticast() || port <= 0 || port >= ephemeral || e.Num(ocsf.SrcPort) < port {
		return // without a client's port it is not sure who turned to whom
	}
	l := &b.Ports.Hosts
	if l.Limit == 0 {
		l.Limit = maxPortHosts
	}
	k := addrKey(src)
	h, ok := l.get(k)
	if !ok {
		h = &habit[uint32]{}
		l.put(k, h)
	}
	what := uint32(port) << 1
	if outside(dst) {
		what |= 1
	}
	if h.breaks(what, leastFlows, leastDays) {
		matched := []ocsf.Match{{Field: "dst_endpoint.port", Value: portWord(what), Want: fmt.Sprintf("in %d connections on %d days only %s", h.Count, h.Days, portWords(h.names()))}}
		g.unusual(&newPortMeta, e, k.value()+"|"+portWord(what), fmt.Sprintf("%s turns to %s for the first time, at %s", k.value(), portWord(what), dst), matched, nil, out)
	}
	h.learn(e.Time, what)
}

func portWord(what uint32) string {
	where := "inside"
	if what&1 != 0 {
		where = "outside"
	}
	if s := serviceOfPort(int64(what >> 1)); s != "" && !strings.HasPrefix(s, "port ") {
		return fmt.Sprintf("%s (port %d) %s", s, what>>1, where)
	}
	return fmt.Sprintf("port %d %s", what>>1, where)
}

func portWords(l []uint32) string {
	out := make([]string, len(l))
	for i, w := range l {
		out[i] = portWord(w)
	}
	return list(out, 4)
}
