package uplink_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"picket/appliance/uplink"
)

// memLog is a log in memory. Numbers begin at 1; events of all lanes share them.
type memLog struct {
	id      string
	changed chan struct{}

	mu    sync.Mutex
	first uint64 // number of lanes[0]
	lanes []uplink.Lane
	times []int64
	reads map[uplink.Lane]uint64 // numbers looked at
	pad   int                    // bytes of noise in a line
}

func newLog(id string) *memLog {
	return &memLog{id: id, first: 1, changed: make(chan struct{}, 1), reads: map[uplink.Lane]uint64{}}
}

// add commits events, one for each lane given.
func (l *memLog) add(lanes ...uplink.Lane) {
	l.mu.Lock()
	for _, lane := range lanes {
		l.lanes = append(l.lanes, lane)
		l.times = append(l.times, time.Now().UnixMilli())
	}
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// addMix commits n events, mostly of lane ev.
func (l *memLog) addMix(n int) {
	lanes := make([]uplink.Lane, n)
	for i := range lanes {
		lanes[i] = uplink.Events
		switch i % 50 {
		case 7:
			lanes[i] = uplink.Incidents
		case 23:
			lanes[i] = uplink.Config
		case 40:
			lanes[i] = uplink.Heartbeat
		}
	}
	l.add(lanes...)
}

// drop forgets the oldest events up to a number.
func (l *memLog) drop(through uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := through + 1 - l.first
	l.lanes, l.times, l.first = l.lanes[n:], l.times[n:], through+1
}

func (l *memLog) ID() string               { return l.id }
func (l *memLog) Changed() <-chan struct{} { return l.changed }

func (l *memLog) First() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first
}

func (l *memLog) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first + uint64(len(l.lanes)) - 1
}

func (l *memLog) Count(lane uplink.Lane, after uint64) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var n uint64
	for i, x := range l.lanes {
		if x == lane && l.first+uint64(i) > after {
			n++
		}
	}
	return n, nil
}

func (l *memLog) Next(_ context.Context, lane uplink.Lane, after, through uint64, maxBytes int) (uplink.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.first + uint64(len(l.lanes)) - 1
	if through == 0 || through > last {
		through = last
	}
	b := uplink.Batch{Through: max(after, through)}
	bytes := 0
	for n := max(after+1, l.first); n <= through; n++ {
		l.reads[lane]++
		if l.lanes[n-l.first] != lane {
			continue
		}
		j := line(n, lane, l.pad)
		b.Items = append(b.Items, uplink.Item{Seq: n, Time: l.times[n-l.first], JSON: j})
		if bytes += len(j); maxBytes > 0 && bytes >= maxBytes {
			b.Through = n
			break
		}
	}
	return b, nil
}

// numbers are those that the log has of a lane.
func (l *memLog) numbers(lane uplink.Lane) []uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []uint64
	for i, x := range l.lanes {
		if x == lane {
			out = append(out, l.first+uint64(i))
		}
	}
	return out
}

// line is an event as the log has it, always the same for a number.
func line(n uint64, lane uplink.Lane, pad int) []byte {
	r := rand.New(rand.NewPCG(n, 1))
	b := fmt.Appendf(nil, `{"class_uid":4001,"class_name":"Network Activity","category_uid":4,"activity_id":6,"severity_id":1,"time":%d,`+
		`"metadata":{"version":"1.8.0","sequence":%d,"product":{"name":"FortiGate","vendor_name":"Fortinet"}},"src_endpoint":{"ip":"192.0.2.%d","port":%d},`+
		`"dst_endpoint":{"ip":"198.51.100.%d","port":443},"message":"%s event","traffic":{"bytes_in":%d,"bytes_out":%d},`+
		`"raw_data":"date=2026-03-01 time=10:00:00 devname=fw1 srcip=192.0.2.7 action=accept policyid=%d`,
		1772359200000+n, n, r.IntN(254)+1, r.IntN(60000)+1024, r.IntN(254)+1, lane, r.IntN(1<<20), r.IntN(1<<20), r.IntN(100))
	for range pad {
		b = append(b, "0123456789abcdef"[r.IntN(16)])
	}
	return append(b, `"}`...)
}

// memState is a State in memory, as durable as the variable that holds it.
type memState struct {
	mu   sync.Mutex
	m    map[string][]byte
	puts int
	fail error
}

func newState() *memState { return &memState{m: map[string][]byte{}} }

func (s *memState) Get(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.m[key]), nil
}

func (s *memState) Put(key string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	s.puts++
	s.m[key] = slices.Clone(value)
	return nil
}
