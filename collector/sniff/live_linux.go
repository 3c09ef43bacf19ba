package sniff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"picket/collector"
	"picket/normalize/ocsf"
)

// Live listens on one interface. It is a collector.Source: what it sees becomes
// records with finished events. Packets come through a ring that the kernel
// fills (TPACKET_V3), one system call for a block of them.
//
// The wire does not wait. What the ring has no room for is lost and counted
// (DroppedKernel, in packets), and events that the queue has no room for are
// dropped and counted (DroppedFull).
type Live struct {
	Log *slog.Logger // may be nil

	iface  string
	input  collector.Input
	fd     int
	ring   []byte
	block  int // bytes
	blocks int
	sensor *sensor
	batch  []collector.Record

	mu    sync.Mutex // guards stats
	stats Stats
}

const ringBlock = 1 << 20 // bytes

// Open opens an interface for listening. It needs CAP_NET_RAW. The namespace is
// that of the calling thread.
func Open(iface string, opt Options) (*Live, error) {
	l := &Live{iface: iface, block: ringBlock, fd: -1}
	l.input.Name = "sniff:" + iface
	s, err := newSensor(opt, l.take)
	if err != nil {
		return nil, err
	}
	l.sensor = s
	if err := l.open(s.opt); err != nil {
		l.close()
		return nil, fmt.Errorf("capture on %s: %w", iface, err)
	}
	return l, nil
}

func (l *Live) open(opt Options) error {
	nic, err := net.InterfaceByName(l.iface)
	if err != nil {
		return err
	}
	const all = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in network order
	// Protocol 0 at first: nothing comes before everything is set up.
	if l.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
		if errors.Is(err, unix.EPERM) {
			return fmt.Errorf("it takes the capability CAP_NET_RAW: %w", err)
		}
		return err
	}
	if err := unix.SetsockoptInt(l.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("ring version: %w", err)
	}
	l.blocks = max(4, opt.Ring/l.block)
	req := unix.TpacketReq3{
		Block_size: uint32(l.block), Block_nr: uint32(l.blocks), Frame_size: 2048,
		Frame_nr: uint32(l.block / 2048 * l.blocks), Retire_blk_tov: 50,
	}
	if err := unix.SetsockoptTpacketReq3(l.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("ring of %d MiB: %w", l.blocks*l.block>>20, err)
	}
	if l.ring, err = unix.Mmap(l.fd, 0, l.blocks*l.block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return fmt.Errorf("map the ring: %w", err)
	}
	if nic.Flags&net.FlagLoopback != 0 { // there each packet passes twice
		if err := unix.SetsockoptInt(l.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
			return fmt.Errorf("ignore outgoing packets: %w", err)
		}
	}
	if opt.Promiscuous {
		mreq := unix.PacketMreq{Ifindex: int32(nic.Index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(l.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
			return fmt.Errorf("promiscuous mode: %w", err)
		}
	}
	return unix.Bind(l.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: nic.Index})
}

func (l *Live) close() {
	if l.ring != nil {
		_ = unix.Munmap(l.ring)
		l.ring = nil
	}
	if l.fd >= 0 {
		_ = unix.Close(l.fd)
		l.fd = -1
	}
}

// Close gives the socket back when Run was never called.
func (l *Live) Close() { l.close() }

// Inputs returns the account of this interface.
func (l *Live) Inputs() []*collector.Input { return []*collector.Input{&l.input} }

// Stats returns the counters as of the last block of packets. It is safe to be
// called while Run runs.
func (l *Live) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

// take is what the sensor gives its events to.
func (l *Live) take(e *ocsf.Event) {
	e.Input = l.input.Name
	l.batch = append(l.batch, collector.Record{Event: e, Received: time.Unix(0, l.sensor.now), Input: &l.input})
}

// Run listens until ctx ends, and closes the socket then. All flows under way
// are told at the end. An interface that goes down is waited for; one that is
// taken away ends Run with an error.
func (l *Live) Run(ctx context.Context, sink collector.Sink) error {
	defer l.close()
	var err error
	next := 0
	polled := time.Now()
	for ctx.Err() == nil {
		n := 0
		for n < l.blocks && l.read(next) {
			next = (next + 1) % l.blocks
			n++
			l.hand(sink)
		}
		if now := time.Now(); n == 0 || now.Sub(polled) > time.Second {
			polled = now
			l.drops()
			if n == 0 {
				l.sensor.clock(now.UnixNano())
			}
			l.hand(sink)
		}
		if n > 0 {
			continue
		}
		if err = l.wait(); err != nil {
			break
		}
	}
	l.drops()
	l.sensor.flush()
	l.hand(sink)
	return err
}

// wait sleeps until the kernel has packets, 100 ms at the longest: so often the
// clock of timeouts, and whether to stop, are looked at.
func (l *Live) wait() error {
	fds := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN | unix.POLLERR}}
	if _, err := unix.Poll(fds, 100); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("capture on %s: %w", l.iface, err)
	}
	if fds[0].Revents&(unix.POLLERR|unix.POLLNVAL) == 0 {
		return nil
	}
	code, err := unix.GetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	if _, gone := net.InterfaceByName(l.iface); gone != nil {
		return fmt.Errorf("capture on %s: the interface is gone", l.iface)
	}
	if l.Log != nil && err != nil {
		l.Log.Warn("capture interrupted", "interface", l.iface, "error", err)
	}
	return nil
}

// read takes the packets of one block, if the kernel has given it.
func (l *Live) read(i int) bool {
	b := l.ring[i*l.block : (i+1)*l.block]
	head := (*unix.TpacketHdrV1)(unsafe.Pointer(&b[8])) // behind version and offset
	if atomic.LoadUint32(&head.Block_status)&unix.TP_STATUS_USER == 0 {
		return false
	}
	at := head.Offset_to_first_pkt
	for range head.Num_pkts {
		h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&b[at]))
		from := at + uint32(h.Mac)
		vlan := uint16(0)
		if h.Status&unix.TP_STATUS_VLAN_VALID != 0 {
			vlan = uint16(h.Hv1.Vlan_tci & 0xfff)
		}
		addr := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&b[at+sizeofHdr]))
		l.sensor.frame(int64(h.Sec)*1e9+int64(h.Nsec), linkOf(addr.Hatype), b[from:from+h.Snaplen], int(h.Len), vlan)
		at += h.Next_offset
	}
	atomic.StoreUint32(&head.Block_status, unix.TP_STATUS_KERNEL)
	return true
}

// sizeofHdr is the header of a packet in the ring, aligned as the kernel does.
// Behind it stands the link-layer address.
const sizeofHdr = (unix.SizeofTpacket3Hdr + unix.TPACKET_ALIGNMENT - 1) &^ (unix.TPACKET_ALIGNMENT - 1)

// linkOf translates the kernel's type of hardware (ARPHRD).
func linkOf(hatype uint16) uint32 {
	switch hatype {
	case 1, 772: // Ethernet, loopback
		return linkEthernet
	case 801:
		return linkWiFi
	case 803:
		return linkRadiotap
	case 512:
		return linkPPP
	}
	return linkRaw // tunnels have no header of their own
}

// hand offers the events to the queue; what it refuses is dropped and counted.
func (l *Live) hand(sink collector.Sink) {
	l.sensor.stats.Kernel = l.input.DroppedKernel.Load()
	l.mu.Lock()
	l.stats = l.sensor.account()
	l.mu.Unlock()
	if len(l.batch) == 0 {
		return
	}
	l.input.Received.Add(uint64(len(l.batch)))
	if refused := len(l.batch) - sink.Offer(l.batch); refused > 0 {
		l.input.DroppedFull.Add(uint64(refused))
	}
	clear(l.batch)
	l.batch = l.batch[:0]
}

// drops adds what the kernel dropped since it was asked last.
func (l *Live) drops() {
	l.input.Bytes.Store(l.sensor.stats.Bytes)
	st, err := unix.GetsockoptTpacketStatsV3(l.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil || st.Drops == 0 {
		return
	}
	l.input.Received.Add(uint64(st.Drops))
	l.input.DroppedKernel.Add(uint64(st.Drops))
}
