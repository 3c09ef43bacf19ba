package manage

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"picket/normalize/ocsf"
)

// Source is who says things: a device, as far as its lines name it, else the
// address that sent them.
type Source struct {
	Name          string            `json:"name"` // host name in the lines, else the address
	Address       string            `json:"address,omitempty"`
	Input         string            `json:"input,omitempty"`
	Product       string            `json:"product,omitempty"`
	First         int64             `json:"first"` // receive time, ms
	Last          int64             `json:"last"`
	Events        uint64            `json:"events"`
	Bytes         uint64            `json:"bytes"`
	NotUnderstood uint64            `json:"not_understood"`
	Samples       []Sample          `json:"samples,omitempty"` // of lines that nobody understood
	Parsers       map[string]uint64 `json:"parsers,omitempty"`
	Gap           int64             `json:"gap"`                          // usual longest time between two lines, ms
	Skew          int64             `json:"skew"`                         // its clock against ours at the last line, ms: positive is ahead
	Shift         int               `json:"zone_shift,omitempty"`         // minutes that its zone lies east of the one that is assumed
	ClockError    int64             `json:"clock_error,omitempty"`        // ms that its clock is ahead beside that
	Wrong         uint64            `json:"clock_not_believed,omitempty"` // stamps that cannot be
	Zone          string            `json:"zone,omitempty"`               // that timezones should tell of it, "" when that is right
	Silent        bool              `json:"silent"`
	Told          bool              `json:"silence_told,omitempty"`
	Hours         []uint64          `json:"hours,omitempty"` // events in each of the last hours, oldest first
	hour          int64             // number of the hour that the last of Hours counts
	skews         skews
	resumed       bool // known from before a restart: the first pause says nothing
}

// silentAfter reports whether a pause of so long, in ms, is a silence.
func (src *Source) silentAfter(gap int64, quiet time.Duration) bool {
	return gap > max(quiet.Milliseconds(), 3*src.Gap)
}

// maxHours is how many hours back a source's counts reach.
const maxHours = 24

// count counts an event received at now, ms.
func (src *Source) count(now int64) {
	hour := now / time.Hour.Milliseconds()
	if src.Hours == nil {
		src.Hours, src.hour = make([]uint64, maxHours), hour
	}
	src.turn(hour)
	src.Hours[maxHours-1]++
}

// turn moves the counts so that the last of them is of this hour.
func (src *Source) turn(hour int64) {
	if src.Hours == nil || hour <= src.hour {
		return
	}
	n := int(min(hour-src.hour, maxHours))
	copy(src.Hours, src.Hours[n:])
	clear(src.Hours[maxHours-n:])
	src.hour = hour
}

// Sample is a line that nobody understood, or its beginning.
type Sample struct {
	Seq  uint64 `json:"sequence"`
	Time int64  `json:"time"` // when it was received, ms
	Raw  string `json:"raw"`
}

// Limits of the table.
const (
	maxSources = 2048
	maxSamples = 8
	maxSample  = 1024
	maxParsers = 16
	// OtherSources is the name under which sources over the limit are counted.
	OtherSources = "(others)"
)

// Sources is the table of sources. It is safe for concurrent use.
type Sources struct {
	// Quiet is how long any source may say nothing before it counts as silent.
	Quiet time.Duration

	mu     sync.Mutex // guards by
	by     map[key]*Source
	latest int64 // newest receive time seen, ms
}

type key struct {
	name string
	addr netip.Addr
}

// Observe takes note of one event.
func (s *Sources) Observe(e *ocsf.Event) {
	name := e.Text(ocsf.DeviceHostname)
	k := key{name: name, addr: e.From}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := e.Logged
	s.latest = max(s.latest, now)
	src := s.by[k]
	if src == nil {
		src = s.add(k)
	}
	if src.Last != 0 && now > src.Last {
		// The usual gap falls slowly and rises at once, but never for a silence,
		// and not for the time that this box was off itself.
		switch gap := now - src.Last; {
		case src.resumed, src.silentAfter(gap, s.Quiet):
		case gap > src.Gap:
			src.Gap = gap
		default:
			src.Gap -= src.Gap / 4096
		}
		src.resumed = false
	}
	src.Last, src.Silent, src.Told = now, false, false
	src.Events++
	src.count(now)
	if src.First == 0 {
		src.First = now
	}
	src.Bytes += uint64(len(e.Raw))
	switch e.Stamp {
	case ocsf.NoStamp:
	case ocsf.StampWrong:
		src.Wrong++
	default:
		src.Skew = e.Time - now
		src.skews.put(e.Stamp, src.Skew, now)
	}
	if p := e.Text(ocsf.ProductName); p != "" && p != src.Product {
		src.Product = strings.Clone(p)
	}
	if e.Input != src.Input {
		src.Input = strings.Clone(e.Input)
	}
	if e.Parser == "" {
		src.NotUnderstood++
		if len(src.Samples) < maxSamples {
			src.Samples = append(src.Samples, Sample{e.Seq, now, strings.ToValidUTF8(e.Raw[:min(len(e.Raw), maxSample)], "\uFFFD")})
		}
		return
	}
	if _, ok := src.Parsers[e.Parser]; ok || len(src.Parsers) < maxParsers {
		src.Parsers[e.Parser]++
	}
}

// Understood takes note that a line which nobody understood when it came is
// understood now: the event is the one that it was then.
func (s *Sources) Understood(e *ocsf.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.by[key{name: e.Text(ocsf.DeviceHostname), addr: e.From}]
	if src == nil {
		src = s.by[key{name: OtherSources}]
	}
	if src == nil || src.NotUnderstood == 0 {
		return
	}
	src.NotUnderstood--
	src.Samples = slices.DeleteFunc(src.Samples, func(x Sample) bool { return x.Seq == e.Seq })
}

func (s *Sources) add(k key) *Source {
	if s.by == nil {
		s.by = map[key]*Source{}
	}
	if len(s.by) >= maxSources && !s.forget() {
		k = key{name: OtherSources}
		if src := s.by[k]; src != nil {
			return src
		}
	}
	src := &Source{Name: strings.Clone(k.name), Parsers: map[string]uint64{}}
	if k.addr.IsValid() {
		src.Address = k.addr.String()
	}
	if src.Name == "" {
		src.Name = src.Address
	}
	if src.Name == "" {
		src.Name = "(unnamed)"
	}
	k.name = strings.Clone(k.name)
	s.by[k] = src
	return src
}

// SetQuiet changes Quiet while the table is in use.
func (s *Sources) SetQuiet(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Quiet = d
}

// forget makes room in a full table: names that were heard a few times, long ago,
// give way, so that forged ones cannot keep real devices out for ever.
func (s *Sources) forget() bool {
	var worst key
	var oldest *Source
	for k, src := range s.by {
		if src.Events <= 16 && k.name != OtherSources && (oldest == nil || src.Last < oldest.Last) {
			worst, oldest = k, src
		}
	}
	if oldest == nil || s.latest-oldest.Last < time.Hour.Milliseconds() {
		return false
	}
	delete(s.by, worst)
	return true
}

// List returns a copy of the table, the one heard last first; Silent is as of
// now (ms).
func (s *Sources) List(now int64) []Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Source, 0, len(s.by))
	for _, src := range s.by {
		src.Silent = now > 0 && src.Events > 3 && src.silentAfter(now-src.Last, s.Quiet)
		src.turn(now / time.Hour.Milliseconds())
		src.skews.judge(src)
		c := *src
		c.Hours = slices.Clone(src.Hours)
		c.Samples = slices.Clone(src.Samples)
		c.Parsers = make(map[string]uint64, len(src.Parsers))
		for p, n := range src.Parsers {
			c.Parsers[p] = n
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Source) int {
		if a.Last != b.Last {
			return int(min(max(b.Last-a.Last, -1), 1))
		}
		return strings.Compare(a.Name+a.Address, b.Name+b.Address)
	})
	return out
}

// Save returns the table for keeping over a restart.
func (s *Sources) Save() ([]byte, error) {
	return json.Marshal(s.List(0))
}

// Load takes back what Save returned, beside what was learned since.
func (s *Sources) Load(b []byte) error {
	var list []Source
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, src := range list[:min(len(list), maxSources)] {
		k := key{name: src.Name}
		k.addr, _ = netip.ParseAddr(src.Address)
		if src.Name == src.Address || src.Name == "(unnamed)" {
			k.name = ""
		}
		if _, ok := s.by[k]; ok {
			continue
		}
		if s.by == nil {
			s.by = map[key]*Source{}
		}
		src.skews, src.Shift, src.ClockError, src.Zone = skews{}, 0, 0, ""
		src.Hours, src.hour = nil, 0 // of a time that nobody knows
		src.resumed = true
		if src.Parsers == nil {
			src.Parsers = map[string]uint64{}
		}
		s.by[k] = &src
	}
	return nil
}
