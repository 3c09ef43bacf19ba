package correlate

import "picket/normalize/ocsf"

// ruleMeta is what the engine must know of a rule beside its conditions. Own
// rules say it below the key picket of their YAML; for others there are
// defaults.
type ruleMeta struct {
	ID, Title, Hash string
	Severity        ocsf.Severity
	Confidence      int // 0 to 100
	Techniques      []string
	Tactics         []string
	Guidance        string // what it means, what to check, what to do

	Story   string   // the finding's title, see [cast.say]
	Short   string   // its name in the middle of a sentence: "port scan"
	Step    string   // the line in a timeline, see [cast.say]
	Subject string   // source (default), destination, user, or source and user: who the story is about
	Success bool     // something was achieved
	Wins    []string // destination, source, user, actor: who the attacker holds after that
	Opens   bool     // opens an incident by itself
	Quiet   bool     // says that it does not
	Keep    bool     // gives findings although correlations refer to it
	Unless  []string // rules (by name or id) that tell the same better: of one source, their finding stands for this one's
	Shares  bool     // stories of several hosts with the same rare party outside are one
	Scan    bool     // what an authorised scanner may do
	Judges  bool     // where it hits, the severity that the device itself gives says no more
	Observe bool     // mode observe: found and kept, but no incident
	Off     bool

	Correlation bool
	Chain       bool   // temporal: its steps differ, so a further step does not count into it
	Detector    string // a step that the engine's own detector of this id hits, in place of its detection
	Base        bool   // only a step of correlations: no finding of its own
	Parents     []int  // correlations that it is a step of
	Groups      []string
	Outer       bool  // over other correlations, which give findings of their own
	Window      int64 // ms, of a correlation
}
