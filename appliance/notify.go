package appliance

import (
	"net"
	"os"
)

// tellSystemd sends a state to systemd (sd_notify(3)): READY=1, STOPPING=1,
// RELOADING=1. Without systemd it does nothing.
func tellSystemd(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	if path[0] == '@' {
		path = "\x00" + path[1:]
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	defer c.Close()
	c.Write([]byte(state))
}
