package soc

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"picket/appliance/uplink"
)

// batch is an entry of one line a number.
func batch(t testing.TB, v *vault, log string, prev uint64, numbers ...uint64) entry {
	t.Helper()
	s, err := v.of(key{"acme", "berlin", "ev", log})
	if err != nil {
		t.Fatal(err)
	}
	e := entry{series: s, span: span{prev, numbers[len(numbers)-1]}}
	for _, n := range numbers {
		e.lines = append(e.lines, uplink.Line{Seq: n, JSON: fmt.Appendf(nil, `{"n":%d}`, n)})
	}
	return e
}

func reopen(t testing.TB, dir string) *vault {
	t.Helper()
	v, err := openVault(dir, 200)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func commit(t testing.TB, v *vault, entries ...entry) int {
	t.Helper()
	n, err := v.commit(entries)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// files returns the lines of a folder, sorted.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	names, err := filepath.Glob(filepath.Join(dir, "acme/berlin/ev/*.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Split(strings.TrimSpace(string(b)), "\n")...)
	}
	slices.Sort(out)
	return out
}

func want(numbers ...int) []string {
	var out []string
	for _, n := range numbers {
		out = append(out, fmt.Sprintf(`{"n":%d}`, n))
	}
	slices.Sort(out)
	return out
}

func wantTo(n int) []string {
	var numbers []int
	for i := range n {
		numbers = append(numbers, i+1)
	}
	return want(numbers...)
}

func TestVault(t *testing.T) {
	dir := t.TempDir()
	v := reopen(t, dir)
	if n := commit(t, v, batch(t, v, "l", 0, 1, 2, 5)); n != 3 {
		t.Errorf("%d stored, want 3", n)
	}
	if n := commit(t, v, batch(t, v, "l", 0, 1, 2, 5)); n != 0 {
		t.Errorf("%d stored of what is there, want 0", n)
	}
	// Out of order, with other bounds, and twice in one commit.
	if n := commit(t, v, batch(t, v, "l", 9, 11), batch(t, v, "l", 9, 11)); n != 1 {
		t.Errorf("%d stored, want 1", n)
	}
	s := v.series[key{"acme", "berlin", "ev", "l"}]
	if got := s.through(); got != 5 {
		t.Errorf("through %d with a gap, want 5", got)
	}
	if n := commit(t, v, batch(t, v, "l", 2, 5, 7, 9, 11, 12)); n != 3 {
		t.Errorf("%d stored of an overlap, want 3", n)
	}
	if err := v.close(); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, dir)
	defer v.close()
	s = v.series[key{"acme", "berlin", "ev", "l"}]
	if got := s.through(); got != 12 || len(s.have) != 1 {
		t.Errorf("through %d in %v after reopening, want 12", got, s.have)
	}
	if got, want := files(t, dir), want(1, 2, 5, 7, 9, 11, 12); !slices.Equal(got, want) {
		t.Errorf("files hold %v, want %v", got, want)
	}
}

// Whatever a crash leaves behind the last commit is as if it never was.
func TestVaultAfterCrash(t *testing.T) {
	dir := t.TempDir()
	v := reopen(t, dir)
	for n := uint64(1); n <= 60; n++ { // over several files
		commit(t, v, batch(t, v, "l", n-1, n))
	}
	v.close()
	index, err := os.ReadFile(filepath.Join(dir, indexName))
	if err != nil {
		t.Fatal(err)
	}
	// The lines of a commit are in the file, its record is cut anywhere.
	last := strings.LastIndexByte(strings.TrimSuffix(string(index), "\n"), '\n') + 1
	for cut := last; cut < len(index); cut += 7 {
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, indexName), index[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		v := reopen(t, copied)
		// What comes again may be more than goes into the file.
		rest := []uint64{60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80}
		if n := commit(t, v, batch(t, v, "l", 59, rest...)); n != len(rest) {
			t.Errorf("cut at %d: %d stored, want %d", cut, n, len(rest))
		}
		v.close()
		if got, want := files(t, copied), wantTo(80); !slices.Equal(got, want) {
			t.Errorf("cut at %d: files hold %d lines, want %d", cut, len(got), len(want))
		}
	}
}

func TestVaultDamage(t *testing.T) {
	dir := t.TempDir()
	v := reopen(t, dir)
	commit(t, v, batch(t, v, "l", 0, 1))
	commit(t, v, batch(t, v, "l", 1, 2))
	if _, err := openVault(dir, 1); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second process: got %v", err)
	}
	v.close()
	name := filepath.Join(dir, indexName)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[20] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openVault(dir, 1); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a flipped bit in the index: got %v", err)
	}
}

// Someone takes finished files away to keep them elsewhere.
func TestVaultFileTakenAway(t *testing.T) {
	dir := t.TempDir()
	v := reopen(t, dir)
	commit(t, v, batch(t, v, "l", 0, 1))
	v.close()
	if err := os.RemoveAll(filepath.Join(dir, "acme")); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, dir)
	defer v.close()
	if n := commit(t, v, batch(t, v, "l", 0, 1), batch(t, v, "l", 1, 2)); n != 1 {
		t.Errorf("%d stored, want the new one only", n)
	}
	if got := files(t, dir); !slices.Equal(got, want(2)) {
		t.Errorf("files hold %v", got)
	}
}

func TestVaultTidy(t *testing.T) {
	dir := t.TempDir()
	v := reopen(t, dir)
	for n := uint64(1); n <= 40; n++ {
		commit(t, v, batch(t, v, "l", n-1, n))
	}
	commit(t, v, batch(t, v, "l", 50, 51))
	v.bytes += maxIndex // as if it had grown so large
	if err := v.tidy(); err != nil {
		t.Fatal(err)
	}
	commit(t, v, batch(t, v, "l", 40, 41))
	v.close()
	v = reopen(t, dir)
	defer v.close()
	if got := v.series[key{"acme", "berlin", "ev", "l"}].have; !slices.Equal(got, spans{{0, 41}, {50, 51}}) {
		t.Errorf("spans %v", got)
	}
	if info, err := os.Stat(filepath.Join(dir, indexName)); err != nil || info.Size() > 1000 {
		t.Errorf("index has %d bytes (%v)", info.Size(), err)
	}
}

func TestTooManyLogs(t *testing.T) {
	v := reopen(t, t.TempDir())
	defer v.close()
	for i := range maxLogs {
		batch(t, v, fmt.Sprint("l", i), 0, 1)
	}
	if _, err := v.of(key{"acme", "berlin", "ev", "more"}); err == nil {
		t.Error("no error")
	}
	if _, err := v.of(key{"acme", "paris", "ev", "more"}); err != nil {
		t.Errorf("another site: %v", err)
	}
}

func TestSpans(t *testing.T) {
	var s spans
	for _, x := range []span{{5, 9}, {1, 2}, {20, 21}, {9, 10}, {2, 2}, {0, 1}, {15, 30}, {3, 4}} {
		s = s.add(x)
	}
	if want := (spans{{0, 2}, {3, 4}, {5, 10}, {15, 30}}); !slices.Equal(s, want) {
		t.Fatalf("got %v, want %v", s, want)
	}
	for n, want := range map[uint64]bool{0: false, 1: true, 2: true, 3: false, 4: true, 5: false, 6: true, 10: true, 11: false, 30: true, 31: false} {
		if got := s.has(n); got != want {
			t.Errorf("has(%d) = %v", n, got)
		}
	}
	for base, want := range map[uint64]uint64{0: 2, 2: 2, 3: 4, 6: 10, 12: 12, 15: 30, 40: 40} {
		if got := s.through(base); got != want {
			t.Errorf("through(%d) = %d, want %d", base, got, want)
		}
	}
	if s.covers(span{1, 3}) || !s.covers(span{6, 10}) {
		t.Error("covers is wrong")
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(appendLine(nil, record{Tenant: "a", Site: "b", Lane: "ev", Log: "l", To: 9, File: 1, Size: 3}))
	f.Add([]byte("00000000 []\n"))
	f.Add([]byte("zz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := parseLine(b)
		if err != nil {
			return
		}
		if again, err := parseLine(appendLine(nil, records...)); err != nil || !slices.Equal(again, records) {
			t.Errorf("%q: %v, then %v, %v", b, records, again, err)
		}
	})
}
