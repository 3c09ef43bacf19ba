package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// contextWord reports whether w is one of the words that set the context.
func contextWord(w string) bool {
	var b [24]byte
	f := foldWord(&b, w)
	if f == nil {
		return false
	}
	return senseOf(f).knows&asContext != 0
}

// context is what a word tells of those that follow.
type context struct {
	side side
	want want
	to   side
}

var contexts = func() map[string]context {
	m := map[string]context{}
	add := func(c context, words string) {
		for _, w := range strings.Fields(words) {
			m[w] = c
		}
	}
	add(context{side: srcSide}, `from src source client remote peer rhost raddr attacker initiator caller sender faddr srcip clientip peerip foreign rip saddr sourceip ip with downstream`)
	add(context{side: dstSide}, `to dst dest destination server target towards responder victim vserver dstip serverip daddr laddr local lip listener destip dstn relay`)
	add(context{side: natSrc}, `gaddr nat translated mapped`)
	add(context{want: wantUser}, `user username account usr principal logname ruser users`)
	add(context{want: wantUser, to: actorSide}, `by admin administrator`)
	add(context{want: wantPort}, `port`)
	add(context{want: wantPort, to: srcSide}, `sport spt srcport`)
	add(context{want: wantPort, to: dstSide}, `dport dpt dstport`)
	add(context{want: wantProto}, `proto protocol`)
	add(context{want: wantProcess}, `process pid`)
	add(context{want: wantThreat}, `virus malware trojan threat signature exploit`)
	add(context{want: wantIface}, `interface iface intf`)
	add(context{want: wantVia}, `via`)
	add(context{want: wantGroup}, `group`)
	add(context{want: wantCommand}, `command cmd`)
	add(context{want: wantRule}, `policy rule acl access-group access-list list filter`)
	add(context{want: wantFile}, `file filename`)
	add(context{want: wantHost}, `host hostname computer workstation machine`)
	return m
}()

// word takes what a word says of those that follow, and what it says itself.
func (t *textScanner) word(w string, next byte) {
	l := t.l
	var b [24]byte
	f := foldWord(&b, w)
	if f == nil {
		if compound(w) && strings.IndexByte(w, '/') < 0 {
			l.facts.hints |= hintsOf(w)
		}
		t.push(w)
		return
	}
	known := senseOf(f)
	if c := &known.context; known.knows&asContext != 0 && next != '#' { // admin# is a prompt
		if c.side != noSide {
			if string(f) != "ip" || t.side == noSide || t.sideAge > 2 {
				t.side, t.sideAge = c.side, -1
			}
		}
		if c.want != wantNothing {
			t.want, t.wantAge, t.wantTo = c.want, -1, c.to
			if c.want == wantIface && t.side == dstSide && t.sideAge <= 2 {
				t.wantTo = dstSide
			}
		}
	} else if string(f) == "for" {
		t.want, t.wantAge, t.wantTo = wantUser, -1, noSide
		if !t.forUser() && !(l.facts.hints&hintLogin != 0 && t.quoteFollows()) {
			t.want = wantNothing
		}
	} else if t.want == wantUser && t.wantAge <= 0 {
		switch string(f) {
		case "name", "id", "is", "user", "invalid", "illegal", "unknown", "the", "authenticating", "was", "account":
			t.wantAge = -2 // user name bob, invalid user bob
		}
	}
	t.loginWord(string(f), known.hint)
	t.accountWord(string(f))
	t.byteWord(string(f))
	if w == "OK" && t.prev == "" {
		l.setOutcome(ocsf.Success, guessWeight) // OK LOGIN
	}
	if known.knows&asVerdict != 0 {
		t.verdict(known.verdict, string(f))
	}
	if s := known.level; known.knows&asLevel != 0 && t.prev == "" && t.prev2 == "" && s != ocsf.UnknownSeverity && levelWord(w) {
		l.applySeverity(w, t.weight)
	}
	if len(w) > 5 && upper(w[0]) && strings.IndexByte(w, '_') > 0 && capitals(w) && l.facts.weight[ocsf.EventCode] == 0 {
		l.put(ocsf.EventCode, ocsf.Text(w), 3) // LOGIN_FAILED
	}
	if next == ':' && messageCode(w) && l.facts.weight[ocsf.EventCode] < textWeight {
		l.put(ocsf.EventCode, ocsf.Text(w), textWeight) // AH01374:
	}
	if h := known.hint; known.knows&asHint != 0 {
		l.facts.hints |= h
		t.found(h)
	} else if compound(w) {
		l.facts.hints |= hintsOf(w)
		t.compoundVerdict(w)
	}
	if (string(f) == "user" || string(f) == "account") && (strings.EqualFold(t.prev, "invalid") || strings.EqualFold(t.prev, "illegal")) {
		l.facts.hints |= hintAuth
	}
	t.push(w)
}

// capitals reports whether w is a name of capitals, digits and underscores.
func capitals(w string) bool {
	for i := 0; i < len(w); i++ {
		if !upper(w[i]) && w[i] != '_' && !digit(w[i]) {
			return false
		}
	}
	return true
}

// verdict weighs a word that tells how it went.
func (t *textScanner) verdict(v verdictWord, w string) {
	l := t.l
	switch w {
	case "true", "false", "yes", "no", "error", "errors", "ok", "log", "logged", "continue", "none", "clean", "rst", "reset", "timeout", "expired", "alert", "monitor", "completed",
		"released", "forward", "stopped", "terminated", "pass", "exempt", "invalid", "wrong", "killed", "kill", "grant", "drop", "block", "aborted", "allow", "permit", "detected",
		"detect", "notify", "notified", "observed", "audit", "approved", "unable", "cannot", "illegal", "bad", "mismatch":
		if v.outcome == ocsf.Failure && failsAt(w) || w == "error" && l.facts.hints&hintAuth != 0 {
			l.setOutcome(v.outcome, guessWeight)
		}
		switch w {
		case "drop", "block", "allow", "permit", "pass": // as the first words of a message: an order, or a tag of a rule
			if t.prev2 == "" || upper(t.s[0]) {
				l.setAction(v.action, v.disposition, guessWeight)
			}
		}
		return
	}
	if v.action != 0 {
		l.setAction(v.action, v.disposition, t.weight)
	}
	if v.outcome != 0 {
		weight := t.weight
		if v.outcome == ocsf.Success && strings.EqualFold(t.prev, "not") {
			return
		}
		if v.action != 0 {
			weight = guessWeight // denied tells of the action first
		}
		l.setOutcome(v.outcome, weight)
	}
}

// compoundVerdict weighs the last words of a name for an event that say how it
// went: LOGIN_FAILED, AuthReject.
func (t *textScanner) compoundVerdict(w string) {
	if strings.ContainsAny(w, "./") {
		return // a host, a path
	}
	var b [24]byte
	for i, n := 0, 0; i < len(w) && n < 8; n++ {
		var p string
		p, i = piece(w, i)
		f := foldWord(&b, p)
		if v, ok := verdictWords[string(f)]; ok && compoundEnds[string(f)] {
			t.l.setOutcome(v.outcome, guessWeight-1)
		}
	}
}

var compoundEnds = wordSet(`fail failed failure success succeeded denied reject rejected accept accepted invalid unauthorized wrong`)

// failsAt reports whether w is a word for failure that is weaker than "failed".
func failsAt(w string) bool {
	switch w {
	case "invalid", "wrong", "aborted", "unable", "cannot", "illegal", "bad", "mismatch":
		return true
	}
	return false
}
