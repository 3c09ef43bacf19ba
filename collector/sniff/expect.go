package sniff

// expectations are connections that another one announced: the data connection
// of an FTP session. They are few and short-lived.
type expectations struct {
	m     map[expectation]expected
	order []expectation
}

// expectation names the responder of the connection to come.
type expectation struct {
	proto uint8
	addr  [16]byte
	port  uint16
}

type expected struct {
	until int64
	open  func(*sensor, *flow) reader
}

const (
	maxExpected  = 4096
	expectedTime = 120 * 1e9 // ns
)

// add announces a connection to addr and port.
func (x *expectations) add(k expectation, now int64, open func(*sensor, *flow) reader) {
	if x.m == nil {
		x.m = map[expectation]expected{}
	}
	if len(x.order) >= maxExpected {
		delete(x.m, x.order[0])
		x.order = x.order[1:]
	}
	x.m[k] = expected{now + expectedTime, open}
	x.order = append(x.order, k)
}

// take returns what is to read f, if f was announced.
func (x *expectations) take(f *flow, now int64) func(*sensor, *flow) reader {
	if len(x.m) == 0 {
		return nil
	}
	src, dst, sport, dport := f.ends()
	for _, k := range [...]expectation{{f.key.proto, dst, dport}, {f.key.proto, src, sport}} {
		if e, ok := x.m[k]; ok && e.until >= now {
			delete(x.m, k)
			return e.open
		}
	}
	return nil
}

func (x *expectations) expire(now int64) {
	for len(x.order) > 0 {
		e, ok := x.m[x.order[0]]
		if ok && e.until >= now {
			return
		}
		delete(x.m, x.order[0])
		x.order = x.order[1:]
	}
}
