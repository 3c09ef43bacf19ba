package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// together settles what no pair of an unknown brand tells alone, but all of a
// line's pairs do: which end is the local one, whose host and path a request
// has, that a subject is a person.
func (l *Line) together() {
	l.turnEnds()
	l.settleRequest()
	l.settleSubject()
	l.settleDigests()
	l.settleTitle()
	l.settleStart()
	l.settleVendor()
	l.settleProduct()
	l.settleMail()
	l.settleLaterZone()
}

// turnEnds makes the local end the source where the line comes from the machine
// that opened the connection. A server calls its client remote, and so does
// every log of one; an agent that watches programs says remote to where the
// program connects. The ports decide, and without them the program.
func (l *Line) turnEnds() {
	f := &l.facts
	if f.ends&(1<<remoteSide) == 0 || f.ends&^(1<<remoteSide|1<<localSide) != 0 {
		return
	}
	e := l.E
	direction := directionOf(e.Text(ocsf.Direction))
	if direction == inbound {
		return
	}
	remote, local := e.Num(ocsf.SrcPort), e.Num(ocsf.DstPort)
	switch {
	case direction == outbound:
	case remote > 0 && remote < 32768 && local >= 32768:
	case remote >= 32768 && local > 0 && local < 32768:
		return
	case f.weight[ocsf.ProcessName] < weakWeight && f.weight[ocsf.ProcessPath] < weakWeight:
		return
	}
	for _, p := range [...][2]ocsf.Field{{ocsf.SrcIP, ocsf.DstIP}, {ocsf.SrcPort, ocsf.DstPort}, {ocsf.SrcMAC, ocsf.DstMAC},
		{ocsf.SrcHostname, ocsf.DstHostname}, {ocsf.SrcName, ocsf.DstName}, {ocsf.SrcInterface, ocsf.DstInterface}} {
		a, b := e.Get(p[0]), e.Get(p[1])
		e.Delete(p[0])
		e.Delete(p[1])
		if !b.IsZero() {
			e.Set(p[0], b)
		}
		if !a.IsZero() {
			e.Set(p[1], a)
		}
		f.weight[p[0]], f.weight[p[1]] = f.weight[p[1]], f.weight[p[0]]
	}
}

// Directions as a device sees them.
const (
	inbound  = 1
	outbound = 2
)

// directionOf reads a word for the direction of a connection, 0 when it is none.
func directionOf(v string) int {
	var b [24]byte
	switch string(foldWord(&b, v)) {
	case "in", "inbound", "incoming", "ingress", "received":
		return inbound
	case "out", "outbound", "outgoing", "egress", "sent":
		return outbound
	}
	return 0
}

// settleRequest gives a request of HTTP the host and the path that keys without
// more to them told, "host" and "path": elsewhere they are a device and a file.
func (l *Line) settleRequest() {
	e, w := l.E, &l.facts.weight
	if !e.Has(ocsf.HTTPMethod) {
		return
	}
	if h := l.facts.bareHost; h != "" && w[ocsf.URLHostname] == 0 && l.applyURLHost(h, weakWeight) && l.E.Text(ocsf.DeviceHostname) == strings.TrimSuffix(h, ".") {
		e.Delete(ocsf.DeviceHostname)
		w[ocsf.DeviceHostname] = 0
	}
	if p := e.Text(ocsf.FilePath); p != "" && p[0] == '/' && w[ocsf.FilePath] <= 50 && w[ocsf.URLPath] == 0 && w[ocsf.URLString] == 0 {
		e.Delete(ocsf.FilePath)
		e.Delete(ocsf.FileName)
		w[ocsf.FilePath], w[ocsf.FileName] = 0, 0
		l.applyURL(p, weakWeight)
	}
}

// settleSubject takes the subject of an authentication for a user: one word,
// where nothing else speaks of mail.
func (l *Line) settleSubject() {
	e, f := l.E, &l.facts
	v := e.Text(ocsf.EmailSubject)
	if v == "" || f.weight[ocsf.EmailSubject] > 50 || strings.IndexByte(v, ' ') >= 0 {
		return
	}
	if f.hints&(hintAuth|hintSession) == 0 || e.Has(ocsf.EmailFrom) || e.Has(ocsf.EmailTo) || e.Has(ocsf.EmailMessageID) {
		return
	}
	if l.applyUser(meaning{read: readUser, weight: weakWeight}, v) {
		e.Delete(ocsf.EmailSubject)
		f.weight[ocsf.EmailSubject] = 0
	}
}

// settleDigests gives the digests to the program where a line speaks of a
// program and of no file.
func (l *Line) settleDigests() {
	e, w := l.E, &l.facts.weight
	if !e.Has(ocsf.FileHashes) || e.Has(ocsf.ProcessHashes) || e.Has(ocsf.FileName) || e.Has(ocsf.FilePath) {
		return
	}
	if w[ocsf.ProcessName] < weakWeight && w[ocsf.ProcessPath] < weakWeight {
		return
	}
	e.Set(ocsf.ProcessHashes, e.Get(ocsf.FileHashes))
	e.Delete(ocsf.FileHashes)
}

// settleTitle takes the name of what a finding found from a key that is just
// "name".
func (l *Line) settleTitle() {
	if f := &l.facts; f.title != "" && f.hints&hintFinding != 0 {
		l.putText(ocsf.FindingTitle, f.title, kindWeight)
	}
}

// settleStart takes the begin or the end of what happened for its time when the
// line tells no other.
func (l *Line) settleStart() {
	f := &l.facts
	if f.timeWeight > 0 || f.date != "" || l.Head.Stamp != "" {
		return
	}
	for _, x := range [...]ocsf.Field{ocsf.EndTime, ocsf.StartTime} {
		if t := l.E.Num(x); t > 0 {
			f.at, f.stamped, f.timeWeight = stamp{isEpoch: true, epoch: t}, true, guessWeight
			l.E.Time = t
			return
		}
	}
}

// settleVendor reads who made the program from a provider that is named as
// Microsoft asks of those who register one, Company-Product-Component (Windows
// Event Log, "Writing an Instrumentation Manifest").
func (l *Line) settleVendor() {
	v := l.E.Text(ocsf.LogProvider)
	i := strings.IndexByte(v, '-')
	if i < 3 || !upper(v[0]) || strings.Count(v, "-") < 2 || strings.IndexByte(v, ' ') >= 0 && strings.IndexByte(v, ' ') < i {
		return
	}
	for j := 0; j < i; j++ {
		if !letter(v[j]) {
			return
		}
	}
	l.putText(ocsf.ProductVendor, v[:i], weakWeight)
}

// settleProduct takes the program that wrote the line for the product where the
// line names none: an unknown brand is better called by its own name than not.
func (l *Line) settleProduct() {
	name := l.Head.App
	if i := strings.LastIndexByte(name, '/'); i >= 0 && name[0] == '/' {
		name = name[i+1:]
	}
	if i := strings.IndexAny(name, "/[("); i > 0 { // postfix/smtpd
		name = name[:i]
	}
	if len(name) > 1 && letter(name[0]) && !l.E.Has(ocsf.ProductVendor) && !l.E.Has(ocsf.ProductName) {
		l.E.SetText(ocsf.ProductName, name) // no fact that the message tells
	}
}

// settleMail takes the domains of sender and recipient for those of the ends
// that mail comes from and goes to, where no host is told.
func (l *Line) settleMail() {
	e, w := l.E, &l.facts.weight
	if from := e.Text(ocsf.EmailFrom); from != "" && w[ocsf.SrcHostname] == 0 {
		l.putText(ocsf.SrcDomain, mailDomain(from), guessWeight)
	}
	if to := e.Get(ocsf.EmailTo).List(); len(to) > 0 && w[ocsf.DstHostname] == 0 {
		l.putText(ocsf.DstDomain, mailDomain(to[0].String()), guessWeight)
	}
}

// settleLaterZone reads the time again by a zone that a key behind it told.
func (l *Line) settleLaterZone() {
	f := &l.facts
	if !f.stamped || f.at.zoned || f.at.isEpoch || f.zone == "" {
		return
	}
	if zoneOf(f.zone, &f.at); f.at.zoned {
		l.E.Time, f.timeZoned = f.at.resolve(l.now, l.zone), true
	}
}
