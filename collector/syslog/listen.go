package syslog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// listenConfig binds without MPTCP, which would slip past Landlock's rules on
// binding, and finds dead peers in about two minutes.
func listenConfig(reusePort bool) *net.ListenConfig {
	lc := &net.ListenConfig{
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4,
		},
	}
	lc.SetMultipathTCP(false)
	if reusePort {
		lc.Control = func(_, _ string, c syscall.RawConn) (err error) {
			if cerr := c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
			}); cerr != nil {
				return cerr
			}
			return err
		}
	}
	return lc
}

// inputName is the name of an account, "udp:514", with the port that was bound.
func inputName(kind string, addr netip.AddrPort) string {
	return kind + ":" + strconv.Itoa(int(addr.Port()))
}

// listenError says what stood in the way of listening, and what helps.
func listenError(kind, address string, err error) error {
	hint := ""
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		hint = "another program listens there (ss -lnp shows which); stop it or choose another port"
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		hint = "ports below 1024 need CAP_NET_BIND_SERVICE (AmbientCapabilities in the systemd unit, " +
			"or setcap cap_net_bind_service=+ep on the program); 5514 and 6514 need nothing"
	case errors.Is(err, unix.EADDRNOTAVAIL):
		hint = "this machine does not have that address; leave the host empty to listen on all"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err // it repeats what stands before
	}
	if hint == "" {
		return fmt.Errorf("listen for syslog on %s %s: %w", kind, address, err)
	}
	return fmt.Errorf("listen for syslog on %s %s: %w: %s", kind, address, err, hint)
}

func listenPacket(ctx context.Context, address string, reusePort bool) (*net.UDPConn, error) {
	pc, err := listenConfig(reusePort).ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, listenError("udp", address, err)
	}
	return pc.(*net.UDPConn), nil
}
