package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"picket/normalize/ocsf"
)

// Story is what the page of one incident shows.
type Story struct {
	Incident *ocsf.Incident
	Findings []*ocsf.Finding        // its sub-events, as far as they are kept
	Evidence map[uint64]*ocsf.Event // by number, as far as it was fetched
	Assets   []Asset                // what the site has told of the hosts in it
	Merged   []Named                // incidents that went into it and can come out again
	Form     Form                   // of the action that did not go through
	Action   string                 // which action that was: "close", "comment", …
}

// MaxStepEvidence is how many events a line of the timeline shows.
const MaxStepEvidence = 5

// MaxEvidence is how many events the page shows in all.
const MaxEvidence = 200

// Wanted returns the numbers of the events that the page shows: the first of
// each line of the timeline, then the incident's own.
func Wanted(in *ocsf.Incident) []uint64 {
	var out []uint64
	seen := map[uint64]bool{}
	want := func(seq uint64) {
		if seq != 0 && !seen[seq] && len(out) < MaxEvidence {
			seen[seq] = true
			out = append(out, seq)
		}
	}
	for _, s := range in.Timeline {
		for _, seq := range s.Evidence[:min(len(s.Evidence), MaxStepEvidence)] {
			want(seq)
		}
	}
	for _, seq := range in.Evidence {
		want(seq)
	}
	return out
}

func (s Story) finding(uid string) *ocsf.Finding {
	for _, f := range s.Findings {
		if f.UID == uid {
			return f
		}
	}
	return nil
}

// reason tells why a finding belongs to the incident.
func (s Story) reason(finding string) string {
	for _, l := range s.Incident.Links {
		if l.Finding == finding {
			return l.Reason
		}
	}
	return ""
}

// events returns the events of these numbers that were fetched, up to most.
func (s Story) events(seqs []uint64, most int) []*ocsf.Event {
	var out []*ocsf.Event
	for _, seq := range seqs {
		if e := s.Evidence[seq]; e != nil && len(out) < most {
			out = append(out, e)
		}
	}
	return out
}

// asset is what the site has told of a host, by its address or name.
func (s Story) asset(host string) (Asset, bool) {
	for _, a := range s.Assets {
		if host != "" && (strings.EqualFold(a.Address, host) || strings.EqualFold(a.Name, host)) {
			return a, true
		}
	}
	return Asset{}, false
}

// Stage is a tactic as the incident shows it.
type Stage struct {
	Tactic
	First      int64    // time of the first line of the timeline in it, 0 if there is none
	Lines      int      // lines of the timeline
	Techniques []string // ids
}

// stages returns all tactics in order, those that the incident went through
// with what was seen of them.
func (s Story) stages() []Stage {
	out := make([]Stage, len(Tactics))
	for i, t := range Tactics {
		out[i] = Stage{Tactic: t}
		if slices.Contains(s.Incident.Tactics, t.ID) {
			out[i].Lines = 1
		}
	}
	for _, st := range s.Incident.Timeline {
		for i := range out {
			if out[i].ID == strings.ReplaceAll(st.Tactic, "_", "-") {
				if out[i].First == 0 {
					out[i].First, out[i].Lines = st.Time, 0
				}
				out[i].Lines++
			}
		}
	}
	for _, f := range s.Findings {
		for i := range out {
			if slices.Contains(f.Tactics, out[i].ID) {
				for _, t := range f.Techniques {
					if !slices.Contains(out[i].Techniques, t) {
						out[i].Techniques = append(out[i].Techniques, t)
					}
				}
			}
		}
	}
	return out
}

// reached counts the tactics that the incident went through.
func reached(stages []Stage) int {
	n := 0
	for _, s := range stages {
		if s.Lines > 0 {
			n++
		}
	}
	return n
}

// reasons folds the links into the reasons, each with how many sub-events it
// brought in, in the order in which they first stand.
func (s Story) reasons() []Tally {
	var out []Tally
	for _, l := range s.Incident.Links {
		i := slices.IndexFunc(out, func(t Tally) bool { return t.Name == l.Reason })
		if i < 0 {
			out = append(out, Tally{Name: l.Reason})
			i = len(out) - 1
		}
		out[i].Count++
	}
	return out
}

// risk says a score in words.
func risk(score int) string {
	switch {
	case score >= 80:
		return "very high risk"
	case score >= 60:
		return "high risk"
	case score >= 40:
		return "medium risk"
	}
	return "low risk"
}

// certainty says how sure the signatures behind an incident are, in a
// sentence, "" when none says so.
func (s Story) certainty() string {
	best := 0
	for _, f := range s.Findings {
		best = max(best, f.Confidence)
	}
	if best == 0 {
		return ""
	}
	return fmt.Sprintf("The surest signature in it is right in about %d of 100 cases.", best)
}

// guides are the lists of what to do, that of the gravest sub-event first, of
// several that of the latest.
func (s Story) guides() []Guide {
	texts := slices.Clone(s.Incident.Guidance)
	weight := map[string]int64{}
	for _, f := range s.Findings {
		if slices.Contains(texts, f.Guidance) {
			weight[f.Guidance] = max(weight[f.Guidance], int64(f.Severity)<<48|f.Time&(1<<48-1))
		} else if f.Guidance != "" && f.Severity >= s.Incident.Severity {
			texts = append(texts, f.Guidance) // the incident keeps the first few only
			weight[f.Guidance] = int64(f.Severity)<<48 | f.Time&(1<<48-1)
		}
	}
	slices.SortStableFunc(texts, func(a, b string) int { return cmp.Compare(weight[b], weight[a]) })
	return guides(s.Incident, texts)
}

// clocks tell how long the incident is in its state, how long it took until
// somebody took it up, and how old it is.
func clocks(p Page, in *ocsf.Incident) string {
	now := p.Now.UnixMilli()
	text := StateName(in.State) + " for " + Lasted(max(in.Since, in.Created), now)
	switch {
	case in.Acknowledged != 0:
		text += ", taken up " + Lasted(in.Created, in.Acknowledged) + " after it was opened"
	case in.State == ocsf.New:
		text += ", taken up by nobody yet"
	}
	return text + "; opened " + Lasted(in.Created, now) + " ago"
}

// needed is the question that the state of an incident leaves open.
func needed(in *ocsf.Incident) string {
	switch in.State {
	case ocsf.New:
		return "Is it real? Go through the list, then triage it."
	case ocsf.Triaged:
		return "Stop it: go through the list, then mark it as contained."
	case ocsf.Contained:
		return "Clean up, then close it with a verdict."
	case ocsf.Closed:
		return "Nothing; it is closed."
	}
	return ""
}

// remarks are the comments of people and of the engine that are no ticks of the
// checklist, in order of time; the audit has those.
func remarks(in *ocsf.Incident) []ocsf.Remark {
	var out []ocsf.Remark
	for _, c := range in.Comments {
		if !IsDone(c.Text) && !IsUndone(c.Text) {
			out = append(out, c)
		}
	}
	return out
}

// assetText is what the site has told of a host, beside the name under which
// it is shown.
func assetText(a Asset, shown string) string {
	var parts []string
	for _, s := range []string{a.Name, a.Address, a.Role} {
		if s != "" && !strings.EqualFold(s, shown) && (s != a.Address || strings.EqualFold(a.Name, shown)) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}
