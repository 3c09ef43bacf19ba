package syslog

import (
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsgBatch is how many datagrams one system call may bring.
const mmsgBatch = 32

// errAgain means that the socket holds nothing at the moment.
const errAgain = syscall.EAGAIN

// mmsg receives many datagrams with one recvmmsg(2). Each has a slot as long as
// the longest message; of a slot only the pages that were ever written to cost
// memory. What it returns holds until the next receive.
type mmsg struct {
	limit int
	slots []byte
	heads [mmsgBatch]unix.Mmsghdr
	parts [mmsgBatch]unix.Iovec
	names [mmsgBatch]unix.RawSockaddrInet6 // as large as an IPv4 one and larger
}

func (m *mmsg) init(limit int) {
	m.limit = limit
	m.slots = make([]byte, mmsgBatch*limit)
	for i := range mmsgBatch {
		m.parts[i].Base = &m.slots[i*limit]
		m.parts[i].SetLen(limit)
		m.heads[i].Hdr.Iov = &m.parts[i]
		m.heads[i].Hdr.SetIovlen(1)
		m.heads[i].Hdr.Name = (*byte)(unsafe.Pointer(&m.names[i]))
		m.heads[i].Hdr.Namelen = unix.SizeofSockaddrInet6
	}
}

// receive takes what the socket holds, without waiting. The error is errAgain
// when that is nothing. MSG_TRUNC has the kernel tell the length that a datagram
// had, also where the slot was too short for it.
func (m *mmsg) receive(fd uintptr) (int, error) {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&m.heads[0])),
			mmsgBatch, unix.MSG_DONTWAIT|unix.MSG_TRUNC, 0, 0)
		switch errno {
		case 0:
			for i := range int(n) {
				m.heads[i].Hdr.Namelen = unix.SizeofSockaddrInet6
			}
			return int(n), nil
		case unix.EINTR:
		case unix.EAGAIN:
			return 0, errAgain
		default:
			return 0, errno
		}
	}
}

// data is what the slot holds of datagram i.
func (m *mmsg) data(i int) []byte {
	at := i * m.limit
	return m.slots[at : at+min(int(m.heads[i].Len), m.limit)]
}

// cut is the length of datagram i if its slot was too short, else 0.
func (m *mmsg) cut(i int) int {
	if n := int(m.heads[i].Len); n > m.limit {
		return n
	}
	return 0
}

func (m *mmsg) from(i int) netip.Addr {
	name := &m.names[i]
	if name.Family == unix.AF_INET {
		return netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(name)).Addr)
	}
	return netip.AddrFrom16(name.Addr).Unmap()
}
