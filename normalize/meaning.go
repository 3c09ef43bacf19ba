package normalize

import (
	"fmt"
	"strings"

	"picket/normalize/ocsf"
)

// meaning is what a vendor's key says: how its value is read, and where it goes.
type meaning struct {
	read   reader
	side   side
	weight uint8      // of two keys for one field the heavier wins, then the first
	field  ocsf.Field // for readPlain and its like
}

// reader is a way to read a value.
type reader uint8

const (
	readNothing reader = iota // the key means nothing here: kept under its own name
	readPlain                 // by the type of the field
	readDrop                  // known, and told elsewhere
	readAddr                  // an address, with port perhaps, or a host's name
	readPort
	readMAC
	readHost
	readIface
	readUser
	readProto
	readAction
	readOutcome
	readSeverity
	readTime
	readUTC   // a time that its key says is UTC
	readDate  // the day of a time in two keys
	readClock // the time of day
	readZone
	readURL
	readPath // a file
	readHash
	readProcess
	readCommand
	readMail
	readMessage // words to look through
	readHint    // words that tell the kind of event
	readStatus  // an HTTP status or an outcome
	readSigned  // signature, threat: makes a finding
	readInOut   // CEF's in and out: bytes, or interfaces
	readPeer    // from, to: a mail address, or a host
	readURLHost // the host that is asked for, with its port perhaps
)

// side is the end of a connection, or who is meant.
type side uint8

const (
	noSide side = iota
	srcSide
	dstSide
	devSide
	natSrc
	natDst
	actorSide  // of users: who does it
	targetSide // of users: to whom
	fileSide   // of hashes
	procSide
	parentSide
	remoteSide // the other end, usually the source
	localSide
)

// end are the fields of one end.
type end struct {
	ip, port, mac, host, name, iface, ifaceUID, domain ocsf.Field
}

var ends = [...]end{
	noSide:     {ip: ocsf.SrcIP, port: ocsf.DstPort, mac: ocsf.SrcMAC, host: ocsf.DeviceHostname, name: ocsf.DeviceName, iface: ocsf.SrcInterface},
	srcSide:    {ocsf.SrcIP, ocsf.SrcPort, ocsf.SrcMAC, ocsf.SrcHostname, ocsf.SrcName, ocsf.SrcInterface, ocsf.SrcInterfaceUID, ocsf.SrcDomain},
	dstSide:    {ocsf.DstIP, ocsf.DstPort, ocsf.DstMAC, ocsf.DstHostname, ocsf.DstName, ocsf.DstInterface, ocsf.DstInterfaceUID, ocsf.DstDomain},
	devSide:    {ip: ocsf.DeviceIP, port: ocsf.None, mac: ocsf.DeviceMAC, host: ocsf.DeviceHostname, name: ocsf.DeviceName, iface: ocsf.DeviceInterface},
	natSrc:     {ip: ocsf.SrcNatIP, port: ocsf.SrcNatPort},
	natDst:     {ip: ocsf.DstNatIP, port: ocsf.DstNatPort},
	remoteSide: {ocsf.SrcIP, ocsf.SrcPort, ocsf.SrcMAC, ocsf.SrcHostname, ocsf.SrcName, ocsf.SrcInterface, ocsf.SrcInterfaceUID, ocsf.SrcDomain},
	localSide:  {ocsf.DstIP, ocsf.DstPort, ocsf.DstMAC, ocsf.DstHostname, ocsf.DstName, ocsf.DstInterface, ocsf.DstInterfaceUID, ocsf.DstDomain},
	parentSide: {},
}

// Weights. A brand's own word is worth most, a guess least.
const (
	brandWeight = 200
	exactWeight = 100
	wordsWeight = 80
	tailWeight  = 60
	weakWeight  = 30
	textWeight  = 20
	guessWeight = 10
)

// named are the meanings that are no mere field, by the names that the tables
// of keys use.
var namedMeanings = map[string]meaning{
	"@src": {read: readAddr, side: srcSide}, "@dst": {read: readAddr, side: dstSide}, "@device": {read: readAddr, side: devSide},
	"@addr": {read: readAddr}, "@remote": {read: readAddr, side: remoteSide}, "@remote.port": {read: readPort, side: remoteSide}, "@nat.src": {read: readAddr, side: natSrc}, "@nat.dst": {read: readAddr, side: natDst},
	"@src.port": {read: readPort, side: srcSide}, "@dst.port": {read: readPort, side: dstSide}, "@port": {read: readPort},
	"@nat.src.port": {read: readPort, side: natSrc}, "@nat.dst.port": {read: readPort, side: natDst},
	"@src.mac": {read: readMAC, side: srcSide}, "@dst.mac": {read: readMAC, side: dstSide}, "@mac": {read: readMAC}, "@device.mac": {read: readMAC, side: devSide},
	"@src.host": {read: readHost, side: srcSide}, "@dst.host": {read: readHost, side: dstSide}, "@device.host": {read: readHost, side: devSide},
	"@host": {read: readHost}, "@bare.host": {read: readHost, side: devSide, field: ocsf.URLHostname},
	"@src.iface": {read: readIface, side: srcSide}, "@dst.iface": {read: readIface, side: dstSide}, "@iface": {read: readIface},
	"@user": {read: readUser}, "@actor": {read: readUser, side: actorSide}, "@target": {read: readUser, side: targetSide},
	"@proto": {read: readProto}, "@action": {read: readAction}, "@outcome": {read: readOutcome}, "@severity": {read: readSeverity},
	"@time": {read: readTime}, "@utc": {read: readUTC}, "@date": {read: readDate}, "@clock": {read: readClock}, "@zone": {read: readZone},
	"@url": {read: readURL}, "@url.host": {read: readURLHost}, "@file": {read: readPath}, "@hash": {read: readHash, side: fileSide}, "@process.hash": {read: readHash, side: procSide},
	"@process": {read: readProcess, side: procSide}, "@parent": {read: readProcess, side: parentSide},
	"@command": {read: readCommand, side: procSide}, "@parent.command": {read: readCommand, side: parentSide},
	"@mail.from": {read: readMail, side: srcSide}, "@mail.to": {read: readMail, side: dstSide},
	"@from": {read: readPeer, side: srcSide}, "@to": {read: readPeer, side: dstSide},
	"@message": {read: readMessage}, "@hint": {read: readHint}, "@event": {read: readHint, field: ocsf.EventCode}, "@name": {read: readHint, field: ocsf.FindingTitle}, "@status": {read: readStatus}, "@signature": {read: readSigned, field: ocsf.FindingTitle},
	"@in": {read: readInOut, side: srcSide}, "@out": {read: readInOut, side: dstSide}, "@drop": {read: readDrop},
	"@keep": {read: readNothing},
}

// parseMeaning reads a name of namedMeanings or an OCSF path.
func parseMeaning(s string) (meaning, error) {
	if m, ok := namedMeanings[s]; ok {
		return m, nil
	}
	if f, ok := ocsf.Lookup(s); ok {
		return meaning{read: readPlain, field: f}, nil
	}
	return meaning{}, fmt.Errorf("no meaning %q", s)
}

// Keys is a table of a brand's own keys.
type Keys struct {
	table keyTable[brandKey]
}

type brandKey struct {
	name string
	mean meaning
}

// NewKeys reads a table, a line a meaning: the meaning, then the keys that have
// it. A meaning is an OCSF path or a name with @ (@src, @user, @action …, see
// namedMeanings). It panics for a meaning that does not exist, as tables are
// part of the program.
//
//	@src             srcip
//	@src.port        srcport
//	policy.uid       policyid poluuid
func NewKeys(table string) *Keys {
	k := &Keys{}
	weight := uint8(brandWeight)
	for _, line := range strings.Split(table, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		m, err := parseMeaning(f[0])
		if err != nil {
			panic("normalize: " + err.Error())
		}
		for i, name := range f[1:] {
			m.weight = weight - uint8(min(i, 40)) // an earlier key of a line is the better one
			if !k.table.set(name, brandKey{name, m}) {
				panic("normalize: too many keys: " + name)
			}
		}
	}
	return k
}
