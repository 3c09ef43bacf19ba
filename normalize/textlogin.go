package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// loginWord reads phrases of logging on and off, whose words say nothing alone:
// "anna logged in", "unable to log on as anna", "login anna from 192.0.2.1". w is
// the word that was read last, h what it hints at; it begins at t.at and ends at
// t.end.
func (t *textScanner) loginWord(w string, h hint) {
	if h&(hintLogin|hintPlaced) == 0 {
		return
	}
	next, end := wordAfter(t.s, t.end)
	if h&hintLogin != 0 && (outcomeWord(t.prev) || outcomeWord(next)) {
		t.l.facts.hints |= hintTried
	}
	switch w {
	case "logged", "signed":
		t.entered(next)
	case "log", "sign", "logging", "signing":
		if (next == "in" || next == "on") && (t.prev == "to" || t.prev == "not" || t.prev == "cannot" || t.prev == "when" || t.prev == "while") {
			t.l.facts.hints |= hintAuth | hintLogin
		}
	case "with":
		if t.prev == "infected" || t.prev == "Infected" {
			t.want, t.wantAge = wantThreat, -1
		}
	case "as", "using":
		if w == "as" && t.l.facts.hints&hintLogin != 0 && t.alone(end) {
			t.want, t.wantAge, t.wantTo = wantUser, -1, noSide
		}
		if t.prev == "in" || t.prev == "on" || t.prev == "authenticated" || t.prev == "login" || t.prev == "logon" {
			t.want, t.wantAge, t.wantTo = wantUser, -1, noSide
		}
	case "login", "logon", "logout", "logoff":
		if from, _ := wordAfter(t.s, end); from == "from" && t.userWord(next) && t.users == 0 {
			t.want, t.wantAge, t.wantTo = wantUser, -1, noSide
		}
		if t.end < len(t.s) && t.s[t.end] == ':' && t.prev != "" && t.alone(end) {
			t.want, t.wantAge, t.wantTo = wantUser, -1, noSide
		}
	}
}

// outcomeWord reports whether w says how a thing went.
func outcomeWord(w string) bool {
	var b [24]byte
	f := foldWord(&b, w)
	return senseOf(f).verdict.outcome != 0
}

// alone reports whether what ends at i is no part of a sentence: a mark or the
// end follows.
func (t *textScanner) alone(i int) bool {
	s := strings.TrimLeft(t.s[i:], " ")
	return s == "" || s[0] == '-' || s[0] == '(' || s[0] == '[' || s[0] == ',' || s[0] == ';'
}

// entered takes what "logged" and "signed" say with the word behind them, and the
// word before them for who did it.
func (t *textScanner) entered(way string) {
	l := t.l
	switch way {
	case "in", "on", "into", "onto":
		l.facts.hints |= hintAuth | hintLogin
	case "out", "off":
		l.facts.hints |= hintAuth | hintLogin | hintLogoff
	default:
		return
	}
	who, i := wordBefore(t.s, t.at)
	for n := 0; n < 4 && auxiliaries[who]; n++ {
		if who == "not" || who == "never" {
			l.setOutcome(ocsf.Failure, guessWeight)
		}
		who, i = wordBefore(t.s, i)
	}
	l.setOutcome(ocsf.Success, guessWeight)
	if t.users == 0 && who != "" && t.userWord(who) {
		if l.applyUser(meaning{read: readUser, weight: guessWeight}, who) {
			t.users++
		}
	}
}

// auxiliaries stand between who logged in and that they did.
var auxiliaries = wordSet(`is was has have had been now just not never already successfully automatically`)

// wordAfter returns the word behind place i of s, and its end. Only spaces, a
// colon and quotes may stand between.
func wordAfter(s string, i int) (string, int) {
	for i < len(s) && (s[i] == ' ' || s[i] == ':' || s[i] == '\'' || s[i] == '"') {
		i++
	}
	j := i
	for j < len(s) && j < i+64 && (wordByte(s[j]) || s[j] == '@' || s[j] == '\\' || s[j] == '$') {
		j++
	}
	w := s[i:j]
	for len(w) > 0 && w[len(w)-1] == '.' {
		w = w[:len(w)-1]
	}
	return w, j
}

// wordBefore returns the word that ends before place i of s, and its beginning.
func wordBefore(s string, i int) (string, int) {
	for i > 0 && (s[i-1] == ' ' || s[i-1] == '\'' || s[i-1] == '"') {
		i--
	}
	j := i
	for j > 0 && i-j < 64 && (wordByte(s[j-1]) || s[j-1] == '@' || s[j-1] == '\\' || s[j-1] == '$') {
		j--
	}
	return s[j:i], j
}
