package syslog

import (
	"bufio"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// minTruesize is what the smallest datagram takes of a receive buffer at least.
const minTruesize = 512

// setReceiveBuffer asks for a buffer of size bytes and returns what there is.
// The kernel keeps twice as much, for its own overhead (socket(7)).
func setReceiveBuffer(conn *net.UDPConn, size int) (room int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	if cerr := raw.Control(func(fd uintptr) {
		// FORCE needs CAP_NET_ADMIN; the other one is bound by net.core.rmem_max.
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) != nil {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, size)
		}
		if err == nil {
			room, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF)
		}
	}); cerr != nil {
		return 0, cerr
	}
	return room / 2, err
}

// kernelDrops follows the kernel's count of datagrams that one socket had no
// room for. SO_MEMINFO (Linux 4.12) tells it at any time; SO_RXQ_OVFL would tell
// the same number only with the next datagram, and so never the last drops of a
// burst. Where the socket does not tell, /proc/net/udp does.
type kernelDrops struct {
	last uint32
}

// since returns how many were dropped since the last call.
func (k *kernelDrops) since(fd uintptr) uint64 {
	total, ok := socketDrops(fd)
	if !ok {
		total, ok = procDrops(fd)
	}
	if !ok {
		return 0
	}
	n := total - k.last // wraps as the kernel's counter does
	k.last = total
	return uint64(n)
}

// skMeminfoDrops is SK_MEMINFO_DROPS of linux/sock_diag.h.
const skMeminfoDrops = 8

func socketDrops(fd uintptr) (uint32, bool) {
	var info [skMeminfoDrops + 1]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	return info[skMeminfoDrops], errno == 0 && size == uint32(unsafe.Sizeof(info))
}

func procDrops(fd uintptr) (uint32, bool) {
	var stat unix.Stat_t
	if unix.Fstat(int(fd), &stat) != nil {
		return 0, false
	}
	for _, name := range []string{"/proc/net/udp", "/proc/net/udp6"} {
		file, err := os.Open(name)
		if err != nil {
			continue
		}
		drops, ok := dropsOf(file, stat.Ino)
		file.Close()
		if ok {
			return drops, true
		}
	}
	return 0, false
}

// dropsOf finds a socket by its inode in a table as /proc/net/udp (proc_net(5)):
// the inode is the tenth column, the drops are the last.
func dropsOf(table io.Reader, inode uint64) (uint32, bool) {
	want := strconv.FormatUint(inode, 10)
	for rows := bufio.NewScanner(table); rows.Scan(); {
		columns := strings.Fields(rows.Text())
		if len(columns) < 13 || columns[9] != want {
			continue
		}
		drops, err := strconv.ParseUint(columns[len(columns)-1], 10, 32)
		return uint32(drops), err == nil
	}
	return 0, false
}
