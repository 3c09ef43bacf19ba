package view

import "picket/normalize/ocsf"

// States are the states of an incident in their order, with what each means.
var States = []struct {
	State ocsf.State
	Name  string
	Mean  string
}{
	{ocsf.New, "New", "nobody has looked yet"},
	{ocsf.Triaged, "Triaged", "someone has judged it and is on it"},
	{ocsf.Contained, "Contained", "the attacker cannot go on"},
	{ocsf.Closed, "Closed", "done, with a verdict"},
}

// StateName returns the word for a state.
func StateName(s ocsf.State) string {
	for _, x := range States {
		if x.State == s {
			return x.Name
		}
	}
	return string(s)
}

// Verdicts are what an incident can turn out to have been.
var Verdicts = []struct{ ID, Name, Mean string }{
	{"true_positive", "True positive", "it was an attack"},
	{"benign", "Benign", "it happened as told, but it was allowed"},
	{"false_positive", "False positive", "it did not happen, or not like this"},
}

// VerdictName returns the word for a verdict.
func VerdictName(id string) string {
	for _, v := range Verdicts {
		if v.ID == id {
			return v.Name
		}
	}
	return id
}

// severities are the severities a page offers to choose from, worst first.
var severities = []ocsf.Severity{ocsf.Critical, ocsf.High, ocsf.Medium, ocsf.Low, ocsf.Informational}

// severityClass is the style of a severity.
func severityClass(s ocsf.Severity) string {
	switch s {
	case ocsf.Fatal, ocsf.Critical:
		return "sev-critical"
	case ocsf.High:
		return "sev-high"
	case ocsf.Medium:
		return "sev-medium"
	case ocsf.Low:
		return "sev-low"
	}
	return "sev-info"
}

// severityName is the word for a severity, short enough for a table.
func severityName(s ocsf.Severity) string {
	switch s {
	case ocsf.Informational:
		return "Info"
	case ocsf.UnknownSeverity:
		return "Unknown"
	}
	return s.String()
}

// kindName is what people call what a finding of this kind is.
func kindName(k ocsf.FindingKind) string {
	switch k {
	case ocsf.BySignature:
		return "signature"
	case ocsf.ByCorrelation:
		return "correlation"
	case ocsf.ByBaseline:
		return "departure from the usual"
	case ocsf.ByDevice:
		return "reported by the device"
	case ocsf.BySensor:
		return "seen by the sensor"
	}
	return string(k)
}

// word returns the word that OCSF has for a value of an enumeration, or "".
func word(e *ocsf.Event, f ocsf.Field, v ocsf.Value) string {
	n, ok := v.Num()
	if !ok {
		return ""
	}
	if f == ocsf.ActivityID {
		return e.Class.ActivityName(e.Activity)
	}
	if f.Info().Type != ocsf.Enum {
		return ""
	}
	for _, w := range f.Words() {
		if int64(w.Number) == n {
			return w.Name
		}
	}
	return ""
}
