package correlate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

const seconds = 24 * 3600.0 // of a day

// workdays are logons of one user in the morning and after noon.
func workdays(days int, user string, set ...any) (out []*ocsf.Event) {
	for d := range days {
		for i, h := range []float64{1, 2, 6} { // the day of the tests begins at eight
			e := logon(float64(d)*seconds+h*3600+float64(i*7), true, "198.51.100.7", "vpn1", user)
			for j := 0; j < len(set); j += 2 {
				e.SetText(set[j].(ocsf.Field), set[j+1].(string))
			}
			out = append(out, e)
		}
	}
	return out
}

func changed(at float64, user string) *ocsf.Event {
	return event(ocsf.ConfigChange, at, ocsf.ActorUser, user, ocsf.DeviceHostname, "fw1")
}

func from(e *ocsf.Event, set ...any) *ocsf.Event {
	for i := 0; i < len(set); i += 2 {
		e.SetText(set[i].(ocsf.Field), set[i+1].(string))
	}
	return e
}

func TestBaselines(t *testing.T) {
	late := 12*seconds + 3600 // the twelfth day, nine o'clock
	flows := func(days int, ports ...int) (out []*ocsf.Event) {
		for d := range days {
			for i := range 40 {
				out = append(out, connection(float64(d)*seconds+float64(i*600), "10.0.0.77", "10.0.0.9", ports[i%len(ports)], ocsf.SrcPort, 50000+i))
			}
		}
		return out
	}
	sends := func(day int, hour float64, mb int) *ocsf.Event {
		return connection(float64(day)*seconds+hour*3600, "10.0.0.5", "203.0.113.80", 443, ocsf.BytesOut, mb*1_000_000)
	}
	uploads := func(days int) (out []*ocsf.Event) {
		for d := range days {
			out = append(out, sends(d, 2, 20+d%3), sends(d, 2.3, 1))
		}
		return out
	}
	lines := func(day int, n int) (out []*ocsf.Event) {
		for i := range n {
			out = append(out, event(ocsf.BaseEvent, float64(day)*seconds+float64(i)*3600/float64(n+1), ocsf.DeviceHostname, "sw7", ocsf.Message, "x"))
		}
		return out
	}
	for _, c := range []struct {
		name   string
		events []*ocsf.Event
		rule   string // "": nothing is said
		title  string
		why    string
	}{
		{"a new country", append(workdays(12, "anna", ocsf.SrcCountry, "DE"), from(logon(late, true, "203.0.113.9", "vpn1", "anna"), ocsf.SrcCountry, "BR")),
			"picket-new-country", "anna logs on from BR for the first time", "in 36 logons on 12 days only DE"},
		{"a new country, too early to say", append(workdays(5, "anna", ocsf.SrcCountry, "DE"), from(logon(late, true, "203.0.113.9", "vpn1", "anna"), ocsf.SrcCountry, "BR")), "", "", ""},
		{"a refused logon", append(workdays(12, "anna", ocsf.SrcCountry, "DE"), from(logon(late, false, "203.0.113.9", "vpn1", "anna"), ocsf.SrcCountry, "BR")), "", "", ""},
		{"a new network", append(workdays(12, "anna"), logon(late, true, "203.0.113.9", "vpn1", "anna")), "picket-new-network", "anna logs on from the network 203.0.0.0/16 for the first time", "in 36 logons on 12 days only 198.51.0.0/16"},
		{"the same network", append(workdays(12, "anna"), logon(late, true, "198.51.3.9", "vpn1", "anna")), "", "", ""},
		{"a name that every host has", append(workdays(12, "root"), logon(late, true, "203.0.113.9", "srv2", "root")), "", "", ""},
		{"an administrator's new address", append(append(workdays(12, "carla"), changed(50, "carla")), logon(late, true, "198.51.100.8", "vpn1", "carla")),
			"picket-new-admin-address", "carla, who administers here, logs on from 198.51.100.8 for the first time", "in 36 logons on 12 days only 198.51.100.7"},
		{"an administrator at night", append(append(workdays(12, "carla"), changed(50, "carla")), logon(12*seconds+18*3600, true, "198.51.100.7", "vpn1", "carla")),
			"picket-odd-hour", "carla logs on at 02 o'clock (UTC), never before between 01 and 04", "none of 36 logons on 12 days was within an hour of it"},
		{"anybody at night", append(workdays(12, "anna"), logon(12*seconds+18*3600, true, "198.51.100.7", "vpn1", "anna")), "", "", ""},
		{"a printer that opens SSH", append(flows(10, 445, 161), connection(late, "10.0.0.77", "10.0.0.30", 22, ocsf.SrcPort, 50123)),
			"picket-new-port", "10.0.0.77 turns to SSH (port 22) inside for the first time, at 10.0.0.30", "in 400 connections on 10 days only port 161 inside, SMB (port 445) inside"},
		{"a host of many services", append(flows(10, 21, 22, 23, 25, 53, 80, 88, 110, 143, 389, 443, 445), connection(late, "10.0.0.77", "10.0.0.30", 3389, ocsf.SrcPort, 50123)), "", "", ""},
		{"much sent", append(uploads(12), sends(12, 2, 150), sends(12, 2.1, 170)), "picket-much-sent",
			"10.0.0.5 sends 320.0 MB outside within an hour, usually 22.0 MB", "in the same hour of the last 12 days: 22.0 MB at the median, 23.0 MB at most"},
		{"much sent, by weeks", append(uploads(27), sends(27, 2, 400)), "picket-much-sent",
			"10.0.0.5 sends 400.0 MB outside within an hour, usually 22.0 MB", "in the same hour of the last 3 weeks: 22.0 MB at the median, 23.0 MB at most"},
		{"what is much every day", append(uploads(12), sends(5, 2.4, 180), sends(12, 2, 210)), "", "", ""},
		{"much sent by a host that is new", []*ocsf.Event{sends(0, 2, 900)}, "", "", ""},
		{"a flood of lines", append(slices.Concat(lines(0, 90), lines(1, 100), lines(2, 90), lines(3, 95), lines(4, 90), lines(5, 91), lines(6, 100)), lines(7, 5200)...),
			"picket-many-lines", "sw7 writes 5000 lines within an hour, usually 91", "in the same hour of the last 7 days: 91 at the median, 100 at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(t, New(emptyRules(t), site(), Options{})).play(c.events...).finish()
			if len(s.stories()) != 0 {
				t.Errorf("an incident of what is merely unusual: %s", s.stories()[0].Title)
			}
			if c.rule == "" {
				if len(s.findings) > 0 {
					t.Errorf("found %s", s.findings[0].Title)
				}
				return
			}
			if len(s.findings) != 1 {
				t.Fatalf("%d findings, want one: %v", len(s.findings), titles(s.findings))
			}
			f := s.findings[0]
			if f.Rule != c.rule || f.Title != c.title || f.Matched[0].Want != c.why || f.Kind != ocsf.ByBaseline || f.Guidance == "" {
				t.Errorf("%s: %s\n%s", f.Rule, f.Title, f.Matched[0].Want)
			}
		})
	}
}

func titles(fs []*ocsf.Finding) (out []string) {
	for _, f := range fs {
		out = append(out, f.Title)
	}
	return out
}

func failed(at float64, src, name string) *ocsf.Event {
	return event(ocsf.DNSActivity, at, ocsf.SrcIP, src, ocsf.QueryName, name, ocsf.RCodeID, 3, ocsf.DeviceHostname, "ns1")
}

func TestMadeUpNames(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz"[r.IntN(26)]
		}
		return string(b)
	}
	words := strings.Fields("printer intranet update mailserver fileshare backup calendar wiki jenkins gitlab grafana proxmox helpdesk invoice payroll storage camera gateway monitor website")
	var dga, typos, search []*ocsf.Event
	for i := range 30 {
		dga = append(dga, failed(float64(i*9), "10.0.0.8", random(12+i%5)+".example"))
		typos = append(typos, failed(float64(i*9), "10.0.0.8", words[i%len(words)]+fmt.Sprint(i)+".example"))
		search = append(search, failed(float64(i*9), "10.0.0.8", random(14)+".corp.example"))
	}
	for _, c := range []struct {
		name   string
		events []*ocsf.Event
		want   bool
	}{
		{"made up", dga, true},
		{"words of people", typos, false},
		{"below one domain", search, false},
		{"a few", dga[:10], false},
		{"spread over a day", func() (out []*ocsf.Event) {
			for i, e := range dga {
				c := *e
				c.Time = day + int64(i)*45*60_000
				out = append(out, &c)
			}
			return out
		}(), false},
		{"asked by the site's resolver", func() (out []*ocsf.Event) {
			for i := range dga {
				out = append(out, failed(float64(i*9), "10.0.0.53", random(14)+".example"))
			}
			return out
		}(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(t, New(emptyRules(t), site(), Options{})).play(c.events...).finish()
			if got := len(s.findings) > 0; got != c.want {
				t.Fatalf("found %v: %v", got, titles(s.findings))
			}
			if c.want {
				if in := s.one(); in.Src[0] != "10.0.0.8" || in.Techniques[0] != "T1568.002" || len(s.findings) != 1 {
					t.Errorf("%v %v, %d findings", in.Src, in.Techniques, len(s.findings))
				}
			}
		})
	}
}

// What is merely unusual becomes part of an incident that it belongs to.
func TestUnusualJoinsAnIncident(t *testing.T) {
	events := append(workdays(12, "anna", ocsf.SrcCountry, "DE"), from(logon(12*seconds+3600, true, "203.0.113.9", "vpn1", "anna"), ocsf.SrcCountry, "BR"))
	events = append(events, alert(12*seconds+4000, ocsf.High, "Exploit of a file server", "203.0.113.9", "10.0.0.30"))
	e := event(ocsf.DetectionFinding, 12*seconds+4100, ocsf.SeverityID, int(ocsf.High), ocsf.FindingTitle, "Credential dumping", ocsf.UserName, "anna", ocsf.DeviceHostname, "srv03")
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(append(events, e)...).finish()
	for _, in := range s.stories() {
		for _, l := range in.Timeline {
			if l.Rule == "picket-new-country" {
				return
			}
		}
	}
	t.Errorf("the logon from a new country is in no incident: %v", titles(s.findings))
}

func TestBaselinesGoOnAfterARestart(t *testing.T) {
	events := append(workdays(12, "anna", ocsf.SrcCountry, "DE"), from(logon(12*seconds+3600, true, "203.0.113.9", "vpn1", "anna"), ocsf.SrcCountry, "BR"))
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(events[:len(events)-1]...)
	b, err := s.g.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.g = New(emptyRules(t), site(), Options{})
	if err := s.g.Restore(b); err != nil {
		t.Fatal(err)
	}
	if s.play(events[len(events)-1]); len(s.findings) != 1 || s.findings[0].Rule != "picket-new-country" {
		j, _ := json.Marshal(s.findings)
		t.Errorf("found %s", j)
	}
}

func TestHabitIsBounded(t *testing.T) {
	var h habit[string]
	for i := range 100 {
		h.learn(int64(i)*1000, fmt.Sprint(i))
	}
	if len(h.Known) != maxUsages || !h.Lost || h.breaks("new", 20, 0) {
		t.Errorf("%d known, lost %v", len(h.Known), h.Lost)
	}
	h = habit[string]{}
	h.learn(0, "old")
	h.learn(habitEnds+2, "new")
	if len(h.Known) != 1 || h.Known[0].What != "new" {
		t.Errorf("%v: what is not used for long should be forgotten", h.Known)
	}
}

func TestAmountTurnsOverALongSilence(t *testing.T) {
	v := amount{Hour: 10, Sum: 7, Past: make([]uint32, pastHours)}
	for i := range v.Past {
		v.Past[i] = 99
	}
	v.turn(10 + 3*pastHours)
	for i, x := range v.Past {
		if x != 0 && i != 10%pastHours {
			t.Fatalf("hour %d still has %d", i, x)
		}
	}
}

func TestModesOfDetectors(t *testing.T) {
	for mode, want := range map[string]int{"": 1, "on": 1, "observe": 1, "off": 0} {
		rules, failed, err := compile(nil, nil, RuleOptions{Modes: map[string]string{"picket-device": mode}})
		if err != nil || len(failed) > 0 {
			t.Fatal(failed, err)
		}
		s := newStream(t, New(rules, site(), Options{})).play(alert(0, ocsf.High, "Exploit", "10.0.0.9", "10.0.0.30")).finish()
		if len(s.findings) != want || (len(s.stories()) == 1) != (mode == "" || mode == "on") {
			t.Errorf("mode %q: %d findings, %d incidents", mode, len(s.findings), len(s.stories()))
		}
		if info, _ := rules.Info("picket-device"); mode != "" && info.Mode != mode {
			t.Errorf("mode %q is shown as %q", mode, info.Mode)
		}
	}
}
