package normalize

import "picket/normalize/ocsf"

// verdictTerm is what a word of a mapping says: one of action (with its
// disposition), outcome or severity.
type verdictTerm struct {
	action, disposition, outcome int8
	severity                     ocsf.Severity
}

// kind is the key that the word may stand behind.
func (t verdictTerm) kind() string {
	switch {
	case t.action != 0:
		return "action"
	case t.outcome != 0:
		return "outcome"
	}
	return "severity"
}

// verdictTerms are the words that values and rules of mappings may use.
var verdictTerms = map[string]verdictTerm{
	"allowed": {action: ocsf.Allowed, disposition: dispAllowed}, "approved": {action: ocsf.Allowed, disposition: dispApproved},
	"denied": {action: ocsf.Denied, disposition: dispBlocked}, "blocked": {action: ocsf.Denied, disposition: dispBlocked},
	"dropped": {action: ocsf.Denied, disposition: dispDropped}, "rejected": {action: ocsf.Denied, disposition: dispRejected},
	"reset": {action: ocsf.Denied, disposition: dispReset}, "quarantined": {action: ocsf.Denied, disposition: dispQuarantined},
	"isolated": {action: ocsf.Denied, disposition: dispIsolated}, "deleted": {action: ocsf.Denied, disposition: dispDeleted},
	"unauthorized": {action: ocsf.Denied, disposition: dispUnauthorized},
	"observed":     {action: ocsf.Observed, disposition: dispDetected}, "detected": {action: ocsf.Observed, disposition: dispDetected},
	"logged": {action: ocsf.Observed, disposition: dispLogged}, "alerted": {action: ocsf.Observed, disposition: dispAlert},
	"modified": {action: ocsf.Modified, disposition: dispCorrected}, "corrected": {action: ocsf.Modified, disposition: dispCorrected},
	"success": {outcome: ocsf.Success}, "failure": {outcome: ocsf.Failure},
	"informational": {severity: ocsf.Informational}, "low": {severity: ocsf.Low}, "medium": {severity: ocsf.Medium},
	"high": {severity: ocsf.High}, "critical": {severity: ocsf.Critical}, "fatal": {severity: ocsf.Fatal},
}

// word adds what a word says; false for a word that says nothing. Of "denied
// quarantined" the later disposition holds.
func (v *verdict) word(w string) bool {
	t, ok := verdictTerms[w]
	if !ok {
		return false
	}
	if t.action != 0 {
		v.action, v.disposition = t.action, t.disposition
	}
	if t.outcome != 0 {
		v.outcome = t.outcome
	}
	if t.severity != 0 {
		v.severity = t.severity
	}
	return true
}

// give makes the verdict hold, over whatever was said before.
func (v *verdict) give(l *Line, m *mapping) {
	if v.action != 0 {
		l.facts.actionWeight = 0
		l.setAction(v.action, v.disposition, brandWeight)
	}
	if v.outcome != 0 {
		l.facts.outcomeWeight = 0
		l.setOutcome(v.outcome, brandWeight)
	}
	if v.severity != 0 {
		l.E.Severity, l.facts.severityWeight = v.severity, brandWeight
	}
	for i := range v.fields {
		v.fields[i].give(l, m)
	}
	if v.classed {
		l.E.Class, l.E.Activity = v.class, l.usualActivity(v.class)
	}
	if v.activity >= 0 {
		l.E.Activity = uint8(v.activity)
	}
}

func (g *givenField) give(l *Line, m *mapping) {
	text := g.text
	for _, s := range g.slots {
		if text = m.value(l, s); !nothing(text) {
			break
		}
	}
	if nothing(text) {
		return
	}
	l.facts.forget(g.mean)
	l.apply(g.mean, text)
}

// forget lets be told again what was told before.
func (f *facts) forget(m meaning) {
	switch m.read {
	case readPlain, readSigned:
		f.weight[m.field] = 0
	case readUser:
		f.userWeight[map[side]int{actorSide: 1, targetSide: 2}[m.side]] = 0
	case readAction:
		f.actionWeight = 0
	case readOutcome:
		f.outcomeWeight = 0
	case readSeverity:
		f.severityWeight = 0
	case readTime:
		f.timeWeight = 0
	}
}

// usualActivity is the activity of a class when nothing names one.
func (l *Line) usualActivity(c ocsf.Class) uint8 {
	switch c {
	case ocsf.BaseEvent:
		return 0
	case ocsf.NetworkActivity:
		return l.networkActivity()
	case ocsf.HTTPActivity:
		return httpActivity(l.E.Text(ocsf.HTTPMethod))
	case ocsf.DetectionFinding:
		return 1
	}
	return ocsf.Other
}
