package appliance

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

// TestTenStepsInADayOfNoise: ten steps of an attack, reported by five devices of
// five makers and seen on the wire, are one incident that tells them in order;
// nothing of the day's ordinary work is in it.
func TestTenStepsInADayOfNoise(t *testing.T) {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	files, capture := writeLines(t, dir, append(readScenario(t, "testdata/intrusion.txt", day), jitter(readScenario(t, "testdata/workday.txt", day))...)), filepath.Join(dir, "scan.pcap")
	if err := os.WriteFile(capture, scanCapture(day.Add(10*time.Hour+10*time.Minute)), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	sum, err := Replay(t.Context(), ReplayOptions{Data: data, Files: files, Captures: []string{capture}, Errors: io.Discard, Zone: time.UTC,
		Now: func(*os.File) time.Time { return day.Add(24 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	if sum.NotUnderstood > 0 || sum.Dropped > 0 || sum.Lines < 6900 {
		t.Errorf("%d lines, %d not understood, %d dropped", sum.Lines, sum.NotUnderstood, sum.Dropped)
	}
	in := onlyIncident(t, data)
	told := steps(in)
	at := 0
	for _, want := range []string{"34 failed logons", "then logged on as m.weber", "refused connections to many hosts", "12 failed logons", "succeeded on core1 as netadmin",
		"netadmin changed the configuration of core1", "m.weber copied the passwords", "svc_print2", "large uploads", "copies for recovery", "Filecoder"} {
		i := strings.Index(strings.ToLower(told[at:]), strings.ToLower(want))
		if i < 0 {
			t.Errorf("no step tells %q behind the ones before it", want)
			continue
		}
		at += i
	}
	for _, d := range []string{"pa-branch", "picket sensor", "core1", "files01.corp.example", "edge-fgt"} {
		if !slices.Contains(in.Devices, d) {
			t.Errorf("%s is not among the devices %v", d, in.Devices)
		}
	}
	for _, who := range slices.Concat(in.Src, in.Users) {
		if strings.HasPrefix(who, "10.30.2.") || who == "backupadmin" || slices.Contains(demoWords, who) {
			t.Errorf("%s had nothing to do with it", who)
		}
	}
	if t.Failed() {
		t.Logf("%s\n%v\n%s", in.Title, in.Devices, told)
	}
}

// onlyIncident returns the one incident of a data folder that went into no other.
func onlyIncident(t *testing.T, data string) *ocsf.Incident {
	t.Helper()
	a, err := OpenArchive(data)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	list, err := a.Incidents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list = slices.DeleteFunc(list, func(in *ocsf.Incident) bool { return in.Into != "" })
	if len(list) != 1 {
		for _, in := range list {
			t.Logf("%s\n%s", in.Title, steps(in))
		}
		t.Fatalf("%d incidents, want one", len(list))
	}
	return list[0]
}

func readScenario(t *testing.T, path string, start time.Time) []step {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := scenario(string(text), start)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// jitter mixes what lines say among their times, so that nobody works to a timer.
func jitter(list []step) []step {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range list {
		list[i].record.Raw = shiftOctets(list[i].record.Raw, r)
	}
	return list
}

var workstation = regexp.MustCompile(`\b(10\.30\.2|203\.0\.113)\.\d+`)

// shiftOctets gives the workstations and the parties outside of a line others in
// their place.
func shiftOctets(line string, r *rand.Rand) string {
	return workstation.ReplaceAllStringFunc(line, func(a string) string {
		return fmt.Sprint(a[:strings.LastIndexByte(a, '.')+1], 10+r.IntN(60))
	})
}

// writeLines writes what each sender says to a file of its own, in order.
func writeLines(t *testing.T, dir string, list []step) (files []string) {
	t.Helper()
	slices.SortStableFunc(list, func(a, b step) int { return a.at.Compare(b.at) })
	said := map[netip.Addr]*strings.Builder{}
	for _, s := range list {
		if said[s.record.From] == nil {
			said[s.record.From] = &strings.Builder{}
		}
		fmt.Fprintln(said[s.record.From], s.record.Raw)
	}
	for from, b := range said {
		f := filepath.Join(dir, from.String()+".log")
		if err := os.WriteFile(f, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	slices.Sort(files)
	return files
}

// scanCapture is a capture of one host that knocks at SMB of 80 others, which
// refuse.
func scanCapture(at time.Time) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0)
	src := netip.MustParseAddr("10.30.9.14")
	for i := range 80 {
		dst := netip.AddrFrom4([4]byte{10, 30, 1, byte(i + 1)})
		for j, f := range [][]byte{tcpFrame(src, dst, uint16(40000+i), 445, 2), tcpFrame(dst, src, 445, uint16(40000+i), 0x14)} {
			t := at.Add(time.Duration(i)*250*time.Millisecond + time.Duration(j)*time.Millisecond)
			b = binary.LittleEndian.AppendUint32(b, uint32(t.Unix()))
			b = binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()/1000))
			b = binary.LittleEndian.AppendUint32(b, uint32(len(f)))
			b = binary.LittleEndian.AppendUint32(b, uint32(len(f)))
			b = append(b, f...)
		}
	}
	return b
}

// tcpFrame is an Ethernet frame with a TCP segment without data.
func tcpFrame(src, dst netip.Addr, sport, dport uint16, flags byte) []byte {
	f := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0}
	f = append(append(f, src.AsSlice()...), dst.AsSlice()...)
	f = binary.BigEndian.AppendUint16(f, sport)
	f = binary.BigEndian.AppendUint16(f, dport)
	return append(f, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0)
}
