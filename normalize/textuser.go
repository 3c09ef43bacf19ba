package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// user takes a name that a word announced.
func (t *textScanner) user(v string) {
	t.want = wantNothing
	defer t.push("")
	v = strings.Trim(v, `'"<>[]()`)
	if v == "" || nothing(v) || strings.Trim(v, "*") == "" {
		return
	}
	m := meaning{read: readUser, weight: t.weight, side: t.wantTo}
	if t.users > 0 && m.side == noSide {
		return
	}
	// root@192.0.2.1
	if i := strings.LastIndexByte(v, '@'); i > 0 {
		if a, ok := addrOf(v[i+1:]); ok {
			t.l.put(ocsf.SrcIP, ocsf.Addr(a), t.weight)
			v = v[:i]
		}
	}
	if t.l.applyUser(m, v) {
		t.users++
	}
}

// userWord reports whether w can be the user that the word before announced.
func (t *textScanner) userWord(w string) bool {
	var b [24]byte
	f := foldWord(&b, w)
	switch {
	case f == nil:
		return len(w) <= 64
	case !userShape(w, t.wantTo), notUsers[string(f)], participle(string(f)):
		return false
	case string(f) == "admin", string(f) == "administrator":
		return true
	}
	known := senseOf(f)
	return known.knows&(asContext|asVerdict) == 0 && known.hint&(hintAuth|hintSession|hintPassword|hintFinding) == 0
}

// deed reports whether w, behind "admin", is what the administrator did: only
// who is called by name as well stands before "from" and its like.
func (t *textScanner) deed(w string) bool {
	if !strings.EqualFold(t.prev, "admin") && !strings.EqualFold(t.prev, "administrator") || t.end >= len(t.s) {
		return false
	}
	if i := strings.LastIndexByte(t.s[:t.at], ' '); i > 0 && (t.s[i-1] == ':' || t.s[i-1] == '=') || t.at > 0 && t.s[t.at-1] != ' ' {
		return false
	}
	next, _ := wordAfter(t.s, t.end)
	return !(t.s[t.end] == '(' || t.s[t.end] == ',' || auxiliaries[next] || next == "from" || next == "logged" || next == "at")
}

// quoteFollows reports whether the word that was read stands before a quote.
func (t *textScanner) quoteFollows() bool {
	return t.end+1 < len(t.s) && t.s[t.end] == ' ' && (t.s[t.end+1] == '\'' || t.s[t.end+1] == '"')
}

// userShape reports whether w is built as names of users are. Who does
// something by name has a letter; who is called a user may be a number.
func userShape(w string, to side) bool {
	switch d := digits(w); {
	case d == len(w):
		return d > 2 && to == noSide
	case d > 0 && strings.Trim(w, "0123456789.,:-") == "":
		return false // a number with a point, a time
	}
	return alnum(w[0]) || w[0] == '_' || w[0] == '$'
}

// participle reports whether w is a word of what a user does: "attempting".
func participle(w string) bool { return len(w) > 6 && strings.HasSuffix(w, "ing") }

// notUsers are words that follow "user" and its like without being one.
var notUsers = wordSet(`privilege supplied illegal authenticating for from is was has have had with by to in on at and or the a an not name id of who logged
	successfully unknown access agent group account accounts user users data does do did belongs added created removed deleted database profile request requests
	certificate rights role roles local mode attempt attempts service services connection connections interface activity will can cannot could should must may be been
	being are were locked unlocked this that these those address addresses it its all any no none now just also if when while because due after before until via over
	through using as into out off up down but than then only other another current remote device machine computer host system client server agent peer someone
	nobody he she they you we name-service ssh https http telnet ftp sftp gui web console api cli rdp vpn ldap radius tacacs kerberos saml pam publickey key
	level information info count number limit quota type status state list table file directory policy policies profiles timeout time session sessions
	login logins management manager error errors input output command commands space kernel process program application app message event events
	here there found exists defined executed entered tried joined left disabled enabled expired changed modified updated changes change portal interface ip ipv4 ipv6 mac hostname domain realm`)

// forUser tells whether the word "for" announces a user: behind words of
// logging in.
func (t *textScanner) forUser() bool {
	for _, p := range [...]string{t.prev, t.prev2} {
		var b [24]byte
		if f := foldWord(&b, p); len(f) > 0 && forUserAfter[string(f)] {
			t.l.facts.hints |= hintAuth
			return true
		}
		if compound(p) && hintsOf(p)&hintLogin != 0 { // AuthReject for
			return true
		}
	}
	return t.prev == "in" && (t.prev2 == "log" || t.prev2 == "sign")
}

var forUserAfter = wordSet(`password publickey failed accepted login logon authentication session opened closed failure rejected succeeded keyboard-interactive/pam
	keyboard-interactive gssapi-with-mic gssapi none successful denied auth failures hostbased exceeded attempts`)
