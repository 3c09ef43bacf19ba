package uplink_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"picket/appliance/uplink"
	"picket/appliance/uplink/soc"
)

// drainChild is set in a process that only drains: DIR, then URLs.
const drainChild = "PICKET_TEST_DRAIN"

func TestMain(m *testing.M) {
	if s := os.Getenv(drainChild); s != "" {
		f := strings.Split(s, ";")
		if err := soc.Drain(context.Background(), childOptions(f[0], f[1:]...)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// The compressor's channels must not belong to the clock of one test.
	b, n := uplink.Pack([]uplink.Item{{Seq: 1, JSON: line(1, uplink.Events, 0)}}, 1<<20)
	if _, err := uplink.Unpack(&uplink.Head{First: 1, Last: 1, Count: n}, b); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// startDrain drains in a process of its own, which can be killed.
func startDrain(t testing.TB, dir string, urls ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), drainChild+"="+strings.Join(append([]string{dir}, urls...), ";"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func kill(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Errorf("the drain ended by itself: %v", cmd.ProcessState)
	}
}
