package appliance

import (
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

// TestDemoTellsOneAttack: the built-in scenario is one incident over all devices,
// its steps in order, and the ordinary work around it is in none.
func TestDemoTellsOneAttack(t *testing.T) {
	c := testConfig(t.TempDir())
	c.Web.Listen = ""
	r := start(t, c, nil)
	d := NewDemo()
	r.inputs.know(&input{}, d.Inputs())
	if err := d.Run(t.Context(), r.queue); err != nil {
		t.Fatal(err)
	}
	r.until("all is stored", func() bool { in := accountOf(&d.input); return in.Received > 500 && in.Stored == in.Received })
	r.until("all is told", func() bool { c := r.counts.Load(); return c != nil && c.Events >= d.input.Stored.Load() })
	var stories []*ocsf.Incident
	r.until("one incident tells the end", func() bool {
		list, err := r.archive.Incidents(t.Context())
		stories = list[:0]
		for _, in := range list {
			if in.Into == "" {
				stories = append(stories, in)
			}
		}
		return err == nil && len(stories) == 1 && strings.Contains(steps(stories[0]), "upload")
	})
	told := steps(stories[0])
	at := 0
	for _, want := range []string{"ports", "web requests", "web shell", "failed logons over SSH", "succeeded on files as backup",
		"makes an account", "many hosts", "failed logons", "logged on as helpdesk", "svc_sync", "security log", "questions for names", "upload"} {
		i := strings.Index(told[at:], want)
		if i < 0 {
			t.Errorf("no step tells %q behind the ones before it:\n%s", want, told)
			continue
		}
		at += i
	}
	for _, innocent := range []string{"vera", "10.10.2.31"} {
		if strings.Contains(strings.Join(stories[0].Users, " ")+" "+strings.Join(stories[0].Src, " "), innocent) {
			t.Errorf("%s had nothing to do with it", innocent)
		}
	}
	if len(stories[0].Devices) < 6 {
		t.Errorf("devices: %v", stories[0].Devices)
	}
}

func steps(in *ocsf.Incident) string {
	var b strings.Builder
	for _, s := range in.Timeline {
		b.WriteString(s.Title + "\n")
	}
	return b.String()
}
