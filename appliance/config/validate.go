package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Validate reports everything that is wrong, each with its key.
func (c *Config) Validate() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.Name == "" {
		bad("name", "is empty")
	}
	if c.Data == "" {
		bad("data", "is empty")
	}
	if _, err := Zone(c.Timezone); err != nil {
		bad("timezone", "%q is no time zone", c.Timezone)
	}
	for addr, zone := range c.Timezones {
		if _, err := netip.ParseAddr(addr); err != nil && !sourceName(addr) {
			bad("timezones", "%q is neither an address nor a device's name", addr)
		}
		if _, err := Zone(zone); err != nil {
			bad("timezones", "%q is no time zone", zone)
		}
	}
	for key, list := range map[string][]string{"syslog.udp": c.Syslog.UDP, "syslog.tcp": c.Syslog.TCP, "syslog.tls": c.Syslog.TLS} {
		for _, a := range list {
			if err := address(a); err != nil {
				bad(key, "%v", err)
			}
		}
	}
	for _, n := range c.Syslog.Allow {
		if _, err := netip.ParsePrefix(n); err != nil {
			bad("syslog.allow", "%q is no network (192.0.2.0/24)", n)
		}
	}
	for _, n := range c.Web.MetricsFrom {
		if _, err := netip.ParsePrefix(n); err != nil {
			bad("web.metrics_from", "%q is no network (192.0.2.0/24)", n)
		}
	}
	for what, mode := range c.Rules.Modes {
		if mode != "on" && mode != "observe" && mode != "off" {
			bad("rules.modes", "%s: is %q; on, observe or off is meant", what, mode)
		}
	}
	switch c.Syslog.ClientCert {
	case "none", "optional", "required":
		if c.Syslog.ClientCert != "none" && c.Syslog.ClientCA == "" {
			bad("syslog.client_ca", "is needed for client_cert: %s", c.Syslog.ClientCert)
		}
	default:
		bad("syslog.client_cert", "is %q; none, optional or required is meant", c.Syslog.ClientCert)
	}
	pair := func(key, cert, k string) {
		if (cert == "") != (k == "") {
			bad(key, "certificate and key go together")
		}
	}
	pair("syslog.certificate", c.Syslog.Certificate, c.Syslog.Key)
	pair("web.certificate", c.Web.Certificate, c.Web.Key)
	pair("uplink.certificate", c.Uplink.Certificate, c.Uplink.Key)
	if c.Web.Listen != "" {
		if err := address(c.Web.Listen); err != nil {
			bad("web.listen", "%v", err)
		}
	}
	between := func(key string, n, lo, hi int64) {
		if n < lo || n > hi {
			bad(key, "is %d; %d to %d is allowed", n, lo, hi)
		}
	}
	between("syslog.connections", int64(c.Syslog.Connections), 1, 100_000)
	between("capture.flows", int64(c.Capture.Flows), 1000, 10_000_000)
	between("store.budget", int64(c.Store.Budget), 64<<20, 1<<50)
	between("pipeline.workers", int64(c.Pipeline.Workers), 0, 256)
	between("pipeline.queue", int64(c.Pipeline.Queue), 1024, 10_000_000)
	between("pipeline.queue_bytes", int64(c.Pipeline.QueueBytes), 1<<20, 1<<36)
	between("pipeline.commit", int64(c.Pipeline.Commit), int64(time.Millisecond), int64(10*time.Second))
	if len(c.Uplink.URLs) > 0 {
		for key, s := range map[string]string{"uplink.tenant": c.Uplink.Tenant, "uplink.site": c.Uplink.Site} {
			if !token.MatchString(s) {
				bad(key, "is %q; letters, digits, - and _ are allowed", s)
			}
		}
	}
	return errors.Join(errs...)
}

// token is a part of a subject.
var token = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func address(a string) error {
	_, port, err := net.SplitHostPort(a)
	if err != nil {
		return fmt.Errorf("%q is no address with a port (:514, 192.0.2.1:514)", a)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q has no port from 0 to 65535", a)
	}
	return nil
}

// Size is a number of bytes: 20GB, 512MB, 1048576.
type Size int64

// UnmarshalYAML reads a size with or without a unit; units are powers of 1024.
func (s *Size) UnmarshalYAML(b []byte) error {
	t := strings.ToUpper(strings.Trim(strings.TrimSpace(string(b)), `"'`))
	unit := int64(1)
	for _, u := range []struct {
		name string
		n    int64
	}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}, {"B", 1}} {
		if n, ok := strings.CutSuffix(t, u.name); ok {
			t, unit = strings.TrimSpace(n), u.n
			break
		}
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no size (20GB, 512MB)", string(b))
	}
	*s = Size(n * unit)
	return nil
}

// String writes the size with the largest unit that fits without a rest.
func (s Size) String() string {
	for _, u := range []struct {
		name string
		n    int64
	}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if int64(s) >= u.n && int64(s)%u.n == 0 {
			return strconv.FormatInt(int64(s)/u.n, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// Duration is a span of time: 30m, 200ms.
type Duration time.Duration

// UnmarshalYAML reads Go's notation.
func (d *Duration) UnmarshalYAML(b []byte) error {
	t, err := time.ParseDuration(strings.Trim(strings.TrimSpace(string(b)), `"'`))
	if err != nil || t < 0 {
		return fmt.Errorf("%q is no duration (30m, 200ms)", string(b))
	}
	*d = Duration(t)
	return nil
}

// String writes Go's notation.
func (d Duration) String() string { return time.Duration(d).String() }

// sourceName reports whether s may be the name of a device: no spaces or control
// characters, and no network.
func sourceName(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f })
}
