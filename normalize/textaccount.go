package normalize

// accountWord reads phrases about accounts and passwords: "password changed",
// "new user", "user anna was deleted".
func (t *textScanner) accountWord(w string) {
	h := &t.l.facts.hints
	switch w {
	case "password", "passphrase":
		if changes[t.prev] || changes[t.prev2] && (t.prev == "the" || t.prev == "user" || t.prev == "own" || t.prev == "his") || t.follows(changes) {
			*h |= hintNewPassword
		}
	case "log", "logs":
		if t.follows(clearings) || clearings[t.prev] || clearings[t.prev2] && t.prev != "" {
			*h |= hintCleared
		}
	case "user", "account":
		if hintWords[t.prev]&(hintCreate|hintDelete) != 0 && t.prev != "destination" {
			*h |= hintAccount
		}
	case "group":
		if t.sideAge <= 4 && (t.side == dstSide || t.side == srcSide) && *h&(hintCreate|hintDelete) != 0 {
			*h |= hintMember // added to the group
		}
	case "changed", "reset":
		if *h&hintPassword != 0 && t.users > 0 && (t.prev == "was" || t.prev == "been") {
			*h |= hintNewPassword
		}
	case "created", "deleted", "removed", "added", "disabled", "enabled", "locked", "unlocked":
		if t.users > 0 && auxiliaries[t.prev] && !auxiliaries[t.prev2] && t.prev2 == "" || t.prev == "been" && t.users > 0 {
			*h |= hintAccount
		}
	}
}

// changes are what is done with a password.
var changes = wordSet(`changed change changes changing reset resets resetting expired updated`)

// clearings are what is done with a log to be rid of it.
var clearings = wordSet(`cleared erased wiped purged`)

// follows reports whether one of the words comes next, auxiliaries between.
func (t *textScanner) follows(words map[string]bool) bool {
	w, end := wordAfter(t.s, t.end)
	for n := 0; n < 3 && auxiliaries[w]; n++ {
		w, end = wordAfter(t.s, end)
	}
	return words[w]
}

// found notes that a threat was found: "attack detected", "detected port scan".
func (t *textScanner) found(h hint) {
	detected := t.prev == "detected" || t.prev2 == "detected" || t.prev == "Detected" || t.prev2 == "Detected"
	if h&hintThreat != 0 && (detected || t.follows(detections)) {
		t.l.facts.hints |= hintDetected
	}
}

var detections = wordSet(`detected found identified discovered blocked prevented stopped mitigated`)
