package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// This file reads a key that no table holds as the words that it is made of:
// translated_src_ip, DestinationUserName, event_data.SourceAddress, connsrcip.
// A word has roles (words.go); the words of the last part of a dotted path
// decide what is told, those before say of whom.

// word is a set of roles.
type word uint64

const (
	wSrc word = 1 << iota
	wDst
	wNat
	wLocal
	wRemote
	wDev
	wActor
	wTarget
	wIP
	wAddr
	wPort
	wMac
	wHost
	wName
	wID
	wUser
	wIface
	wZone
	wBytes
	wPkts
	wSent
	wRcvd
	wFile
	wPath
	wHash
	wProc
	wCmd
	wParent
	wURL
	wHTTP
	wReq
	wResp
	wMethod
	wStatus
	wCode
	wUA
	wQuery
	wRule
	wSig
	wEvent
	wSev
	wAction
	wResult
	wReason
	wProto
	wApp
	wTime
	wDNS
	wType
	wMail
	wVendor
	wProduct
	wVersion
	wMsg
	wSess
	wGroup
	wDomain
	wCountry
	wOther // known, and makes something of its own: category, count, length …
	wStart
	wEnd
	wValue    // says nothing: value, string, info
	wPrefixed // has letters of the vendor's own before
	wHow      // dim words that make a key weaker: original, raw, last, previous
)

// resolveKey finds the meaning of a key of any vendor.
func resolveKey(k string) meaning {
	if m, ok := exactMeaning(k); ok {
		return m
	}
	segs := strings.Split(k, ".")
	last := segs[len(segs)-1]
	if len(segs) > 1 {
		// The last two parts as one, then the last alone where it says enough.
		if m, ok := exactMeaning(segs[len(segs)-2] + "." + last); ok {
			m.weight -= uint8(min(10*(len(segs)-2), 40))
			return m
		}
	}
	m := compose(segs)
	if m.read != readNothing {
		return m
	}
	if len(segs) > 1 {
		if m, ok := exactMeaning(last); ok && strongTail(last) {
			m.weight = tailWeight - uint8(min(5*len(segs), 40))
			return m
		}
	}
	// A vendor's own letters before a word that is known: FTNTFGTlogid.
	for i := 2; i < len(last)-4 && i < 24; i++ {
		if letter(last[i]) && (upper(last[i]) || !upper(last[i]) && upper(last[i-1]) || last[i-1] == '_') {
			if m, ok := exactMeaning(last[i:]); ok {
				m.weight = tailWeight
				return m
			}
		}
	}
	return meaning{}
}

// strongTail reports whether the last part of a path means the same whatever
// stands before it.
func strongTail(s string) bool {
	switch strings.ToLower(s) {
	case "id", "name", "type", "value", "status", "code", "action", "host", "path", "method", "category", "level", "version", "from", "to", "in", "out",
		"time", "start", "end", "date", "message", "description", "key", "state", "result", "group", "title", "domain", "ip", "port", "address", "mac", "user",
		"priority", "hostname", "app", "service", "length", "size", "severity", "reason", "query", "file", "hash", "uri", "url", "dst", "src", "username",
		"protocol", "proto", "product", "vendor", "msg", "policy", "label", "event", "timestamp", "source", "destination", "process", "command", "uid", "sid", "cat":
		return false
	}
	return true
}

// exactMeaning looks a key up in the tables of exactKeys, as it stands and folded.
func exactMeaning(k string) (meaning, bool) {
	if m, ok := exactKeys[k]; ok {
		return m, true
	}
	low := strings.ToLower(k)
	if m, ok := exactKeys[low]; ok {
		return m, true
	}
	m, ok := exactKeys[fold(low)]
	return m, ok
}

// fold takes the separators out of a key in lower case.
func fold(k string) string {
	if !strings.ContainsAny(k, "_- :/@#") {
		return k
	}
	b := make([]byte, 0, len(k))
	for i := 0; i < len(k); i++ {
		if strings.IndexByte("_- :/@#", k[i]) < 0 {
			b = append(b, k[i])
		}
	}
	return string(b)
}

// roles are what the words of a key say.
type roles struct {
	last    word // of the last part
	all     word
	parents word
	n       int  // words of the last part
	unknown bool // the last part has a word behind the known ones that is not known
	prefix  bool // or before them
}

func rolesOf(segs []string) roles {
	var r roles
	for i, s := range segs {
		ws := splitWords(s)
		if i == len(segs)-1 {
			known := false
			for j := 1; j < len(ws); j++ { // source.client.userAgent is no user
				if strings.EqualFold(ws[j-1], "user") && strings.EqualFold(ws[j], "agent") {
					r.last |= wUA
				}
			}
			for _, w := range ws {
				x, ok := wordRoles(w)
				r.n++
				switch {
				case ok:
					known = true
					r.last |= x
				case known:
					r.unknown = true
				default:
					r.prefix = true
				}
			}
			continue
		}
		for _, w := range ws {
			x, _ := wordRoles(w)
			r.parents |= x
		}
	}
	r.all = r.last | r.parents
	return r
}

// side tells which end a key is about; the last part says more than those before.
func (r *roles) side() side {
	for _, x := range [...]word{r.last, r.parents} {
		switch {
		case x&wNat != 0 && x&wDst != 0:
			return natDst
		case x&wNat != 0:
			return natSrc
		case x&wSrc != 0 && x&wDst == 0:
			return srcSide
		case x&wDst != 0 && x&wSrc == 0:
			return dstSide
		case x&wRemote != 0:
			return remoteSide
		case x&wLocal != 0:
			return localSide
		}
	}
	if r.all&wDev != 0 { // any end has a hostname: only where it is of none
		return devSide
	}
	return noSide
}

// compose makes a meaning of the words of a key.
func compose(segs []string) meaning {
	r := rolesOf(segs)
	if r.last == 0 || r.unknown || r.last&wOther != 0 {
		return meaning{}
	}
	weight := uint8(wordsWeight)
	if r.prefix || r.last&wPrefixed != 0 {
		weight = tailWeight
	}
	if r.all&wHow != 0 {
		weight -= 30
	}
	weight -= uint8(min(4*(len(segs)-1), 20))
	m := r.meaning()
	if m.read == readNothing {
		return m
	}
	switch m.side {
	case noSide:
		if m.read == readAddr || m.read == readPort || m.read == readMAC || m.read == readIface {
			weight = min(weight, weakWeight)
		}
	case remoteSide, localSide:
		weight = min(weight, 50)
	}
	if m.weight != 0 {
		weight = min(weight, m.weight)
	}
	m.weight = weight
	return m
}

// meaning decides what the roles together say.
func (r *roles) meaning() meaning {
	last, all := r.last, r.all
	side := r.side()
	has := func(w word) bool { return last&w != 0 }
	any := func(w word) bool { return all&w != 0 }
	plain := func(f ocsf.Field) meaning { return meaning{read: readPlain, field: f} }
	weak := func(m meaning) meaning { m.weight = weakWeight; return m }
	switch {
	case has(wCountry):
		switch side {
		case srcSide, remoteSide:
			return plain(ocsf.SrcCountry)
		case dstSide:
			return plain(ocsf.DstCountry)
		}
		return meaning{}
	case has(wUA):
		return plain(ocsf.UserAgent)
	case has(wHash):
		switch {
		case any(wParent):
			return meaning{}
		case any(wProc):
			return meaning{read: readHash, side: procSide}
		case any(wFile) || r.n == 1:
			return meaning{read: readHash, side: fileSide}
		}
		return meaning{read: readHash, side: fileSide, weight: weakWeight}
	case has(wMac):
		return meaning{read: readMAC, side: side}
	case r.parents&wPort != 0 && r.only(wID|wName|wPort):
		if side == devSide {
			return meaning{}
		}
		return meaning{read: readPort, side: side}
	case r.parents&(wIP|wAddr) != 0 && side != noSide && r.only(0) && last&^(wValue|wHow) != 0: // addr.remote
		return meaning{read: readAddr, side: side}
	case has(wBytes) && !has(wIface):
		return r.amount(ocsf.BytesIn, ocsf.BytesOut, ocsf.Bytes, side)
	case has(wPkts) && !has(wIface):
		return r.amount(ocsf.PacketsIn, ocsf.PacketsOut, ocsf.Packets, side)
	case has(wPort) && !has(wIface):
		if side == devSide {
			return meaning{}
		}
		if side == noSide && any(wUser|wActor) {
			return meaning{read: readPort, side: srcSide, weight: 50}
		}
		return meaning{read: readPort, side: side}
	case has(wIP) && has(wProto):
		return meaning{read: readProto}
	case has(wIP), has(wAddr) && !any(wMail):
		if has(wID) && !has(wIP) || has(wType|wVersion) { // of what kind it is
			return meaning{}
		}
		if any(wURL) && side == noSide {
			return meaning{}
		}
		if side == noSide && any(wUser|wActor) { // where somebody is
			return meaning{read: readAddr, side: srcSide, weight: 50}
		}
		return meaning{read: readAddr, side: side}
	case has(wIface):
		return meaning{read: readIface, side: side}
	case has(wZone):
		switch side {
		case srcSide:
			return plain(ocsf.SrcZone)
		case dstSide:
			return plain(ocsf.DstZone)
		}
		return meaning{}
	case has(wCmd):
		if any(wParent) {
			return meaning{read: readCommand, side: parentSide}
		}
		return meaning{read: readCommand, side: procSide}
	case has(wUser) && !has(wGroup) && !has(wType|wHost):
		if has(wFile) && !has(wProc) { // whose file it is
			return meaning{}
		}
		return r.user(side)
	case any(wMail) && !has(wTime|wStatus|wEvent):
		return r.mail(side)
	case has(wURL) && has(wHost|wDomain), any(wURL) && r.only(wHost|wDomain):
		return meaning{read: readURLHost}
	case has(wURL) && has(wPath), any(wURL) && r.only(wPath):
		return plain(ocsf.URLPath)
	case any(wHTTP|wReq) && has(wPath) && r.only(wPath|wHTTP|wReq):
		return plain(ocsf.URLPath)
	case has(wURL) && has(wQuery), any(wURL) && r.only(wQuery):
		return plain(ocsf.URLQuery)
	case has(wURL) && !has(wID|wSev|wType|wCode|wStatus):
		if any(wResp) {
			return meaning{}
		}
		return meaning{read: readURL}
	case has(wStatus|wCode) && any(wHTTP|wResp|wReq) && !any(wDNS):
		return meaning{read: readStatus}
	case has(wMethod) && (any(wHTTP|wReq|wURL) || r.n == 1):
		return plain(ocsf.HTTPMethod)
	case has(wReq) && has(wHost) && r.only(wReq|wHost|wName|wHTTP), any(wHTTP|wReq) && r.only(wHost|wName) && any(wHost):
		return meaning{read: readURLHost}
	case any(wHTTP|wReq) && has(wQuery) && r.only(wQuery|wDNS|wHTTP|wReq):
		return plain(ocsf.URLQuery)
	case any(wDNS) && has(wQuery|wName|wDomain) && !has(wType|wID):
		return plain(ocsf.QueryName)
	case any(wDNS|wQuery) && has(wType) && !any(wHTTP|wEvent):
		return plain(ocsf.QueryType)
	case has(wHost) && !has(wGroup|wType|wVersion|wStatus|wID):
		return meaning{read: readHost, side: side}
	case any(wFile) && r.only(wPath|wFile|wName):
		if any(wProc|wParent) && !has(wFile) {
			break
		}
		if any(wParent) {
			return meaning{}
		}
		return meaning{read: readPath}
	case r.only(wPath) && has(wPath) && !any(wURL|wHTTP|wReq|wResp|wProc|wParent|wApp):
		return meaning{read: readPath, weight: weakWeight}
	case any(wProc) && !has(wID|wTime|wType|wStatus|wVersion|wUser) && r.only(wProc|wName|wPath|wFile|wParent|wSrc|wDst|wTarget|wActor):
		if any(wParent) {
			return meaning{read: readProcess, side: parentSide}
		}
		m := meaning{read: readProcess, side: procSide}
		if any(wDst | wTarget) {
			m.weight = weakWeight
		}
		return m
	case any(wProc) && has(wID) && !any(wParent):
		return plain(ocsf.ProcessPID)
	case has(wRule) && has(wAction) && !has(wID|wTime):
		return meaning{read: readAction}
	case has(wRule):
		if has(wID) {
			return plain(ocsf.RuleUID)
		}
		if has(wType | wVersion | wAction | wStatus) {
			break
		}
		return plain(ocsf.RuleName)
	case r.parents&wRule != 0 && r.only(wName):
		return plain(ocsf.RuleName)
	case r.parents&wRule != 0 && r.only(wID):
		return plain(ocsf.RuleUID)
	case has(wSig) && !has(wType|wVersion|wTime|wSev|wAction|wStatus|wResult):
		if has(wID) {
			return meaning{read: readSigned, field: ocsf.FindingUID}
		}
		return meaning{read: readSigned, field: ocsf.FindingTitle}
	case r.parents&wSig != 0 && r.only(wName|wMsg):
		return meaning{read: readSigned, field: ocsf.FindingTitle}
	case has(wSev) && !has(wID|wTime):
		return meaning{read: readSeverity}
	case any(wEvent) && has(wID|wCode) && r.only(wEvent|wID|wCode|wMsg) && last&(wDev|wSrc|wDst|wTarget|wActor) == 0:
		return plain(ocsf.EventCode)
	case has(wEvent) && has(wResult) && !has(wID|wTime|wCode|wReason|wMsg):
		return meaning{read: readOutcome}
	case has(wEvent) && has(wAction) || r.parents&wEvent != 0 && r.only(wAction):
		return weak(meaning{read: readAction})
	case has(wAction) && !has(wID|wTime|wUser|wType):
		return meaning{read: readAction}
	case any(wEvent) && has(wType|wName) && !has(wID), has(wEvent) && r.only(wEvent) && !any(wTime|wMsg):
		return meaning{read: readHint}
	case has(wReason):
		return plain(ocsf.StatusDetail)
	case has(wResult) && !has(wID|wTime|wCode):
		return meaning{read: readOutcome}
	case has(wStatus) && r.only(wStatus|wAction|wValue|wEvent):
		return meaning{read: readStatus, weight: 50}
	case has(wTime):
		switch {
		case has(wStart):
			return weak(meaning{read: readTime})
		case has(wEnd):
			return meaning{read: readTime, weight: weakWeight - 5}
		case has(wRcvd):
			return meaning{read: readTime, weight: 45}
		case r.prefix && r.n > 1: // written, indexed, something of the vendor's
			return weak(meaning{read: readTime})
		case has(wEvent), r.n == 1 && r.parents == 0:
			return meaning{read: readTime}
		case r.only(wTime | wValue):
			return meaning{read: readTime, weight: 60}
		}
		return meaning{read: readTime, weight: 20}
	case has(wApp) && has(wProto), r.parents&wApp != 0 && r.only(wProto):
		return plain(ocsf.AppProtocol)
	case has(wProto) && !has(wVersion|wID|wType):
		return meaning{read: readProto}
	case has(wApp) && r.only(wApp|wName):
		return plain(ocsf.AppName)
	case has(wSess) && has(wID):
		return plain(ocsf.SessionUID)
	case has(wGroup) && r.only(wGroup|wName|wUser):
		return plain(ocsf.GroupName)
	case any(wVendor) && r.only(wVendor|wName|wDev):
		if r.last&wDev != 0 || r.n == 1 {
			return plain(ocsf.ProductVendor)
		}
	case any(wProduct) && r.only(wProduct|wName|wDev):
		return plain(ocsf.ProductName)
	case any(wProduct) && has(wVersion):
		return plain(ocsf.ProductVersion)
	case has(wMsg) && r.only(wMsg|wEvent|wValue):
		return meaning{read: readMessage}
	case has(wType) && r.only(wType) && r.parents == 0:
		return meaning{read: readHint}
	case has(wDomain) && side == srcSide:
		return plain(ocsf.SrcDomain)
	case has(wDomain) && side == dstSide:
		return meaning{read: readHost, side: dstSide, weight: 50}
	case has(wName) && side == devSide && r.only(wName|wDev):
		return meaning{read: readHost, side: devSide}
	case has(wName) && (side == srcSide || side == dstSide) && r.only(wName|wSrc|wDst):
		return meaning{read: readHost, side: side, weight: 50}
	case (side == srcSide || side == dstSide) && r.only(wSrc|wDst) && r.n <= 2 && r.parents == 0:
		return meaning{read: readAddr, side: side, weight: 50}
	}
	return meaning{}
}

// only reports whether the last part has no roles but these.
func (r *roles) only(w word) bool {
	return r.last&^(w|wValue|wPrefixed|wHow|wSrc|wDst|wDev|wRemote|wLocal|wTarget|wActor) == 0
}

// amount reads bytes and packets: sent is from source to destination.
func (r *roles) amount(in, out, total ocsf.Field, side side) meaning {
	m := meaning{read: readPlain, field: total}
	switch {
	case r.all&wSent != 0 && r.all&wRcvd == 0, r.last&wReq != 0:
		m.field = out
	case r.all&wRcvd != 0 && r.all&wSent == 0, r.last&wResp != 0:
		m.field = in
	case side == srcSide:
		m.field = out
	case side == dstSide:
		m.field = in
	}
	return m
}

// user reads whose name it is.
func (r *roles) user(side side) meaning {
	if r.last&(wTime|wStatus|wRcvd|wBytes) != 0 {
		return meaning{}
	}
	m := meaning{read: readUser}
	switch {
	case r.all&wTarget != 0 || side == dstSide:
		m.side = targetSide
	case r.all&wActor != 0:
		m.side = actorSide
	}
	switch {
	case r.last&wDomain != 0:
		return meaning{read: readPlain, field: ocsf.UserDomain}
	case r.last&wMail != 0:
		return meaning{read: readPlain, field: ocsf.UserEmail}
	case r.last&wID != 0 && r.last&wName == 0:
		if m.side == targetSide {
			return meaning{read: readPlain, field: ocsf.UserUID}
		}
		return meaning{read: readUser, side: m.side, weight: weakWeight}
	}
	return m
}

// mail reads what a word for mail stands with.
func (r *roles) mail(side side) meaning {
	switch {
	case side == dstSide:
		return meaning{read: readMail, side: dstSide}
	case side == srcSide:
		return meaning{read: readMail, side: srcSide}
	case r.last&wMail != 0 && r.last&(wID|wType) == 0:
		return meaning{read: readPlain, field: ocsf.UserEmail, weight: weakWeight}
	}
	return meaning{}
}

// splitWords takes a key apart at separators, before capitals and at the end of
// runs of capitals. The words are in lower case.
func splitWords(s string) []string {
	var out []string
	start := 0
	flush := func(i int) {
		if i > start {
			out = append(out, strings.ToLower(s[start:i]))
		}
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !alnum(c) && c < 0x80 {
			flush(i)
			start = i + 1
			continue
		}
		if i > start && upper(c) {
			prev := s[i-1]
			next := byte(0)
			if i+1 < len(s) {
				next = s[i+1]
			}
			if prev == 'I' && c == 'P' && next == 'v' { // IPv4
				continue
			}
			if lower(prev) || digit(prev) || upper(prev) && lower(next) && !(next == 's' && (i+2 == len(s) || !lower(s[i+2]))) {
				flush(i)
				start = i
			}
		}
	}
	flush(len(s))
	return out
}

// wordRoles returns the roles of a word, which may be several written as one.
func wordRoles(w string) (word, bool) {
	if x, ok := words[w]; ok {
		return x, true
	}
	if n := len(w); n > 1 && digit(w[n-1]) { // ip1, address2
		if x, ok := words[strings.TrimRight(w, "0123456789")]; ok {
			return x, true
		}
	}
	if x, ok := segment(w); ok {
		return x, true
	}
	for i := 2; i < len(w)-4 && i < 12; i++ { // connsrcip: a prefix of the vendor's own
		if x, ok := segment(w[i:]); ok && (i > 2 || len(w)-i > 5) {
			return x | wPrefixed, true
		}
	}
	return 0, false
}

// segment cuts a word like srcip or connsrcport into words that are known.
func segment(w string) (word, bool) {
	if len(w) < 4 || len(w) > 40 {
		return 0, false
	}
	// best[i] tells whether w[:i] is made of known words, and their roles.
	var best [41]word
	var ok [41]bool
	var parts [41]int
	ok[0] = true
	for i := 1; i <= len(w); i++ {
		for j := max(0, i-14); j < i; j++ {
			if !ok[j] || i-j < 2 || i-j == 2 && w[j:i] != "ip" && w[j:i] != "id" && w[j:i] != "if" {
				continue
			}
			x, known := words[w[j:i]]
			if known && (!ok[i] || parts[j]+1 < parts[i]) {
				best[i], ok[i], parts[i] = best[j]|x, true, parts[j]+1
			}
		}
	}
	return best[len(w)], ok[len(w)] && parts[len(w)] <= 4
}
