package ocsf

import (
	"encoding/json"
	"net/netip"
	"testing"
)

// firewall is a denied connection as a firewall's parser makes it.
func firewall() *Event {
	e := &Event{Class: NetworkActivity, Activity: NetRefuse, Severity: Low, Time: 1767571200000, Logged: 1767571201000,
		Seq: 7, Raw: `<189>deny "x"` + "\xff", Parser: "fortigate", Input: "udp:514", From: netip.MustParseAddr("192.0.2.1")}
	e.SetText(SrcIP, "198.51.100.7")
	e.SetText(SrcPort, "40000")
	e.SetText(DstIP, "2001:db8::1")
	e.SetText(DstPort, "443")
	e.SetText(UserName, "anna")
	e.SetText(URLHostname, "www.example.com")
	e.SetText(Protocol, "tcp")
	e.SetInt(ActionID, Denied)
	e.SetText(ProductName, "FortiGate")
	e.SetText(DeviceHostname, "fw1")
	e.AddHash(FileHashes, "44d88612fea8a8f36de82e1278abb02f")
	e.SetUnmapped("policyid", Int(3))
	e.SetUnmapped("policyid", Int(4))
	return e
}

func TestJSONPutsAttributesWhereTheClassWantsThem(t *testing.T) {
	for _, c := range []struct {
		class Class
		path  []string // into the JSON
		want  any
	}{
		{NetworkActivity, []string{"actor", "user", "name"}, "anna"},
		{NetworkActivity, []string{"url", "url_string"}, "www.example.com"},
		{NetworkActivity, []string{"unmapped", "file.hashes"}, []any{map[string]any{"algorithm_id": 1.0, "value": "44d88612fea8a8f36de82e1278abb02f"}}},
		{HTTPActivity, []string{"http_request", "url", "hostname"}, "www.example.com"},
		{DetectionFinding, []string{"evidences", "src_endpoint", "ip"}, "198.51.100.7"},
		{DetectionFinding, []string{"finding_info", "uid"}, "unknown"},
		{Authentication, []string{"user", "name"}, "anna"},
		{Authentication, []string{"dst_endpoint", "ip"}, "2001:db8::1"},
		{FileActivity, []string{"class_uid"}, 4001.0}, // no file name: given up
	} {
		e := firewall()
		e.Class = c.class
		e.Conform()
		var o any
		if err := json.Unmarshal(e.AppendJSON(nil), &o); err != nil {
			t.Fatalf("%s: %v\n%s", c.class.Name(), err, e.AppendJSON(nil))
		}
		for _, name := range c.path {
			if l, ok := o.([]any); ok {
				o = l[0]
			}
			m, ok := o.(map[string]any)
			if !ok {
				t.Fatalf("%s: nothing at %v", c.class.Name(), c.path)
			}
			o = m[name]
		}
		got, _ := json.Marshal(o)
		want, _ := json.Marshal(c.want)
		if string(got) != string(want) {
			t.Errorf("%s %v: got %s, want %s", c.class.Name(), c.path, got, want)
		}
	}
}

func TestJSONComesBack(t *testing.T) {
	for _, class := range Classes() {
		e := firewall()
		e.Class = class
		e.Raw = "a line"
		e.Append(Answers, ObjectOf(Attr(AnswerData, Text("192.0.2.9")), Attr(AnswerType, Text("A"))))
		e.Append(Attacks, ObjectOf(Attr(AttackUID, Text("T1110")), Attr(AttackTactic, Text("Credential Access"))))
		e.Conform()
		first := string(e.AppendJSON(nil))
		var back Event
		if err := ReadJSON([]byte(first), &back); err != nil {
			t.Fatalf("%s: %v", class.Name(), err)
		}
		second := map[Field]bool{} // what stands at a second home comes back as what lives there
		for _, s := range e.Class.info().layoutOf().slots {
			second[s.field] = s.guard != ""
		}
		for f, v := range e.All() {
			if second[f] {
				continue
			}
			if got := back.Get(f); !got.Equal(v) {
				t.Errorf("%s: %s: got %v, want %v\n%s", class.Name(), f, got, v, first)
			}
		}
		if back.Raw != e.Raw || back.Parser != e.Parser || back.From != e.From || back.Input != e.Input {
			t.Errorf("%s: head differs", class.Name())
		}
	}
}

func TestBytesThatAreNoUTF8AreEscapedAndMarked(t *testing.T) {
	e := Event{Raw: "a\xffb"}
	var o struct {
		Raw      string `json:"raw_data"`
		Unmapped map[string]any
	}
	if err := json.Unmarshal(e.AppendJSON(nil), &o); err != nil {
		t.Fatal(err)
	}
	if o.Raw != `a\xffb` || o.Unmapped["picket.raw_data_escaped"] != true {
		t.Errorf("got %q %v", o.Raw, o.Unmapped)
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	e := firewall()
	e.Conform()
	buf := e.AppendJSON(nil)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = e.AppendJSON(buf[:0])
	}
}

func BenchmarkConform(b *testing.B) {
	e := firewall()
	b.ReportAllocs()
	for b.Loop() {
		e.Conform()
	}
}

func FuzzReadJSON(f *testing.F) {
	e := firewall()
	e.Conform()
	f.Add(e.AppendJSON(nil))
	f.Add([]byte(`{"class_uid":2004,"evidences":[{"src_endpoint":{"ip":"192.0.2.1"}}],"unmapped":{"a":[1,{"b":null}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var e, back Event
		if ReadJSON(b, &e) != nil {
			return
		}
		e.Conform()
		out := e.AppendJSON(nil)
		if !json.Valid(out) {
			t.Fatalf("not JSON: %s", out)
		}
		if err := ReadJSON(out, &back); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	})
}
