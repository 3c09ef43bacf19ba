package sniff

// protocol is one that the sensor knows.
type protocol struct {
	name string // its app_name
	// says tells from the first bytes of one direction whether they are of this
	// protocol. Content decides; a port only helps where content could be many
	// things.
	says func(f *flow, dir int, b []byte) verdict
	// open makes a reader; nil where the name is all that is wanted.
	open func(s *sensor, f *flow) reader
}

// verdict is what a look at the first bytes gave.
type verdict uint8

const (
	no verdict = iota
	more
	yes
)

// protocols lists them in the order in which they are asked: those over TCP and
// those over UDP. To add one, write its file and put it here.
func protocols() (streams, datagrams []protocol) {
	streams = []protocol{
		tlsProtocol, httpProtocol, sshProtocol, smbProtocol, dnsStreamProtocol, rdpProtocol, kerberosStreamProtocol,
		smtpProtocol, ftpProtocol, sipStreamProtocol, socksProtocol,
	}
	datagrams = []protocol{
		dnsProtocol, quicProtocol, dtlsProtocol, dhcpProtocol, snmpProtocol, sipProtocol, tftpProtocol, kerberosProtocol,
	}
	return append(streams, streamLabels...), append(datagrams, datagramLabels...)
}

// recognize asks the protocols in turn.
func recognize(list []protocol, f *flow, dir int, b []byte) *protocol {
	for i := range list {
		if list[i].says(f, dir, b) == yes {
			return &list[i]
		}
	}
	return nil
}

// detector reads a connection's beginning until a protocol knows it.
type detector struct {
	s        *sensor
	f        *flow
	first    int     // 1 + the direction that spoke first
	passed   int     // bytes let pass while the other direction is waited for
	hopeless [2]bool // no protocol wants to see more of this direction
	inside   bool    // what comes is inside another protocol, which keeps its name
}

// Bounds of recognition, in bytes: of one direction's beginning, and of what
// passes unread while only the other direction can still tell.
const (
	maxDetect = 2048
	maxPassed = 64 << 10
)

func (d *detector) read(dir int, b []byte) int {
	if d.first == 0 {
		d.first = 1 + dir
	}
	if d.hopeless[dir] {
		if d.passed += len(b); d.passed > maxPassed {
			return -1
		}
		return len(b)
	}
	wait := false
	for i := range d.s.streams {
		p := &d.s.streams[i]
		switch p.says(d.f, dir, b) {
		case yes:
			d.settle(p, dir)
			return 0
		case more:
			wait = true
		}
	}
	if wait && len(b) < maxDetect {
		return 0
	}
	d.hopeless[dir] = true
	if d.hopeless[1-dir] {
		return -1
	}
	return len(b)
}

// settle gives the connection to a protocol, from its first byte on.
func (d *detector) settle(p *protocol, dir int) {
	if d.inside {
		d.f.inner = p.name
	} else {
		d.f.app = p.name
	}
	if p.open == nil {
		d.s.silence(d.f)
		return
	}
	d.f.reader = p.open(d.s, d.f)
	if d.first != 1+dir {
		d.s.again(d.f, 1-dir)
	}
}

func (d *detector) gap(dir, n int) bool {
	// Nobody spoke yet in this direction and its beginning is lost: the other
	// may still tell.
	d.hopeless[dir] = true
	return !d.hopeless[1-dir]
}

func (d *detector) end(int) {}
