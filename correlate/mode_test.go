package correlate

import (
	"fmt"
	"testing"
	"testing/fstest"
)

func TestModes(t *testing.T) {
	const text = `
title: A
name: a
level: low
tags: [attack.t1110, attack.credential-access]
logsource: {category: x}
detection: {s: {k: a}, condition: s}
picket: {mode: observe}
---
title: B
id: 5f0c2b52-7f5e-4a6c-9d3e-0000000000b0
level: low
tags: [attack.t1110]
logsource: {category: x}
detection: {s: {k: b}, condition: s}
---
title: C
name: c
level: high
logsource: {category: x}
detection: {s: {k: c}, condition: s}
`
	for _, tt := range []struct {
		modes map[string]string
		want  string // of a, b and c
		idle  int
	}{
		{nil, "observe on on", 0},
		{map[string]string{"a": "on"}, "on on on", 0},
		{map[string]string{"level:low": "off"}, "off off on", 0},
		{map[string]string{"level:low": "off", "tag:attack.t1110": "observe"}, "observe observe on", 0},
		{map[string]string{"tag:attack.credential-access": "on", "tag:attack.t1110": "off", "a": "on"}, "on off on", 0},
		{map[string]string{"tag:attack.credential-access": "on", "tag:attack.t1110": "off"}, "off off on", 0},
		{map[string]string{"5f0c2b52-7f5e-4a6c-9d3e-0000000000b0": "off"}, "observe off on", 0},
		{map[string]string{"gone": "off", "tag:gone": "off", "level:critical": "off"}, "observe on on", 3},
	} {
		r, failed, err := LoadRules(fstest.MapFS{"r.yml": {Data: []byte(text)}}, nil, RuleOptions{Modes: tt.modes})
		if err != nil {
			t.Fatal(err)
		}
		list := r.List()
		if got := fmt.Sprint(list[0].Mode, " ", list[1].Mode, " ", list[2].Mode); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.modes, got, tt.want)
		}
		if len(failed) != tt.idle {
			t.Errorf("%v: %v, want %d that are set for nothing", tt.modes, failed, tt.idle)
		}
	}
}
