package ocsf

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Picket's own findings and incidents stand in the log as OCSF events like any
// other. What OCSF has a place for is there; the whole of it stands below
// unmapped, under these keys, so that the log alone tells every state.
const (
	findingKey  = "picket.finding"
	incidentKey = "picket.incident"
)

// DefaultGroup is the assignee group of an incident that nobody took yet.
const DefaultGroup = "site administrators"

// Event returns the finding as an OCSF Detection Finding. now is when it was
// found, in ms.
func (f *Finding) Event(now int64) *Event {
	e := &Event{Class: DetectionFinding, Activity: 1, Severity: f.Severity, Time: f.Time, Logged: now, Seq: f.Seq}
	own(e)
	e.SetInt(StatusID, 1)
	if f.Hidden != nil {
		e.SetInt(StatusID, 3) // suppressed
	}
	e.SetText(Message, f.Title)
	e.SetText(FindingUID, f.UID)
	e.SetText(FindingTitle, f.Title)
	e.SetText(FindingDesc, f.RuleTitle)
	e.SetInt(FindingCreated, now)
	e.SetInt(FindingFirst, f.First)
	e.SetInt(FindingLast, f.Time)
	e.SetInt(RelatedCount, int64(f.Count))
	e.SetText(AnalyticUID, f.Rule)
	e.SetText(AnalyticName, f.RuleTitle)
	e.SetText(AnalyticVersion, f.Version)
	e.SetInt(AnalyticTypeID, map[FindingKind]int64{ByBaseline: 2}[f.Kind]+map[bool]int64{true: 1}[f.Kind != ByBaseline])
	e.SetText(AnalyticCategory, string(f.Kind))
	if f.Confidence > 0 {
		e.SetInt(Confidence, int64(f.Confidence))
	}
	e.SetText(Remediation, f.Guidance)
	attacks(e, f.Techniques, f.Tactics)
	for i, seq := range f.Evidence {
		if i == maxList {
			break
		}
		e.Append(Evidences, ObjectOf(Attr(EvidenceUID, Text(strconv.FormatUint(seq, 10))),
			Attr(EvidenceData, RawJSON(`{"sequence":`+strconv.FormatUint(seq, 10)+`}`))))
	}
	resources(e, f.Entities)
	keepWhole(e, findingKey, f)
	e.Conform()
	return e
}

// FindingOf returns the finding that an event of the log tells, or nil and no
// error when it is not one of Picket's own.
func FindingOf(e *Event) (*Finding, error) {
	if e.Class != DetectionFinding {
		return nil, nil
	}
	f := &Finding{}
	if ok, err := whole(e, findingKey, f); !ok {
		return nil, err
	}
	f.Seq = e.Seq
	return f, nil
}

// Event returns the incident as an OCSF Incident Finding. now is when it
// changed, in ms.
func (in *Incident) Event(now int64) *Event {
	e := &Event{Class: IncidentFinding, Activity: 2, Severity: in.Severity, Time: in.End, Logged: now, Seq: in.Seq}
	if in.Version <= 1 {
		e.Activity = 1
	}
	status := map[State]int64{New: 1, Triaged: 2, Contained: 2, Closed: 5}[in.State]
	if in.State == Closed {
		e.Activity = 3
	}
	own(e)
	e.SetInt(StatusID, status)
	e.SetText(StatusDetail, string(in.State))
	e.SetText(Message, in.Title)
	e.SetText(Desc, in.Desc)
	e.SetInt(StartTime, in.Start)
	e.SetInt(EndTime, in.End)
	e.SetText(Assignee, in.Owner)
	e.SetText(AssigneeGroup, DefaultGroup)
	e.SetText(Comment, in.Note)
	if v, ok := map[string]int64{"false_positive": 1, "true_positive": 2, "benign": 5}[in.Verdict]; ok {
		e.SetInt(VerdictID, v)
	}
	if in.Score > 0 {
		e.SetInt(RiskScore, int64(in.Score))
	}
	e.Append(FindingInfos, ObjectOf(Attr(FindingInfoUID, Text(in.UID)), Attr(FindingInfoTitle, Text(in.Title)), Attr(FindingInfoTime, Int(in.Created))))
	for i, s := range in.Timeline {
		if i == maxList-1 {
			break
		}
		if s.Finding != "" {
			e.Append(FindingInfos, ObjectOf(Attr(FindingInfoUID, Text(s.Finding)), Attr(FindingInfoTitle, Text(s.Title)), Attr(FindingInfoTime, Int(s.Time))))
		}
	}
	attacks(e, in.Techniques, in.Tactics)
	keepWhole(e, incidentKey, in)
	e.Conform()
	return e
}

// IncidentOf returns the incident that an event of the log tells, or nil and no
// error when it is not one of Picket's own.
func IncidentOf(e *Event) (*Incident, error) {
	if e.Class != IncidentFinding {
		return nil, nil
	}
	in := &Incident{}
	if ok, err := whole(e, incidentKey, in); !ok {
		return nil, err
	}
	in.Seq = e.Seq
	return in, nil
}

// own marks an event as Picket's own.
func own(e *Event) {
	e.Parser = "picket"
	e.SetText(ProductVendor, "Picket")
	e.SetText(ProductName, "Picket")
}

func keepWhole(e *Event, key string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("ocsf: " + err.Error()) // plain structs of strings and numbers
	}
	e.SetUnmapped(key, RawJSON(string(b)))
}

func whole(e *Event, key string, v any) (bool, error) {
	if e.Parser != "picket" {
		return false, nil // a device's own finding, whatever it says below unmapped
	}
	s := e.Unmapped(key).Str()
	if s == "" {
		return false, errors.New(key + " is missing")
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return false, fmt.Errorf("%s: %w", key, err)
	}
	return true, nil
}

// attacks names techniques (T1110.001) and tactics (credential-access).
func attacks(e *Event, techniques, tactics []string) {
	for _, t := range techniques {
		base, _, sub := strings.Cut(t, ".")
		o := []Value{Attr(AttackUID, Text(base))}
		if sub {
			o = append(o, Attr(AttackSubUID, Text(t)))
		}
		e.Append(Attacks, ObjectOf(o...))
	}
	for _, t := range tactics {
		e.Append(Attacks, ObjectOf(Attr(AttackTactic, Text(t))))
	}
}

func resources(e *Event, entities []Entity) {
	for _, x := range entities {
		if x.Value != "" {
			e.Append(Resources, ObjectOf(Attr(ResourceName, Text(x.Value)), Attr(ResourceType, Text(string(x.Type)))))
		}
	}
}
