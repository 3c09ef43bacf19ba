package view

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"picket/normalize/ocsf"
)

// NoiseList is what the list of noise controls shows.
type NoiseList struct {
	Controls []*ocsf.Control  // those in force first
	Asleep   []*ocsf.Incident // snoozed incidents
	All      bool             // also those that have ended
}

// inForce are the controls that have not ended.
func (l NoiseList) inForce() []*ocsf.Control {
	return slices.DeleteFunc(slices.Clone(l.Controls), func(c *ocsf.Control) bool { return c.Ended != 0 })
}

func (l NoiseList) ended() []*ocsf.Control {
	return slices.DeleteFunc(slices.Clone(l.Controls), func(c *ocsf.Control) bool { return c.Ended == 0 })
}

// NoiseDraft is a noise control that is being made.
type NoiseDraft struct {
	Kind     ocsf.ControlKind
	Rule     string // id, "" for all
	Title    string // of the rule
	Finding  string // uid of the finding that it is made from
	Happened string // that finding's title
	Terms    []NoiseTerm
	Filter   string // further, in the filter language
	Reason   string
	Owner    string
	Ends     string // see NoiseEnds
	UntilNew bool
	AllRules bool
	Preview  *Preview
	Form     Form
}

// NoiseTerm is one value of the finding's event that a control may go by.
type NoiseTerm struct {
	Name  string // what it is, for people
	Query string // in the filter language
	Value string
	On    bool
}

// Preview tells what a control would have hidden.
type Preview struct {
	Days, Findings, Hidden, Incidents, True int
	Whole                                   bool
	Samples, Stays                          []PreviewLine
}

// PreviewLine is one finding of a preview.
type PreviewLine struct {
	Time     int64
	Title    string
	Severity ocsf.Severity
	Incident string
	Verdict  string
}

// NoiseKind is a kind of control, in words.
type NoiseKind struct {
	ID         ocsf.ControlKind
	Name, Mean string
}

// NoiseKinds are the kinds of controls that a form makes.
var NoiseKinds = []NoiseKind{
	{ocsf.Exception, "Exception", "It is known, and no attack: the scanner of the auditors, a script of your own."},
	{ocsf.Silence, "Silence", "For a time: work that was announced, a device that is being replaced."},
	{ocsf.RuleSnooze, "Snooze", "Not now: one signature sleeps, until a time or until somebody new turns up in it."},
}

func controlName(k ocsf.ControlKind) string {
	for _, x := range NoiseKinds {
		if x.ID == k {
			return x.Name
		}
	}
	return string(k)
}

// NoiseEnds are the ends that a form offers.
var NoiseEnds = []struct{ ID, Name string }{
	{"1h", "in an hour"}, {"8h", "in 8 hours"}, {"24h", "in a day"}, {"168h", "in a week"}, {"720h", "in 30 days"}, {"2160h", "in 90 days"}, {"never", "never"},
}

// ends are the ends that fit a kind: only an exception lasts for more than a month.
func ends(k ocsf.ControlKind) []struct{ ID, Name string } {
	if k == ocsf.Exception {
		return NoiseEnds[2:]
	}
	return NoiseEnds[:5]
}

// NoiseTerms are the values of an event that a control may go by, those that say
// who did it first.
func NoiseTerms(e *ocsf.Event) []NoiseTerm {
	var out []NoiseTerm
	for _, f := range noiseFields {
		if v := e.Get(f.field).String(); v != "" && len(v) <= 200 {
			out = append(out, NoiseTerm{Name: f.name, Query: Term(f.field.Path(), v), Value: v, On: len(out) == 0})
		}
	}
	return out
}

var noiseFields = []struct {
	field ocsf.Field
	name  string
}{
	{ocsf.SrcIP, "from address"}, {ocsf.SrcHostname, "from host"}, {ocsf.UserName, "user"}, {ocsf.ActorUser, "acting user"},
	{ocsf.DstIP, "to address"}, {ocsf.DstHostname, "to host"}, {ocsf.DstPort, "to port"}, {ocsf.QueryName, "name asked for"},
	{ocsf.URLHostname, "web host"}, {ocsf.URLPath, "web path"}, {ocsf.ActorProcess, "process"}, {ocsf.DeviceHostname, "told by"}, {ocsf.FindingTitle, "the device's name for it"},
}

// Whole is the filter of a draft: the chosen terms and what was typed.
func (d NoiseDraft) Whole() string {
	var parts []string
	for _, t := range d.Terms {
		if t.On {
			parts = append(parts, t.Query)
		}
	}
	if f := strings.TrimSpace(d.Filter); f != "" {
		if len(parts) > 0 {
			f = "(" + f + ")"
		}
		parts = append(parts, f)
	}
	return strings.Join(parts, " AND ")
}

// NoiseURL is the address of the form that makes a control.
func NoiseURL(kind ocsf.ControlKind, finding, rule string) templ.SafeURL {
	return link("/noise/new", "kind", string(kind), "finding", finding, "rule", rule)
}

// ControlURL is the address of a control's page.
func ControlURL(uid string) templ.SafeURL { return templ.SafeURL("/noise/" + url.PathEscape(uid)) }

func endControlURL(uid string) templ.SafeURL {
	return templ.SafeURL("/noise/" + url.PathEscape(uid) + "/end")
}

// share is a part of a whole, in words.
func share(n, of int) string {
	switch {
	case of == 0:
		return "nothing"
	case n == 0:
		return "none"
	case n == of:
		return "all"
	}
	return Number(n*100/of) + " %"
}

// Scope is the rule that a draft is for, "" for all.
func (d NoiseDraft) Scope() string {
	if d.AllRules {
		return ""
	}
	return d.Rule
}
