package appliance

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"picket/appliance/config"
)

// Doctor checks the box itself, before or beside a running appliance: may it
// listen and capture, is there room, is the clock right. Each finding carries
// its remedy. running tells whether an appliance holds the data folder now.
func Doctor(c *config.Config, running bool) []Check {
	var out []Check
	add := func(name string, st State, remedy, format string, args ...any) {
		k := Check{Name: name, State: st, Text: fmt.Sprintf(format, args...)}
		if st != OK {
			k.Guidance = remedy
		}
		out = append(out, k)
	}
	doctorData(c, add)
	doctorPorts(c, running, add)
	doctorCapture(c, add)
	doctorBuffers(add)
	clock(&Status{Clock: clockState()}, add)
	doctorCertificates(c, add)
	return out
}

type addCheck = func(name string, st State, remedy, format string, args ...any)

func doctorData(c *config.Config, add addCheck) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		add("data", CriticalState, "Make the folder and give it to the user that Picket runs as, or name another one under data.", "%v", err)
		return
	}
	f, err := os.CreateTemp(c.Data, ".doctor-")
	if err != nil {
		add("data", CriticalState, "Give the folder to the user that Picket runs as.", "%v", err)
		return
	}
	f.Close()
	os.Remove(f.Name())
	free := diskFree(c.Data)
	if free < int64(c.Health.DiskFree) {
		add("data", Warning, "Free space, or lower store.budget.", "%s: %d MB free", c.Data, free>>20)
		return
	}
	var used int64
	filepath.WalkDir(c.Data, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if st, err := d.Info(); err == nil {
				used += st.Size()
			}
		}
		return nil
	})
	if want := int64(c.Store.Budget) - used; free < want {
		add("data", Warning, "Lower store.budget below what the disk has, else it fills before the oldest events are let go.", "%s: %d MB free, but the budget may still grow by %d MB", c.Data, free>>20, want>>20)
		return
	}
	add("data", OK, "", "%s: writable, %d MB free", c.Data, free>>20)
}

func doctorPorts(c *config.Config, running bool, add addCheck) {
	try := func(name, network, addr string) {
		var err error
		if network == "udp" {
			var p net.PacketConn
			if p, err = net.ListenPacket(network, addr); err == nil {
				p.Close()
			}
		} else {
			var l net.Listener
			if l, err = net.Listen(network, addr); err == nil {
				l.Close()
			}
		}
		switch {
		case err == nil:
			add(name, OK, "", "%s can be opened", addr)
		case errors.Is(err, syscall.EADDRINUSE) && running:
			add(name, OK, "", "%s is held, by the running appliance it seems", addr)
		case errors.Is(err, syscall.EADDRINUSE):
			add(name, CriticalState, "Find who holds the port (ss -lntup) and stop it, or choose another port.", "%s is in use by another program", addr)
		case errors.Is(err, syscall.EACCES):
			add(name, CriticalState, "Give the binary the right to low ports (setcap cap_net_bind_service,cap_net_raw+ep picket, or the systemd unit), or choose a port above 1023.", "%s: not allowed", addr)
		default:
			add(name, CriticalState, "See whether the address belongs to this box.", "%s: %v", addr, err)
		}
	}
	for _, a := range c.Syslog.UDP {
		try("syslog udp", "udp", a)
	}
	for _, a := range c.Syslog.TCP {
		try("syslog tcp", "tcp", a)
	}
	for _, a := range c.Syslog.TLS {
		try("syslog tls", "tcp", a)
	}
	if c.Web.Listen != "" {
		try("web", "tcp", c.Web.Listen)
	}
}

func doctorCapture(c *config.Config, add addCheck) {
	for _, name := range c.Capture.Interfaces {
		if _, err := net.InterfaceByName(name); err != nil {
			add("capture "+name, CriticalState, "Name an interface that is there (ip link).", "there is no interface %s", name)
			continue
		}
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
		if err != nil {
			add("capture "+name, CriticalState, "Give the binary the right to capture (setcap cap_net_raw+ep picket, or the systemd unit).", "capture is not allowed: %v", err)
			continue
		}
		unix.Close(fd)
		add("capture "+name, OK, "", "can be captured")
	}
}

func doctorBuffers(add addCheck) {
	const want = 4 << 20
	b, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil {
		add("receive buffer", Unknown, "See net.core.rmem_max.", "net.core.rmem_max cannot be read: %v", err)
		return
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	if n < want && os.Geteuid() != 0 {
		add("receive buffer", Warning, fmt.Sprintf("sysctl -w net.core.rmem_max=%d, else bursts over UDP are lost.", want), "net.core.rmem_max is %d", n)
		return
	}
	add("receive buffer", OK, "", "net.core.rmem_max is %d", n)
}

func doctorCertificates(c *config.Config, add addCheck) {
	files := map[string]string{"syslog": c.Syslog.Certificate, "web": c.Web.Certificate, "uplink": c.Uplink.Certificate}
	own, _ := filepath.Glob(filepath.Join(c.Data, "tls", "*.pem"))
	for _, f := range own {
		files[strings.TrimSuffix(filepath.Base(f), ".pem")] = f
	}
	for use, f := range files {
		if f == "" {
			continue
		}
		until, err := notAfter(f)
		if err != nil {
			if strings.Contains(err.Error(), "no certificate") {
				continue // a key
			}
			add("certificate "+use, CriticalState, "Name a PEM file with a certificate that Picket may read.", "%s: %v", f, err)
			continue
		}
		s := &Status{Now: time.Now().UnixMilli(), Certs: []Cert{{Use: use, NotAfter: until.UnixMilli()}}}
		certificates(s, func(_ string, st State, remedy, format string, args ...any) {
			add("certificate "+use, st, remedy, format, args...)
		})
	}
}

// notAfter returns when the first certificate of a PEM file ends.
func notAfter(file string) (time.Time, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return time.Time{}, errors.New("no certificate in it")
		}
		if block.Type == "CERTIFICATE" {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return time.Time{}, err
			}
			return c.NotAfter, nil
		}
	}
}
