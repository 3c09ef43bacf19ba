package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// Weights of what may serve as the code of an event.
const (
	kindWeight  = 3 // a word for the kind of event
	eventWeight = 8 // the name of the event
)

// applyPlain reads a value by the type of its field, where the value shows that
// it is nothing else.
func (l *Line) applyPlain(m meaning, v string) bool {
	switch m.field {
	case ocsf.EventCode:
		if v != "" && letter(v[0]) {
			l.facts.kind |= hintsOf(v)
		}
		if m.weight < brandWeight-40 && onlyIdentifier(v) { // of this one event, not of its kind
			return l.putText(ocsf.OriginalEventUID, v, m.weight)
		}
	case ocsf.QueryName:
		if strings.IndexByte(v, '=') > 0 && strings.IndexByte(v, ' ') < 0 { // of a URL
			return l.putText(ocsf.URLQuery, v, min(m.weight, weakWeight))
		}
	case ocsf.APIOperation:
		if m.weight <= exactWeight {
			l.putText(ocsf.EventCode, v, eventWeight)
		}
	}
	return l.putText(m.field, v, m.weight)
}

// onlyIdentifier reports whether v is a UUID, or as long a number without
// meaning, in braces or not.
func onlyIdentifier(v string) bool {
	v = strings.Trim(v, "{}")
	if len(v) < 32 || len(v) > 64 {
		return false
	}
	for i := 0; i < len(v); i++ {
		if !hexByte(v[i]) && v[i] != '-' {
			return false
		}
	}
	return true
}

// applyKind reads a word for the kind of event: what it hints at, whether it is
// a verdict, and whether it can serve as the code of the event.
func (l *Line) applyKind(m meaning, v string) {
	f := &l.facts
	h := hintsOf(v)
	f.hints |= h
	f.kind |= h
	if m.field == ocsf.FindingTitle && f.title == "" {
		f.title = v
	}
	if recordType(v) && f.weight[ocsf.QueryName] > 0 {
		l.putText(ocsf.QueryType, v, textWeight)
		return
	}
	if x := verdictOf(v); x.action == ocsf.Allowed || x.action == ocsf.Denied {
		l.applyAction(v, weakWeight)
		return
	}
	if h&(hintAuth|hintSession|hintPassword) != 0 && len(v) < 64 {
		l.applyOutcome(v, guessWeight) // login_failed, AuthSuccess
	}
	if len(v) < 3 || len(v) > 64 || !letter(v[0]) {
		return
	}
	if m.field == ocsf.EventCode {
		l.put(ocsf.EventCode, ocsf.Text(v), eventWeight)
		return
	}
	if len(v) > 4 && strings.IndexByte(v, ' ') < 0 && (strings.IndexAny(v, "._-") > 0 || upper(v[0])) {
		l.put(ocsf.EventCode, ocsf.Text(v), kindWeight)
	}
}

// verdictOf returns what a value of one word says of how a thing went.
func verdictOf(v string) verdictWord {
	var b [24]byte
	if len(v) < 4 {
		return verdictWord{}
	}
	return senseOf(foldWord(&b, v)).verdict
}

// actionName takes what somebody did, "repo.create" or "DELETE_USER", for the
// code of the event where it is no verdict. It reports false, for the vendor's
// own key is kept.
func (l *Line) actionName(v string) bool {
	if len(v) > 4 && len(v) < 64 && letter(v[0]) && strings.IndexByte(v, ' ') < 0 && strings.IndexAny(v, "._") > 0 {
		l.put(ocsf.EventCode, ocsf.Text(v), kindWeight-1)
	}
	return false
}
