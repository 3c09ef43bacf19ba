package correlate

import (
	"fmt"
	"testing"

	"picket/normalize/ocsf"
)

// A host that nobody declared, on which forty people log on, is not what two
// attacks have in common.
func TestHubsAreLearnt(t *testing.T) {
	for _, c := range []struct {
		name   string
		people int
		hub    bool
	}{{"a server of three", 3, false}, {"a controller of forty", 40, true}} {
		t.Run(c.name, func(t *testing.T) {
			g := New(emptyRules(t), site(), Options{})
			var events []*ocsf.Event
			for i := range c.people {
				events = append(events, logon(float64(i), true, fmt.Sprintf("10.0.5.%d", i+1), "dc9", fmt.Sprintf("user%d", i)))
			}
			newStream(t, g).play(events...)
			if got := g.hub(hostOf("dc9")); got != c.hub {
				t.Errorf("hub %v, want %v", got, c.hub)
			}
			if g.hides(hostOf("10.0.5.1")) {
				t.Error("a workstation of one user hides somebody")
			}
		})
	}
}

func TestAttackMakesNoHub(t *testing.T) {
	g := New(emptyRules(t), site(), Options{})
	var events []*ocsf.Event
	for i := range 200 {
		events = append(events, logon(float64(i), false, fmt.Sprintf("198.51.100.%d", i), "srv09", fmt.Sprintf("user%d", i)))
	}
	if newStream(t, g).play(events...); g.hub(hostOf("srv09")) {
		t.Error("failed logons make a host a hub")
	}
}

func TestAddressOfManyUsersHides(t *testing.T) {
	g := New(emptyRules(t), site(), Options{})
	var events []*ocsf.Event
	for i := range 120 {
		events = append(events, logon(float64(i), true, "10.0.6.1", fmt.Sprintf("srv%d", i%4+10), fmt.Sprintf("user%d", i)))
	}
	if newStream(t, g).play(events...); !g.hides(hostOf("10.0.6.1")) {
		t.Error("an address from which a hundred users log on stands for one of them")
	}
}
