package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// kernel reads Linux's own lines that tell of processes killed or crashed, devices
// plugged in, links, AppArmor and WireGuard (Linux, mm/oom_kill.c, usb/core/hub.c;
// WireGuard, dynamic debug). Packets that were logged are netfilter's.
var kernel = &Parser{
	Name: "kernel", Vendor: "Linux", Product: "Linux kernel",
	Apps:  "kernel",
	Parse: parseKernel,
}

func parseKernel(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	if strings.HasPrefix(s, "[") { // seconds since the start
		if _, rest, ok := strings.Cut(s[:min(len(s), 24)], "] "); ok {
			s = s[len(s[:min(len(s), 24)])-len(rest):]
		}
	}
	if strings.HasPrefix(s, "audit: ") && parseAuditd(l) {
		l.E.Parser = auditd.Name
		l.product(auditd.Vendor, auditd.Product)
		return true
	}
	if strings.Contains(s, "audit(") || strings.Contains(s, " SRC=") {
		return false
	}
	known := l.kernelProcess(s) || l.kernelUSB(s) || l.kernelWireGuard(s) || l.kernelNetwork(s)
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	if !known {
		l.scanText(s)
	}
	return true
}

// kernelProcess reads "Out of memory: Killed process 4711 (java)", "oom-kill:…,
// task=java,pid=4711,uid=0" and "java[4711]: segfault at 0 ip … in libc.so".
func (l *Line) kernelProcess(s string) bool {
	i := strings.Index(s, "illed process ")
	switch {
	case i > 0:
		rest := s[i+len("illed process "):]
		l.Set(ocsf.ProcessPID, rest[:digits(rest)])
		l.putText(ocsf.ProcessName, quotedTo(rest, "(", ")"), brandWeight)
	case strings.HasPrefix(s, "oom-kill:"):
		l.putText(ocsf.ProcessName, quotedTo(s, "task=", ","), brandWeight)
		l.Set(ocsf.ProcessPID, quotedTo(s, ",pid=", ","))
		l.putText(ocsf.UserUID, firstWord(after(s, ",uid=")), brandWeight)
	case strings.Contains(s, "]: segfault at ") || strings.Contains(s, " general protection") && strings.HasPrefix(s, "traps: "):
		name, rest, _ := strings.Cut(strings.TrimPrefix(s, "traps: "), "[")
		l.putText(ocsf.ProcessName, name, brandWeight)
		l.Set(ocsf.ProcessPID, rest[:digits(rest)])
	default:
		return false
	}
	l.setOutcome(ocsf.Failure, brandWeight)
	l.E.Class, l.E.Activity = ocsf.ProcessActivity, 2
	return true
}

// kernelUSB reads "usb 1-1: New USB device found, idVendor=0781, idProduct=5567".
func (l *Line) kernelUSB(s string) bool {
	rest, ok := strings.CutPrefix(s, "usb ")
	port, what, ok2 := strings.Cut(rest, ": ")
	if !ok || !ok2 || len(port) > 16 {
		return false
	}
	e := l.E
	l.put(ocsf.PeripheralClass, ocsf.Text("USB"), brandWeight)
	l.put(ocsf.PeripheralName, ocsf.Text("usb "+port), weakWeight)
	activity := uint8(1)
	switch {
	case strings.HasPrefix(what, "New USB device found"):
		l.put(ocsf.PeripheralUID, ocsf.Text(quotedTo(what, "idVendor=", ",")+":"+quotedTo(what, "idProduct=", ",")), brandWeight)
	case strings.HasPrefix(what, "new ") && strings.Contains(what, "USB device number"):
	case strings.HasPrefix(what, "USB disconnect"):
		activity = 2
	case strings.HasPrefix(what, "Product: "):
		e.Set(ocsf.PeripheralName, ocsf.Text(what[len("Product: "):]))
	case strings.HasPrefix(what, "Manufacturer: "):
		l.put(ocsf.PeripheralVendor, ocsf.Text(what[len("Manufacturer: "):]), brandWeight)
	case strings.HasPrefix(what, "SerialNumber: "):
		l.put(ocsf.PeripheralSerial, ocsf.Text(what[len("SerialNumber: "):]), brandWeight)
	default:
		activity = ocsf.Other
	}
	e.Class, e.Activity = ocsf.PeripheralActivity, activity
	return true
}

// kernelWireGuard reads "wireguard: wg0: Receiving handshake initiation from peer 1
// (192.0.2.9:51820)".
func (l *Line) kernelWireGuard(s string) bool {
	rest, ok := strings.CutPrefix(s, "wireguard: ")
	link, what, ok2 := strings.Cut(rest, ": ")
	if !ok || !ok2 {
		return false
	}
	l.put(ocsf.TunnelIf, ocsf.Text(link), brandWeight)
	l.put(ocsf.TunnelType, ocsf.Text("WireGuard"), brandWeight)
	l.put(ocsf.TunnelTypeID, ocsf.Int(ocsf.Other), brandWeight)
	l.put(ocsf.ProductFeature, ocsf.Text("wireguard"), brandWeight)
	if i := strings.LastIndexByte(what, '('); i > 0 {
		if a, port, n := scanAddrPort(what[i+1:], false); n > 0 {
			l.vpnPeer(a, port)
		}
	}
	e := l.E
	e.Class, e.Activity = ocsf.TunnelActivity, ocsf.Other
	switch {
	case strings.HasPrefix(what, "Keypair ") && strings.Contains(what, " created for peer"):
		e.Activity = 1
		l.setOutcome(ocsf.Success, brandWeight)
	case strings.HasPrefix(what, "Peer ") && strings.Contains(what, " destroyed"):
		e.Activity = 2
	case strings.Contains(what, "did not complete"), strings.Contains(what, "Invalid "), strings.Contains(what, "has exceeded"):
		l.setOutcome(ocsf.Failure, brandWeight)
	}
	return true
}

// kernelNetwork reads floods, spoofed sources and full tables.
func (l *Line) kernelNetwork(s string) bool {
	e := l.E
	switch {
	case strings.Contains(s, "ossible SYN flooding on port "):
		port := after(s, "flooding on port ")
		if a, p, n := scanAddrPort(port, false); n > 0 { // newer ones name the address too
			l.put(ocsf.DstIP, ocsf.Addr(a), brandWeight)
			if p >= 0 {
				l.put(ocsf.DstPort, ocsf.Int(int64(p)), brandWeight)
			}
		} else {
			l.Set(ocsf.DstPort, port[:digits(port)])
		}
		l.put(ocsf.Protocol, ocsf.Text("tcp"), brandWeight)
		l.put(ocsf.FindingTitle, ocsf.Text("SYN flooding"), brandWeight)
		e.Class, e.Activity = ocsf.DetectionFinding, 1
	case strings.Contains(s, "martian source "): // IPv4: martian source 192.0.2.255 from 203.0.113.9, on dev eth0
		rest := after(s, "martian source ")
		l.applyAddr(meaning{read: readAddr, side: dstSide, weight: brandWeight}, firstWord(rest))
		l.applyAddr(brandSrc, strings.TrimRight(firstWord(after(rest, " from ")), ","))
		l.putText(ocsf.SrcInterface, firstWord(after(rest, " dev ")), brandWeight)
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	default:
		return false
	}
	return true
}
