package correlate

import (
	"slices"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func TestDeviceFinding(t *testing.T) {
	const in, out = "10.0.0.7", "203.0.113.9"
	blocked := func(e *ocsf.Event) *ocsf.Event { e.SetInt(ocsf.ActionID, ocsf.Denied); return e }
	virus := func(disposition int64) *ocsf.Event {
		e := event(ocsf.DetectionFinding, 1, ocsf.SeverityID, int(ocsf.Medium), ocsf.FindingTitle, "Threat found", ocsf.DeviceHostname, "ws7")
		e.Append(ocsf.Malware, ocsf.ObjectOf(ocsf.Attr(ocsf.MalwareName, ocsf.Text("Generic.Dropper"))))
		e.SetInt(ocsf.DispositionID, disposition)
		return e
	}
	for _, c := range []struct {
		name      string
		e         *ocsf.Event
		title     string // "" for no finding
		technique string
		opens     bool
	}{
		{"a call to a command server", alert(1, ocsf.High, "MALWARE loader check-in over HTTP", in, out),
			"10.0.0.7 calls a command server at 203.0.113.9: MALWARE loader check-in over HTTP", "T1071.001", true},
		{"seen on the way back", alert(1, ocsf.Critical, "Botnet command and control answer", out, in),
			"10.0.0.7 calls a command server at 203.0.113.9: Botnet command and control answer", "T1071", true},
		{"an exploit that was let in", alert(1, ocsf.High, "Exploit of CVE-2021-0001", out, in), "Exploit of CVE-2021-0001 from 203.0.113.9 against 10.0.0.7", "T1190", true},
		{"an exploit that was blocked", blocked(alert(1, ocsf.High, "Exploit of CVE-2021-0001", out, in)), "Exploit of CVE-2021-0001 from 203.0.113.9 against 10.0.0.7", "T1190", false},
		{"a scan of the site's own scanner", alert(1, ocsf.High, "Port scan", "10.0.0.200", in), "Port scan, 10.0.0.200 scans 10.0.0.7 (an authorised scanner)", "T1046", false},
		{"of medium severity", alert(1, ocsf.Medium, "Port scan", out, in), "", "", false},
		{"malware that is still there", virus(13), "Malware on ws7: Threat found", "T1204.002", true},
		{"malware that was removed", virus(5), "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(t, New(emptyRules(t), site(), Options{})).play(c.e).finish()
			if c.title == "" {
				if len(s.findings) > 0 {
					t.Fatalf("found %q", s.findings[0].Title)
				}
				return
			}
			if len(s.findings) != 1 {
				t.Fatalf("%d findings, want one", len(s.findings))
			}
			f := s.findings[0]
			if f.Title != c.title {
				t.Errorf("title %q, want %q", f.Title, c.title)
			}
			if !slices.Contains(f.Techniques, c.technique) {
				t.Errorf("techniques %v, want %s", f.Techniques, c.technique)
			}
			if got := len(s.incidents) > 0; got != c.opens {
				t.Errorf("incident %v, want %v", got, c.opens)
			}
		})
	}
}

func TestRepeatedAlertsAreOneLine(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	for i := range 50 {
		s.play(alert(float64(i), ocsf.High, "Trojan beacon", "10.0.0.7", "203.0.113.9"))
	}
	in := s.finish().one()
	if len(s.findings) != 1 || len(in.Timeline) != 1 || in.Timeline[0].Count != 50 || in.Events != 50 || in.SubEvents != 1 {
		t.Errorf("%d findings, %d lines, %d events", len(s.findings), len(in.Timeline), in.Events)
	}
	if want := "(50 times in 49 s)"; !strings.Contains(in.Timeline[0].Title, want) {
		t.Errorf("line %q, want %q in it", in.Timeline[0].Title, want)
	}
	if len(s.events) > 50 || s.incidents[in.UID].Version > 4 {
		t.Errorf("told %d times", s.incidents[in.UID].Version)
	}
}

func TestHostileTitle(t *testing.T) {
	s := newStream(t, New(emptyRules(t), site(), Options{}))
	s.play(alert(1, ocsf.High, "{src}[{dst}]{count}"+strings.Repeat("x", 5000), "10.0.0.7", "203.0.113.9")).finish()
	if got := s.one().Title; len(got) > 400 || strings.Contains(got, "{") {
		t.Errorf("title %q", got)
	}
}
