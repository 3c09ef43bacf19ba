package correlate

import (
	"strings"
	"testing"
)

func TestReadAssets(t *testing.T) {
	assets, err := ReadAssets(strings.NewReader("address,name,role,worth\n10.0.0.53,ns1,dns server,high\n,DC1.corp.example,domain controller,critical\n2001:db8::7,scan,authorised scanner,low\n"))
	if err != nil || len(assets) != 3 {
		t.Fatalf("%d assets, %v", len(assets), err)
	}
	in := NewInventory(assets)
	for _, c := range []struct {
		host         string
		hub, scanner bool
		worth        int
	}{
		{"10.0.0.53", true, false, 3},
		{"NS1", true, false, 3},
		{"ns1.corp.example", true, false, 3},
		{"dc1", true, false, 4},
		{"2001:db8::7", false, true, 1},
		{"10.0.0.54", false, false, 0},
	} {
		k := hostOf(c.host)
		_, hub := in.hub(k)
		if hub != c.hub || in.scanner(k) != c.scanner || in.worth(k) != c.worth {
			t.Errorf("%s: hub %v, scanner %v, worth %d", c.host, hub, in.scanner(k), in.worth(k))
		}
	}
	if in.same(hostOf("ns1")) != hostOf("10.0.0.53") {
		t.Error("name and address of one asset do not meet")
	}
}

func TestReadAssetsErrors(t *testing.T) {
	for in, want := range map[string]string{
		"name,role\nx,y\n":             "no column address",
		"address,name\n10.0.0.300,x\n": "line 2",
		"address,name\n\"x\n":          "assets:",
	} {
		if _, err := ReadAssets(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

func FuzzReadAssets(f *testing.F) {
	f.Add("address,name,role,worth\n10.0.0.53,ns1,dns server,high\n,dc,,\n")
	f.Fuzz(func(t *testing.T, s string) {
		if assets, err := ReadAssets(strings.NewReader(s)); err == nil {
			NewInventory(assets).hub(hostOf("ns1"))
		}
	})
}
