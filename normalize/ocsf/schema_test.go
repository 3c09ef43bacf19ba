package ocsf

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// shared returns a file of the measuring material beside the project, or skips.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("PICKET_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	p := filepath.Join(dir, name)
	if _, err := os.Stat(p); err != nil {
		t.Skip("no ../shared: the OCSF schema is not at hand")
	}
	return p
}

// TestSchema makes events of every class with every field now and then, with
// values right and wrong, and holds what is written against the schema.
func TestSchema(t *testing.T) {
	tool := shared(t, "tools/ocsf_validate.py")
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"x", "198.51.100.7", "70000", "80", "a@example.com", "aabb.ccdd.eeff", "<>\"&", "\xff\x00", "", "/a/b.exe", "-1", "true"}
	var out bytes.Buffer
	var e Event
	for _, class := range Classes() {
		for range 120 {
			e.Reset()
			e.Class, e.Activity, e.Severity = class, uint8(r.IntN(20)), Severity(r.IntN(8))
			e.Time, e.Raw = 1767571200000, texts[r.IntN(len(texts))]
			for _, in := range Fields() {
				if r.IntN(12) > 0 || in.Type == Object || in.List != None || isHead(in.Field) {
					continue
				}
				if in.Type == Enum {
					if in.Field == ProtocolVer || strings.HasSuffix(in.Path, "os.type_id") {
						continue // 1 is none of theirs
					}
					e.SetInt(in.Field, int64(r.IntN(2)))
					continue
				}
				if !e.SetText(in.Field, texts[r.IntN(len(texts))]) && r.IntN(4) == 0 && in.Type < IP {
					e.SetInt(in.Field, 7)
				}
			}
			e.AddHash(FileHashes, "44d88612fea8a8f36de82e1278abb02f")
			e.Append(Answers, ObjectOf(Attr(AnswerData, Text("x"))))
			e.Append(Loggers, ObjectOf(Attr(LoggerHost, Text("relay"))))
			e.Append(DeviceInterfaces, ObjectOf(Attr(DeviceIfMAC, Text("02:00:00:00:00:01"))))
			e.Append(Vulnerabilities, ObjectOf(Attr(VulnTitle, Text("no number"))))
			e.Append(Malware, ObjectOf(Attr(MalwareName, Text("x")), Attr(MalwareClassID, ListOf(Int(1)))))
			e.Conform()
			out.Write(e.AppendJSON(nil))
			out.WriteByte('\n')
		}
	}
	f := Finding{UID: "f", Kind: BySignature, Rule: "r", Title: "t", Severity: High, Time: 1767571200000, Techniques: []string{"T1110.001"},
		Tactics: []string{"credential-access"}, Evidence: []uint64{1, 2}, Entities: []Entity{{HostEntity, "h", Source}}}
	in := Incident{UID: "i", Title: "t", State: New, Severity: High, End: 1767571200000, Techniques: []string{"T1110"}}
	for _, e := range []*Event{f.Event(1), in.Event(1)} {
		out.Write(append(e.AppendJSON(nil), '\n'))
	}
	cmd := exec.Command("python3", tool, "--max", "40", "-")
	cmd.Stdin = &out
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
}

func TestFindingsAndIncidentsComeBackFromTheLog(t *testing.T) {
	f := &Finding{UID: "f", Kind: BySignature, Rule: "r", Title: "t", Severity: High, Time: 5, Evidence: []uint64{1}, Count: 3}
	e := f.Event(9)
	e.Seq = 12
	got, err := FindingOf(e)
	if err != nil || got.UID != "f" || got.Seq != 12 || got.Count != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
	in := &Incident{UID: "i", Title: "t", State: Closed, Verdict: "benign", Src: []string{"192.0.2.1"}}
	back, err := IncidentOf(in.Event(9))
	if err != nil || back.State != Closed || back.Src[0] != "192.0.2.1" {
		t.Errorf("got %+v, %v", back, err)
	}
	forged := &Event{Class: DetectionFinding}
	forged.SetUnmapped(findingKey, Text(`{"uid":"`+strconv.Itoa(1)+`"}`))
	if got, err := FindingOf(forged); got != nil || err != nil {
		t.Errorf("a device's event passed for Picket's own: %+v, %v", got, err)
	}
}
