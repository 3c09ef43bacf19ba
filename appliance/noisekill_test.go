package appliance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"picket/normalize/ocsf"
)

// What the control socket has answered for is there after a kill: an exception
// made over it is in force when the appliance starts again, also when what was
// folded of the log is lost.
func TestKilledApplianceKeepsItsControls(t *testing.T) {
	for name, spoil := range map[string]bool{"killed": false, "killed, and picket.db lost": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			made := killedAfterMaking(t, dir)
			if spoil {
				if err := os.Remove(dir + "/picket.db"); err != nil {
					t.Fatal(err)
				}
			}
			r := start(t, testConfig(dir), nil)
			list, err := r.archive.Controls()
			if err != nil || len(list) != 1 || list[0].UID != made {
				t.Fatalf("controls %+v, %v; want %s", list, err, made)
			}
			r.guesses("203.0.113.9", 30)
			r.until("it is found", func() bool { return len(r.findings()) == 1 })
			if f := r.findings()[0]; f.Hidden == nil || f.Hidden.UID != made {
				t.Errorf("the finding: %+v", f)
			}
		})
	}
}

// killedAfterMaking runs an appliance in a process of its own, makes an exception
// over its socket, kills it, and returns the exception's uid.
func killedAfterMaking(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PICKET_TEST_VICTIM="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{})
	defer func() { cmd.Process.Kill(); <-heard; cmd.Wait() }()
	lines := bufio.NewScanner(out)
	spoke := false
	for lines.Scan() { // it says how it is all the time; its socket comes a little later
		if c, err := net.Dial("unix", SocketPath(dir)); err == nil {
			c.Close()
			spoke = true
			break
		}
	}
	go func() { // it must not wait for somebody to listen
		io.Copy(io.Discard, out)
		close(heard)
	}()
	if !spoke {
		t.Fatal("the victim ended before it listened")
	}
	var d net.Dialer
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", SocketPath(dir))
	}}}
	body, _ := json.Marshal(ControlRequest{Kind: ocsf.Exception, Filter: "src_endpoint.ip:203.0.113.0/24", Reason: "the auditors", Owner: "anna", By: "anna"})
	resp, err := c.Post("http://picket/v1/controls", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var made ocsf.Control
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || made.UID == "" {
		t.Fatalf("%s, %v", resp.Status, err)
	}
	return made.UID
}
