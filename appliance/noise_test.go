package appliance

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"picket/normalize/ocsf"
)

// guesses sends failed logons of one source and waits until they are stored.
func (r *running) guesses(from string, n int) {
	r.t.Helper()
	tcp, err := net.Dial("tcp", r.port("tcp"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer tcp.Close()
	stored := r.input("tcp").Stored
	for i := range n {
		fmt.Fprintf(tcp, "<86>%s srv1 sshd[412]: Failed password for anna from %s port %d ssh2\n", time.Now().UTC().Format(time.Stamp), from, 4000+i)
	}
	r.until("the guesses are stored", func() bool { return r.input("tcp").Stored == stored+uint64(n) })
}

func (r *running) findings() []*ocsf.Finding {
	list, err := r.store.Findings()
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// An exception is previewed, made, survives a restart, hides what it covers and
// nothing else, and can be ended; each step is in the audit.
func TestExceptionFromPreviewToEnd(t *testing.T) {
	dir := t.TempDir()
	r := start(t, testConfig(dir), nil)
	r.guesses("198.51.100.7", 30)
	r.until("it is found", func() bool { return len(r.findings()) == 1 })
	rule := r.findings()[0].Rule
	p, err := r.archive.Preview(t.Context(), rule, "src_endpoint.ip:198.51.100.7", 7, time.Now())
	if err != nil || p.Findings != 1 || p.Hidden != 1 || p.Incidents != 1 || !p.Whole {
		t.Fatalf("preview %+v, %v", p, err)
	}
	if p, err = r.archive.Preview(t.Context(), rule, "src_endpoint.ip:203.0.113.1", 7, time.Now()); err != nil || p.Hidden != 0 || len(p.Stays) != 1 {
		t.Fatalf("preview of nobody %+v, %v", p, err)
	}
	c, err := r.AddControl(t.Context(), ControlRequest{Kind: ocsf.Exception, Rule: rule, Filter: "src_endpoint.ip:203.0.113.0/24", Reason: "the auditors", Owner: "anna", By: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	r.end()

	r = start(t, testConfig(dir), nil)
	r.guesses("203.0.113.9", 30)
	r.until("it is found, and hidden", func() bool { return len(r.findings()) == 2 })
	f := r.findings()[0]
	if f.Hidden == nil || f.Hidden.UID != c.UID || f.Incident != "" {
		t.Errorf("the finding: %+v", f)
	}
	if hid, err := r.archive.HiddenBy(c.UID, 10); err != nil || len(hid) != 1 || hid[0].UID != f.UID {
		t.Errorf("hidden by it: %v, %v", hid, err)
	}
	if all, _ := r.archive.Incidents(t.Context()); len(all) != 1 {
		t.Errorf("%d incidents, want the first one", len(all))
	}
	if err := r.EndControl(t.Context(), c.UID, "anna", "", "they left"); err != nil {
		t.Fatal(err)
	}
	got, err := r.archive.Control(c.UID)
	if err != nil || got.Ended == 0 || got.Hidden != 1 || got.EndedBy != "anna" {
		t.Errorf("ended: %+v, %v", got, err)
	}
	if err := r.EndControl(t.Context(), c.UID, "anna", "", ""); !errors.Is(err, ErrRefused) {
		t.Errorf("ended twice: %v", err)
	}
	r.guesses("203.0.113.77", 30)
	r.until("what it covered is an incident again", func() bool {
		all, _ := r.archive.Incidents(t.Context())
		return len(all) == 2
	})
	trail, err := auditEntries(r.store, 0, 10)
	if err != nil || len(trail) != 2 || trail[1].Action != "made exception" || trail[0].Action != "ended exception" || trail[0].Detail != "they left" {
		t.Errorf("audit %+v, %v", trail, err)
	}
}

// Two incidents become one and two again; the old name leads on, and is its own
// again afterwards.
func TestMergeAndUnmerge(t *testing.T) {
	r := start(t, testConfig(t.TempDir()), nil)
	r.guesses("198.51.100.7", 30)
	r.guesses("203.0.113.9", 30)
	var all []*ocsf.Incident
	r.until("there are two incidents", func() bool {
		all, _ = r.archive.Incidents(t.Context())
		return len(all) == 2
	})
	a, b := all[0].UID, all[1].UID
	in, err := r.ChangeIncident(t.Context(), a, Change{Kind: "merge", By: "anna", Other: b, Note: "one botnet"})
	if err != nil || len(in.Src) != 2 {
		t.Fatalf("merged: %+v, %v", in, err)
	}
	if led, err := r.archive.Incident(b); err != nil || led.UID != a {
		t.Errorf("the old name leads to %+v, %v", led, err)
	}
	if in, err = r.ChangeIncident(t.Context(), a, Change{Kind: "unmerge", By: "anna", Other: b, Note: "no, two"}); err != nil {
		t.Fatal(err)
	}
	out, err := r.archive.Incident(b)
	if err != nil || out.UID != b || out.Into != "" || len(out.Src) != 1 || len(in.Src) != 1 || out.Src[0] == in.Src[0] {
		t.Errorf("apart again: %v and %+v, %v", in.Src, out, err)
	}
	if _, err := r.ChangeIncident(t.Context(), a, Change{Kind: "unmerge", By: "anna", Other: b}); !errors.Is(err, ErrRefused) {
		t.Errorf("taken out twice: %v", err)
	}
}
