package config

import (
	"reflect"
	"testing"

	"picket/configs"
)

// TestExampleSaysTheDefaults: what `picket config example` prints is what holds
// without a file.
func TestExampleSaysTheDefaults(t *testing.T) {
	b, err := configs.FS.ReadFile("picket.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	tidy := func(c *Config) { // an empty list or map is as good as none
		for _, l := range []*[]string{&c.Syslog.Allow, &c.Capture.Interfaces, &c.Web.Hosts, &c.Web.MetricsFrom, &c.Uplink.URLs, &c.Drop} {
			if len(*l) == 0 {
				*l = nil
			}
		}
		if len(c.Timezones) == 0 {
			c.Timezones = nil
		}
		if len(c.Rules.Modes) == 0 {
			c.Rules.Modes = nil
		}
		if len(c.Rules.Placeholders) == 0 {
			c.Rules.Placeholders = nil
		}
	}
	tidy(got)
	tidy(want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
