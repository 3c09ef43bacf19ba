package correlate

import (
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func tunnel(at float64, from, user, given string) *ocsf.Event {
	return event(ocsf.TunnelActivity, at, ocsf.ActivityID, ocsf.NetOpen, ocsf.SrcIP, from, ocsf.UserName, user, ocsf.TunnelIP, given, ocsf.DeviceHostname, "vpn1")
}

func reasons(in *ocsf.Incident) string {
	var b strings.Builder
	for _, l := range in.Links {
		b.WriteString(l.Reason + "\n")
	}
	for _, c := range in.Comments {
		b.WriteString(c.Text + "\n")
	}
	return b.String()
}

// guessed are failed logons of one address and the one that succeeds.
func guessed(at float64, src, host, user string) (out []*ocsf.Event) {
	for i := range 30 {
		out = append(out, logon(at+float64(i), false, src, host, user))
	}
	return append(out, logon(at+31, true, src, host, user))
}

func TestAnAddressOfTheVPNIsItsHolder(t *testing.T) {
	scan := func(src string) *ocsf.Event {
		return alert(900, ocsf.High, "Exploit of a file server", src, "10.0.0.30")
	}
	events := append(guessed(0, "203.0.113.66", "vpn1", "m.weber"), tunnel(40, "203.0.113.66", "m.weber", "10.30.9.14"))
	s := newStream(t, New(ownRules(t), site(), Options{})).play(append(events, scan("10.30.9.14"))...).finish()
	if r := reasons(s.one()); !strings.Contains(r, "10.30.9.14 is the address that user m.weber got of the VPN") {
		t.Errorf("the link is not explained:\n%s", r)
	}
	events = append(guessed(0, "203.0.113.66", "vpn1", "m.weber"), tunnel(40, "198.51.100.5", "anna", "10.30.9.15"))
	s = newStream(t, New(ownRules(t), site(), Options{})).play(append(events, scan("10.30.9.15"))...).finish()
	if n := len(s.stories()); n != 2 {
		t.Errorf("%d incidents: what another user does belongs to another", n)
	}
}

func TestStolenUserLeadsToItsHost(t *testing.T) {
	play := func(before ...*ocsf.Event) *stream {
		events := append(before, guessed(0, "203.0.113.66", "vpn1", "m.weber")...)
		events = append(events, alert(300, ocsf.High, "Exploit of a file server", "10.0.0.77", "10.0.0.30"), logon(500, true, "10.0.0.77", "srv2", "m.weber"))
		return newStream(t, New(ownRules(t), site(), Options{})).play(events...).finish()
	}
	if r := reasons(play().one()); !strings.Contains(r, "m.weber, whom the attacker got hold of, logged on from 10.0.0.77 to srv2") {
		t.Errorf("the link is not explained:\n%s", r)
	}
	if n := len(play(logon(-900, true, "10.0.0.77", "srv2", "m.weber")).stories()); n != 2 {
		t.Errorf("%d incidents: the user worked there before", n)
	}
}

func TestNameAndAddressMeet(t *testing.T) {
	upload := alert(100, ocsf.High, "Data sent to a command server", "10.0.0.44", "203.0.113.9")
	onHost := event(ocsf.DetectionFinding, 200, ocsf.SeverityID, int(ocsf.High), ocsf.FindingTitle, "Ransomware", ocsf.DeviceHostname, "files2.corp.example")
	console := event(ocsf.DetectionFinding, 300, ocsf.SeverityID, int(ocsf.Low), ocsf.FindingTitle, "Scan ended", ocsf.DeviceHostname, "FILES2", ocsf.DeviceIP, "10.0.0.44")
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(upload, onHost, console).finish()
	if r := reasons(s.one()); !strings.Contains(r, "is 10.0.0.44") {
		t.Errorf("the link is not explained:\n%s", r)
	}
	lease := event(ocsf.DHCPActivity, 50, ocsf.SrcIP, "10.0.0.44", ocsf.SrcHostname, "files2", ocsf.DeviceHostname, "dhcp1")
	upload, onHost = alert(100, ocsf.High, "Data sent to a command server", "10.0.0.44", "203.0.113.9"),
		event(ocsf.DetectionFinding, 200, ocsf.SeverityID, int(ocsf.High), ocsf.FindingTitle, "Ransomware", ocsf.DeviceHostname, "files2.corp.example")
	newStream(t, New(emptyRules(t), site(), Options{})).play(lease, upload, onHost).finish().one()
}

// A host that is introduced after a restart joins what its stories tell all the
// same, and the table of names holds no story that does not grow any more.
func TestNamesOutliveARestartAndNoStory(t *testing.T) {
	upload := alert(100, ocsf.High, "Data sent to a command server", "10.0.0.44", "203.0.113.9")
	onHost := event(ocsf.DetectionFinding, 200, ocsf.SeverityID, int(ocsf.High), ocsf.FindingTitle, "Ransomware", ocsf.DeviceHostname, "files2.corp.example")
	console := event(ocsf.DetectionFinding, 300, ocsf.SeverityID, int(ocsf.Low), ocsf.FindingTitle, "Scan ended", ocsf.DeviceHostname, "FILES2", ocsf.DeviceIP, "10.0.0.44")
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(upload, onHost)
	snapshot, err := s.g.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again := newStream(t, New(emptyRules(t), site(), Options{}))
	again.incidents, again.order, again.seq = s.incidents, s.order, s.seq
	if err := again.g.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	again.play(console).finish().one()
	for _, in := range again.incidents {
		if x := again.g.byUID[in.UID]; x != nil {
			again.g.forget(x)
		}
	}
	if n := len(again.g.named); n != 0 {
		t.Errorf("%d names of stories that are forgotten", n)
	}
}

// A client that calls itself as the file server does becomes no file server.
func TestClaimedNameIsNobodys(t *testing.T) {
	real := event(ocsf.DetectionFinding, 10, ocsf.SeverityID, int(ocsf.Low), ocsf.FindingTitle, "Scan ended", ocsf.DeviceHostname, "FILES2", ocsf.DeviceIP, "10.0.0.44")
	forged := event(ocsf.DHCPActivity, 50, ocsf.SrcIP, "10.0.0.99", ocsf.SrcHostname, "files2", ocsf.DeviceHostname, "dhcp1")
	s := newStream(t, New(emptyRules(t), site(), Options{})).play(real, forged, alert(100, ocsf.High, "Data sent to a command server", "10.0.0.99", "203.0.113.9"),
		event(ocsf.DetectionFinding, 200, ocsf.SeverityID, int(ocsf.High), ocsf.FindingTitle, "Ransomware", ocsf.DeviceHostname, "files2.corp.example")).finish()
	if n := len(s.stories()); n != 2 {
		t.Errorf("%d incidents, want two", n)
	}
}
