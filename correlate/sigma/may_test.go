package sigma

import (
	"testing"

	"picket/normalize/ocsf"
)

// fakeIndex holds one event of a block.
type fakeIndex struct {
	fields map[ocsf.Field]bool
	keys   map[string]bool
	texts  map[string]bool
	low    int64
	high   int64
}

func (x fakeIndex) Has(f ocsf.Field, key string) bool {
	return f != ocsf.None && x.fields[f] || f == ocsf.None && x.keys[key]
}
func (x fakeIndex) Value(f ocsf.Field, key, text string) bool { return x.texts[text] }
func (x fakeIndex) Number(f ocsf.Field, lo, hi int64) bool    { return lo <= x.high && hi >= x.low }

func TestMay(t *testing.T) {
	block := fakeIndex{
		fields: map[ocsf.Field]bool{ocsf.ClassUID: true, ocsf.DstPort: true, ocsf.UserName: true},
		keys:   map[string]bool{"CommandLine": true},
		texts:  map[string]bool{"4003": true, "443": true, "bob": true},
		low:    443, high: 4003,
	}
	for _, tt := range []struct {
		name, rule string
		want       bool
	}{
		{"a log source that is there", one("{category: dns}", "dst_endpoint.port: 443"), true},
		{"a log source that is not", one("{category: proxy}", "dst_endpoint.port: 443"), false},
		{"a number that is not", one("{category: dns}", "dst_endpoint.port: 22"), false},
		{"a name that is", one("{category: dns}", "user.name: BOB"), true},
		{"a name that is not", one("{category: dns}", "user.name: eve"), false},
		{"one of two", one("{category: dns}", "user.name: [eve, bob]"), true},
		{"beyond ASCII nothing is promised", one("{category: dns}", "user.name: 'ÉVE'"), true},
		{"a field that is not", one("{category: dns}", "src_endpoint.ip|cidr: 192.0.2.0/24"), false},
		{"a part of a value", one("{category: dns}", "CommandLine|contains: evil"), true},
		{"a key that is not", one("{category: dns}", "Image|contains: evil"), false},
		{"an absence", one("{category: dns}", "Image: null"), true},
		{"keywords", "title: t\nlogsource: {category: dns}\ndetection:\n    k: [needle]\n    condition: k\n", true},
		{"behind a not", "title: t\nlogsource: {category: dns}\ndetection:\n    k:\n        Image: x\n    condition: not k\n", true},
		{"all of it", "title: t\nlogsource: {category: dns}\ndetection:\n    k:\n        user.name: bob\n        Image|endswith: x\n    condition: k\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := taxonomySet(t, tt.rule).May(block); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
