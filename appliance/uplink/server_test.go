package uplink_test

import (
	"fmt"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
)

// cluster is some JetStream servers in this process, with files below a test
// folder.
type cluster struct {
	t    testing.TB
	opts []*natsd.Options
	mu   sync.Mutex
	srv  []*natsd.Server
}

// startCluster starts n servers, one alone without a cluster.
func startCluster(t testing.TB, n int) *cluster {
	t.Helper()
	c := &cluster{t: t, srv: make([]*natsd.Server, n)}
	ports := freePorts(t, 2*n)
	for i := range n {
		o := &natsd.Options{
			ServerName: "s" + strconv.Itoa(i), Host: "127.0.0.1", Port: ports[i],
			JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 1 << 30, SyncAlways: true,
		}
		if n > 1 {
			o.Cluster = natsd.ClusterOpts{Name: "soc", Host: "127.0.0.1", Port: ports[n+i], NoAdvertise: true}
			for j := range n {
				o.Routes = append(o.Routes, natsd.RoutesFromStr(fmt.Sprintf("nats://127.0.0.1:%d", ports[n+j]))...)
			}
		}
		c.opts = append(c.opts, o)
	}
	t.Cleanup(func() {
		for i := range n {
			c.kill(i)
		}
	})
	for i := range n {
		c.start(i)
	}
	if n > 1 {
		within(t, 20*time.Second, "a leader of the cluster", func() bool {
			for _, s := range c.srv {
				if s.JetStreamIsLeader() {
					return len(s.JetStreamClusterPeers()) == n
				}
			}
			return false
		})
	}
	return c
}

func (c *cluster) start(i int) {
	c.t.Helper()
	s, err := natsd.NewServer(c.opts[i].Clone())
	if err != nil {
		c.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		c.t.Fatal("server does not come up")
	}
	c.mu.Lock()
	c.srv[i] = s
	c.mu.Unlock()
}

func (c *cluster) kill(i int) {
	c.mu.Lock()
	s := c.srv[i]
	c.srv[i] = nil
	c.mu.Unlock()
	if s != nil {
		s.Shutdown()
		s.WaitForShutdown()
	}
}

// leader is the server that leads the stream of events.
func (c *cluster) leader() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.srv {
		if s != nil && s.JetStreamIsStreamLeader("$G", "PICKET") {
			return i
		}
	}
	return 0
}

func (c *cluster) addr(i int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.opts[i].Port))
}

func (c *cluster) urls() []string {
	var out []string
	for i := range c.opts {
		out = append(out, "nats://"+c.addr(i))
	}
	return out
}

func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var out []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out
}

// within polls until ok or fails.
func within(t testing.TB, d time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(d)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited %v for %s", d, what)
		}
	}
}
