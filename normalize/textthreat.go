package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// threat takes the name of what was found: "Virus EICAR-Test-File found",
// "infected with Trojan.Agent.X", "Signature 2100498 ...". It reports false when w
// is an ordinary word.
func (t *textScanner) threat(w string) bool {
	if d := digits(w); d == len(w) {
		if d < 3 {
			return false
		}
		t.l.putText(ocsf.FindingUID, w, t.weight)
		t.wantAge = -2 // its name may follow
		return true
	}
	if !threatName(w) {
		return false
	}
	t.l.putText(ocsf.FindingTitle, w, t.weight)
	t.want = wantNothing
	return true
}

// threatName reports whether w is built as names of threats are: parts with a mark
// between, one of them with a capital or a number.
func threatName(w string) bool {
	if len(w) < 5 || !letter(w[0]) || fileName(w) || domainName(w) && strings.ToLower(w) == w || strings.IndexByte(w, '\\') >= 0 || w[0] == '/' {
		return false
	}
	mark := strings.IndexAny(w, ".:/-_!")
	if mark < 0 {
		return false
	}
	for i := 0; i < len(w); i++ {
		if upper(w[i]) || digit(w[i]) {
			return true
		}
	}
	return false
}

// titleFinding gives a finding without a title the words that tell it.
func (l *Line) titleFinding() {
	e := l.E
	if e.Class != ocsf.DetectionFinding || e.Has(ocsf.FindingTitle) {
		return
	}
	title := e.Text(ocsf.Message)
	if title == "" && l.Form == Text {
		title = l.Body
	}
	if title = strings.TrimSpace(title); title != "" && len(title) <= 256 {
		e.Set(ocsf.FindingTitle, ocsf.Text(title))
	}
}
