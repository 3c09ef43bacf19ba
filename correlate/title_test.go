package correlate

import (
	"net/netip"
	"testing"
)

func TestSay(t *testing.T) {
	c := &cast{}
	for i, name := range []string{"anna", "ben", "carla"} {
		c.add(&fact{Time: int64(i) * 90_000, Service: "SSH", Port: uint16(i + 1), Bytes: 600_000_000, Sides: sides{
			Src: addrKey(netip.MustParseAddr("198.51.100.7")), Dst: hostOf("srv03"), User: userOf(`CORP\` + name)}})
	}
	for _, x := range []struct{ sentence, want string }{
		{"Guessing[ over {service}] from {src}[ on {dst}][ as {user}]", "Guessing over SSH from 198.51.100.7 on srv03 as carla"},
		{"{src} tries passwords of {users}[ for {domain}]", "198.51.100.7 tries passwords of 3 users"},
		{"{count} times in {span}, {ports} ports, {bytes}", "3 times in 3 min, 3 ports, 1.8 GB"},
		{"open { and [ stay", "open { and [ stay"},
		{"{nothing} at all", "at all"},
	} {
		if got := c.say(x.sentence); got != x.want {
			t.Errorf("%q: got %q, want %q", x.sentence, got, x.want)
		}
	}
	if got, want := c.form("{count} from {src} in {span}"), "{count} from 198.51.100.7 in {span}"; got != want {
		t.Errorf("form %q, want %q", got, want)
	}
}

func TestCommonParent(t *testing.T) {
	for _, x := range []struct {
		names []string
		want  string
	}{
		{[]string{"aaa.t1.relay.test", "bbb.t1.relay.test"}, "t1.relay.test"},
		{[]string{"a.b.example", "c.example"}, ""},
		{[]string{"x.y.example.com"}, "example.com"},
		{nil, ""},
	} {
		var keys []key
		for _, n := range x.names {
			keys = append(keys, key{Kind: domainKey, Name: n})
		}
		if got := commonParent(keys); got != x.want {
			t.Errorf("%v: got %q, want %q", x.names, got, x.want)
		}
	}
}
