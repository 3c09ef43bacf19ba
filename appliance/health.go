package appliance

import (
	"fmt"
	"strings"
	"time"
)

// State is the state of a check, and the exit code of `picket health`, after
// the monitoring plugins' convention.
type State int

// The states.
const (
	OK State = iota
	Warning
	CriticalState
	Unknown
)

// String returns the word that monitoring systems know.
func (s State) String() string { return [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[s] }

// Check is the result of one check of the box's health.
type Check struct {
	Name     string `json:"name"`
	State    State  `json:"state"`
	Text     string `json:"text"`
	Guidance string `json:"guidance,omitempty"` // what to do, when it is not OK
}

// Limits of the health checks.
const (
	certWarning  = 21 * 24 * time.Hour
	certCritical = 3 * 24 * time.Hour
	clockError   = 500_000 // microseconds
	dropWarning  = 0.0001  // of what an input received
	dropCritical = 0.01
)

// Health judges a status. diskFree is the free disk below which it warns.
func Health(s *Status, diskFree int64) []Check {
	var out []Check
	add := func(name string, st State, guidance, format string, args ...any) {
		c := Check{Name: name, State: st, Text: fmt.Sprintf(format, args...)}
		if st != OK {
			c.Guidance = guidance
		}
		out = append(out, c)
	}
	listeners(s, add)
	drops(s, add)
	deviceClocks(s, add)
	switch {
	case s.Commit != "":
		add("store", CriticalState, "Nothing is being kept. Look for a full or failing disk (df, dmesg); Picket goes on by itself once it can write.", "cannot commit: %s", s.Commit)
	case s.Store.Damaged > 0:
		add("store", Warning, "Run `picket store check`; damaged blocks are skipped, everything else is readable. A disk that loses bits wants replacing.", "%d damaged blocks", s.Store.Damaged)
	default:
		add("store", OK, "", "%d events in %d segments, %d of %d MB", s.Store.Events, s.Store.Segments, s.Store.Bytes>>20, s.Store.Budget>>20)
	}
	switch free := s.Store.Free; {
	case free < 0:
		add("disk", Unknown, "The file system did not tell its free space.", "free space is not known")
	case free < diskFree/4:
		add("disk", CriticalState, "Free space on the disk at once, or lower store.budget; when the disk is full, nothing is kept.", "%d MB free", free>>20)
	case free < diskFree:
		add("disk", Warning, "Free space on the disk, or lower store.budget.", "%d MB free", free>>20)
	default:
		add("disk", OK, "", "%d MB free", free>>20)
	}
	clock(s, add)
	certificates(s, add)
	uplinkAge(s, add)
	switch n := len(s.Sources.Silent); {
	case n > 0:
		add("sources", Warning, "See whether the device is up and still sends to this box: its syslog settings, the way between, its licence.", "%d of %d sources are silent: %s", n, s.Sources.Total, shorten(s.Sources.Silent, 5))
	default:
		add("sources", OK, "", "%d sources, none silent", s.Sources.Total)
	}
	if n := len(s.Rules.Failed); n > 0 {
		add("signatures", Warning, "Run `picket rules check` on the folder of rules; these signatures do not run.", "%d of %d signatures failed to load: %s", n, n+s.Rules.Loaded, shorten(s.Rules.Failed, 3))
	} else if s.Rules.Throttled > 0 {
		add("signatures", Warning, "Events so long that signatures could not be tried on them whole: see who sends them (sources); a signature with a costly expression may want a plainer condition first.", "%d costly comparisons were left out", s.Rules.Throttled)
	} else {
		add("signatures", OK, "", "%d signatures", s.Rules.Loaded)
	}
	if s.Config != "" {
		add("configuration", Warning, "Mend the configuration file and send SIGHUP again; the old one is in force.", "the new configuration was refused: %s", s.Config)
	}
	return out
}

func listeners(s *Status, add func(string, State, string, string, ...any)) {
	var down []string
	for _, in := range s.Inputs {
		if in.Down != "" {
			down = append(down, in.Name+": "+in.Down)
		}
	}
	if len(down) > 0 {
		add("inputs", CriticalState, "Events of these inputs are being missed. See whether another program holds the port, or the interface is gone (`picket doctor`).", "%d of %d inputs are down: %s", len(down), len(s.Inputs), strings.Join(down, "; "))
		return
	}
	if len(s.Inputs) == 0 {
		add("inputs", Warning, "Nothing is received: name a listener or an interface in the configuration.", "there are no inputs")
		return
	}
	add("inputs", OK, "", "%d inputs are up", len(s.Inputs))
}

func drops(s *Status, add func(string, State, string, string, ...any)) {
	worst, text := OK, ""
	for _, in := range s.Inputs {
		d := in.DroppedFull + in.DroppedKernel
		if d == 0 || in.Received == 0 {
			continue
		}
		st := OK
		switch share := float64(d) / float64(in.Received); {
		case share >= dropCritical:
			st = CriticalState
		case share >= dropWarning:
			st = Warning
		}
		if st > worst || text == "" {
			worst = st
			text = fmt.Sprintf("%s dropped %d of %d", in.Name, d, in.Received)
		}
	}
	if text == "" {
		text = "nothing was dropped"
	}
	add("drops", worst, "More arrives than the box can take. See the sources page for who sends most; prefer TCP, which waits, to UDP.", "%s", text)
}

func clock(s *Status, add func(string, State, string, string, ...any)) {
	const remedy = "Set up time synchronization (chrony or systemd-timesyncd): times of events and certificates depend on it."
	switch {
	case !s.Clock.Known:
		add("clock", Unknown, remedy, "the kernel does not tell whether the clock is synchronized")
	case !s.Clock.Synchronized:
		add("clock", Warning, remedy, "the clock is not synchronized")
	case s.Clock.ErrorMicros > clockError:
		add("clock", Warning, remedy, "the clock may be wrong by %d ms", s.Clock.ErrorMicros/1000)
	default:
		add("clock", OK, "", "synchronized, at most %d ms wrong", s.Clock.ErrorMicros/1000)
	}
}

func deviceClocks(s *Status, add func(string, State, string, string, ...any)) {
	if n := len(s.Sources.Clocks); n > 0 {
		add("device clocks", Warning, "Tell the zones that `picket devices zones` prints below timezones in the configuration; set up NTP on a device whose clock is wrong.",
			"%d devices: %s", n, shorten(s.Sources.Clocks, 3))
	}
}

func certificates(s *Status, add func(string, State, string, string, ...any)) {
	worst, text := OK, fmt.Sprintf("%d certificates are valid", len(s.Certs))
	for _, c := range s.Certs {
		left := time.Duration(c.NotAfter-s.Now) * time.Millisecond
		st := OK
		switch {
		case left < certCritical:
			st = CriticalState
		case left < certWarning:
			st = Warning
		}
		if st > worst {
			worst = st
			text = fmt.Sprintf("the certificate of %s ends in %d days", c.Use, int(left.Hours()/24))
			if left < 0 {
				text = fmt.Sprintf("the certificate of %s has ended", c.Use)
			}
		}
	}
	add("certificates", worst, "Replace the certificate and send SIGHUP; the box's own one is renewed by deleting it from data/tls and a restart.", "%s", text)
}

func uplinkAge(s *Status, add func(string, State, string, string, ...any)) {
	u := s.Uplink
	if u == nil {
		return
	}
	age := time.Duration(u.Age) * time.Millisecond
	const remedy = "Nothing is lost while the store has room. See the line to the SOC: name resolution, firewall, certificate (`picket uplink status`)."
	switch {
	case u.Ahead > 0:
		add("uplink", CriticalState, "The data folder was replaced by an old copy: what happened since then is missing here, and new events carry numbers that the SOC has already. Start with an empty folder.", "the SOC has event %d, this log has not", u.Ahead)
	case u.TooLarge > 0:
		add("uplink", Warning, "Raise max_payload of the NATS servers to a megabyte at least.", "%d events are too large for the SOC's servers", u.TooLarge)
	case u.Lost > 0:
		add("uplink", CriticalState, "The store's budget deleted events before the SOC had them. Raise store.budget or mend the line.", "%d events were deleted before they were sent", u.Lost)
	case u.Age > 4*u.MaxAge:
		add("uplink", CriticalState, remedy, "the oldest event without a receipt is %s old, %d wait; %s", age.Round(time.Second), u.Backlog, connection(u))
	case u.Age > u.MaxAge || !u.Connected:
		add("uplink", Warning, remedy, "the oldest event without a receipt is %s old, %d wait; %s", age.Round(time.Second), u.Backlog, connection(u))
	default:
		add("uplink", OK, "", "connected, %d events wait, the oldest for %s", u.Backlog, age.Round(time.Second))
	}
}

func connection(u *Line) string {
	if u.Connected {
		return "connected"
	}
	if u.Error != "" {
		return "not connected: " + u.Error
	}
	return "not connected"
}

// shorten joins the first n names.
func shorten(names []string, n int) string {
	if len(names) > n {
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", len(names)-n)
	}
	return strings.Join(names, ", ")
}

// Worst returns the worst state of the checks; critical is worse than unknown.
func Worst(checks []Check) State {
	w := OK
	rank := [...]int{OK: 0, Unknown: 1, Warning: 2, CriticalState: 3}
	for _, c := range checks {
		if rank[c.State] > rank[w] {
			w = c.State
		}
	}
	return w
}
