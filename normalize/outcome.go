package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// verdictWord is what a word says of the way a thing went.
type verdictWord struct {
	action, outcome, disposition int8
}

// Dispositions of OCSF (disposition_id).
const (
	dispAllowed, dispBlocked, dispQuarantined, dispIsolated, dispDeleted, dispDropped         = 1, 2, 3, 4, 5, 6
	dispApproved, dispCorrected, dispDetected, dispNoAction, dispLogged, dispAlert, dispReset = 8, 11, 15, 16, 17, 19, 21
	dispRejected, dispUnauthorized                                                            = 25, 26
)

// verdictWords are the words by which devices tell what they did. As the value
// of a key for the action each counts; in free text only the plain ones do.
var verdictWords = func() map[string]verdictWord {
	m := map[string]verdictWord{}
	add := func(v verdictWord, words string) {
		for _, w := range strings.Fields(words) {
			m[w] = v
		}
	}
	add(verdictWord{ocsf.Allowed, 0, dispAllowed}, `allow allowed accept accepted permit permitted pass passed passthrough passthru forward forwarded
		granted grant authorized whitelisted bypass bypassed proceed continue continued delivered released exempt allowlisted passes permits allows`)
	add(verdictWord{ocsf.Allowed, 0, dispApproved}, `approve approved`)
	add(verdictWord{ocsf.Denied, 0, dispBlocked}, `deny denied denies block blocked blocks blocking prevent prevented forbidden disallowed disallow blacklisted blocklisted
		prohibited terminated terminate killed kill stopped blackholed jailed banned ban denying greylisted greylist`)
	add(verdictWord{ocsf.Denied, 0, dispDropped}, `drop dropped drops discard discarded dropping`)
	add(verdictWord{ocsf.Denied, 0, dispRejected}, `reject rejected rejects refuse refused refusing rejecting`)
	add(verdictWord{ocsf.Denied, 0, dispReset}, `reset resetboth resetclient resetserver reset-both reset-client reset-server rst`)
	add(verdictWord{ocsf.Denied, 0, dispQuarantined}, `quarantine quarantined`)
	add(verdictWord{ocsf.Denied, 0, dispIsolated}, `isolate isolated contained`)
	add(verdictWord{ocsf.Denied, 0, dispUnauthorized}, `unauthorized unauthorised`)
	add(verdictWord{ocsf.Observed, 0, dispDetected}, `detect detected`)
	add(verdictWord{ocsf.Observed, 0, dispLogged}, `monitor monitored log logged logonly observe observed notified notify audit audited`)
	add(verdictWord{ocsf.Observed, 0, dispAlert}, `alert alerted alerting`)
	add(verdictWord{ocsf.Modified, 0, dispCorrected}, `clean cleaned repair repaired disinfected disinfect`)
	add(verdictWord{0, ocsf.Success, 0}, `success successful successfully succeeded succeed succeeds ok authenticated true yes completed passed`)
	add(verdictWord{0, ocsf.Failure, 0}, `fail failed failure failures fails failing unsuccessful unsuccessfully invalid incorrect error errors false no wrong
		denied rejected unauthorized aborted timeout expired unable cannot illegal bad mismatch`)
	for w, v := range map[string]verdictWord{"denied": {ocsf.Denied, ocsf.Failure, dispBlocked}, "rejected": {ocsf.Denied, ocsf.Failure, dispRejected},
		"unauthorized": {ocsf.Denied, ocsf.Failure, dispUnauthorized}, "refused": {ocsf.Denied, ocsf.Failure, dispRejected}, "passed": {ocsf.Allowed, ocsf.Success, dispAllowed},
		"accepted": {ocsf.Allowed, ocsf.Success, dispAllowed}, "granted": {ocsf.Allowed, ocsf.Success, dispAllowed},
		"authorized": {ocsf.Allowed, ocsf.Success, dispAllowed}, "reject": {ocsf.Denied, ocsf.Failure, dispRejected}, "accept": {ocsf.Allowed, ocsf.Success, dispAllowed},
		"deny": {ocsf.Denied, ocsf.Failure, dispBlocked}, "blocked": {ocsf.Denied, ocsf.Failure, dispBlocked}, "approved": {ocsf.Allowed, ocsf.Success, dispApproved},
		"allowed": {ocsf.Allowed, ocsf.Success, dispAllowed}} {
		m[w] = v
	}
	return m
}()

// sessionActions are words for the end and way of a connection that was let
// through; they count as the value of a key for the action only.
var sessionActions = wordSet(`tcp_miss tcp_hit tcp_tunnel tcp_mem_hit tcp_refresh_hit tcp_refresh_miss close closed start end built teardown timeout client-rst server-rst tcp-fin aged-out accept permit open opened none`)

// foldWord writes w in lower case into b and returns it, "" when it is too long.
func foldWord(b *[24]byte, w string) []byte {
	if len(w) > len(b) {
		return nil
	}
	for i := 0; i < len(w); i++ {
		c := w[i]
		if upper(c) {
			c |= 0x20
		}
		b[i] = c
	}
	return b[:len(w)]
}

// applyAction reads the value of a key for what a device did.
func (l *Line) applyAction(v string, weight uint8) bool {
	v = clean(v)
	if len(v) > 96 || l.facts.actionWeight >= weight {
		return false
	}
	var b [24]byte
	if w := foldWord(&b, v); w != nil {
		if sessionActions[string(w)] && string(w) != "none" {
			l.setAction(ocsf.Allowed, dispAllowed, weight)
			return l.put(ocsf.Action, ocsf.Text(v), weight)
		}
	}
	best, found := verdictWord{}, false
	for i := 0; i < len(v); { // any word of it: "Access Denied", "action_blocked"
		for i < len(v) && !letter(v[i]) {
			i++
		}
		j := i
		for j < len(v) && letter(v[j]) {
			j++
		}
		if w := foldWord(&b, v[i:j]); len(w) > 0 {
			if x := senseOf(w).verdict; x != (verdictWord{}) && (!found || best.action == 0 || best.action == ocsf.Observed && x.action != 0) {
				best, found = x, true
			}
		}
		i = j
	}
	if !found {
		l.facts.hints |= hintsOf(v)
		return false
	}
	if best.action != 0 {
		l.setAction(best.action, best.disposition, weight)
	}
	if best.outcome != 0 {
		l.setOutcome(best.outcome, weight-1)
	}
	l.put(ocsf.Action, ocsf.Text(v), weight)
	return best.action != 0
}

func (l *Line) setAction(action, disposition int8, weight uint8) {
	f := &l.facts
	if f.actionWeight >= weight {
		return
	}
	f.actionWeight, f.action = weight, action
	f.set++
	l.E.SetInt(ocsf.ActionID, int64(action))
	if disposition != 0 {
		l.E.SetInt(ocsf.DispositionID, int64(disposition))
	}
}

// applyOutcome reads the value of a key for success or failure.
func (l *Line) applyOutcome(v string, weight uint8) bool {
	v = clean(v)
	if len(v) > 256 || l.facts.outcomeWeight >= weight {
		return false
	}
	if v == "0x0" {
		l.setOutcome(ocsf.Success, weight)
		return true
	}
	var b [24]byte
	for i := 0; i < len(v); {
		for i < len(v) && !letter(v[i]) {
			i++
		}
		j := i
		for j < len(v) && letter(v[j]) {
			j++
		}
		if w := foldWord(&b, v[i:j]); len(w) > 0 {
			if x := senseOf(w).verdict; x.outcome != 0 {
				l.setOutcome(x.outcome, weight)
				l.put(ocsf.Status, ocsf.Text(v), weight)
				return true
			}
		}
		i = j
	}
	return false
}

func (l *Line) setOutcome(outcome int8, weight uint8) {
	f := &l.facts
	if f.outcomeWeight >= weight {
		return
	}
	f.outcomeWeight, f.outcome = weight, outcome
	f.set++
	l.E.SetInt(ocsf.StatusID, int64(outcome))
}

// openedSession takes a session that was opened for a logon that went well, where
// the line says nothing else.
func (l *Line) openedSession() {
	const opened = hintOpen | hintCreate | hintStart
	f := &l.facts
	if l.E.Class == ocsf.Authentication && f.outcome == 0 && f.action == 0 && f.hints&hintSession != 0 && f.hints&opened != 0 {
		l.setOutcome(ocsf.Success, guessWeight)
	}
}
