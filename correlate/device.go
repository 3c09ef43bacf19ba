package correlate

import (
	"slices"
	"strings"

	"picket/normalize/ocsf"
)

const deviceRule = "picket-device"

// deviceFinding makes a finding of what a device reports as an attack by
// itself: of high severity, or malware that it did not get rid of.
func (g *Engine) deviceFinding(e *ocsf.Event, out *Output) {
	if e.Class != ocsf.DetectionFinding || e.Parser == "picket" {
		return
	}
	uncleaned := e.Has(ocsf.Malware) && !cleaned(e)
	if e.Severity < ocsf.High && !uncleaned || e.Severity == ocsf.Other {
		return
	}
	title := e.Text(ocsf.FindingTitle)
	if title == "" {
		title = e.Text(ocsf.Message)
	}
	title = clip(title, 160)
	x := g.factOf(e)
	sides := &x.Sides
	m := deviceMeta
	m.Severity = min(max(e.Severity, ocsf.High), ocsf.Critical)
	text := strings.ToLower(title + " " + e.Text(ocsf.AnalyticCategory) + " " + e.Text(ocsf.FindingTypes) + " " + e.Text(ocsf.MalwareName) + " " + e.Text(ocsf.AnalyticDesc) + " " + e.Text(ocsf.RuleCategory))
	kind := otherAttack
	for _, w := range deviceWords {
		if hasAny(text, w.words) {
			kind, m.Techniques, m.Tactics = w.kind, []string{w.technique}, []string{w.tactic}
			if kind == callback && w.technique == "T1071" {
				m.Techniques[0] = callbackTechnique(text)
			}
			break
		}
	}
	if e.Has(ocsf.Malware) && kind == otherAttack {
		kind, m.Techniques, m.Tactics = malware, []string{"T1204.002"}, []string{"execution"}
	}
	if ts := ownTechniques(e); len(ts) > 0 {
		m.Techniques = ts
	}
	// Malware and its calls are about the host of the site, whichever way the
	// packet went that gave it away.
	if (kind == malware || kind == callback) && outside(sides.Src.Addr) && !sides.Dst.isZero() && !outside(sides.Dst.Addr) {
		sides.Src, sides.Dst = sides.Dst, sides.Src
	}
	if kind == malware && sides.Src.isZero() {
		sides.Src, sides.Dst = sides.Dst, key{}
	}
	if (kind == malware || kind == callback) && sides.Src.isZero() {
		sides.Src = g.hostAt(e, ocsf.DeviceIP, ocsf.DeviceHostname, ocsf.DeviceName)
	}
	blocked := refused(e)
	switch kind {
	case callback:
		m.Story = "{src} calls[ a command server at {dst}]: " + braces(title)
		m.Shares, m.Success, m.Wins = true, !blocked, []string{"source"}
		m.Short = "calls to a command server"
	case malware:
		m.Story = "Malware[ on {src}]: " + braces(title)
		m.Success, m.Wins = uncleaned || !blocked, []string{"source"}
		m.Shares = true
		m.Short = "malware"
	case scan:
		m.Scan = true
		m.Story = braces(title) + "[, {src} scans {dst}]"
		m.Short = "scan reported by a device"
	default:
		m.Scan = true
		m.Story = braces(title) + "[ from {src}][ against {dst}]"
		m.Short = "attack reported by a device"
	}
	m.Title = title
	group := title + "|" + sides.Src.value() + "|" + sides.Dst.value()
	if g.again(deviceRule, group, &x, out) {
		return
	}
	var c cast
	c.add(&x)
	f := g.newFinding(&m, ocsf.ByDevice, e)
	f.Title = c.say(m.Story)
	f.UID = findingUID(deviceRule, group, e.Seq)
	f.Matched = deviceMatch(e)
	s := g.sight(f, &m, &c, group)
	s.Src, s.Dst = sides.Src, sides.Dst
	s.Step = strings.ReplaceAll(f.Title, "{", "(") + " ({count} times in {span})"
	// What a device refused at the border is daily weather, unless it comes from
	// inside or is grave; many of them are found by a correlation.
	opens := !blocked || e.Severity >= ocsf.Critical || !outside(sides.Src.Addr)
	g.found(s, &m, opens, out)
}

var deviceMeta = ruleMeta{
	ID: deviceRule, Hash: "1", Confidence: 75,
	Guidance: "A device reports an attack by its own judgement. Open the raw line for its wording and look the signature up in the vendor's encyclopedia. " +
		"Check whether it was blocked; if not, look at what the host did before and after, and isolate a host that runs malware or calls a command server. " +
		"If the signature is wrong about this traffic, tune it on the device or make an exception here.",
}

func deviceMatch(e *ocsf.Event) []ocsf.Match {
	var out []ocsf.Match
	for _, f := range [...]ocsf.Field{ocsf.FindingTitle, ocsf.AnalyticUID, ocsf.AnalyticCategory, ocsf.MalwareName, ocsf.ActionID, ocsf.DispositionID} {
		if v := e.Get(f); !v.IsZero() {
			out = append(out, ocsf.Match{Field: f.Path(), Value: clip(v.String(), 200)})
		}
	}
	return append(out, ocsf.Match{Field: "severity_id", Value: e.Severity.String(), Want: "High or above, or malware that was not removed"})
}

// ownTechniques are those that the device itself names.
func ownTechniques(e *ocsf.Event) []string {
	var out []string
	for _, o := range e.Get(ocsf.Attacks).List() {
		t := o.Get(ocsf.AttackSubUID).String()
		if t == "" {
			t = o.Get(ocsf.AttackUID).String()
		}
		if t != "" && len(out) < 8 {
			out = appendNew(out, strings.ToUpper(t))
		}
	}
	return out
}

// judged reports whether one of the rules that hit knows better than the device
// how grave its report is: a switch calls each unknown telephone critical.
func (r *Rules) judged(hits []Hit) bool {
	return slices.ContainsFunc(hits, func(h Hit) bool { return r.metas[h.Rule].Judges })
}

// refused reports whether the device says that it stopped what it reports.
func refused(e *ocsf.Event) bool {
	if e.Num(ocsf.ActionID) == ocsf.Denied {
		return true
	}
	switch e.Num(ocsf.DispositionID) {
	case 2, 3, 4, 5, 6: // blocked, quarantined, isolated, deleted, dropped
		return true
	}
	return false
}

// cleaned reports whether malware that was found is gone, as far as is known:
// dispositions that say the opposite are allowed, restored, partially corrected,
// uncorrected, detected, no action, logged and alert.
func cleaned(e *ocsf.Event) bool {
	switch e.Num(ocsf.DispositionID) {
	case 1, 9, 12, 13, 15, 16, 17, 19:
		return false
	}
	return true
}

func hasAny(text, words string) bool {
	for w := range strings.SplitSeq(words, "|") {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// clip shortens a text that comes from outside.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// braces keeps a text of a device from being read as a sentence to fill.
func braces(s string) string { return bracesOut.Replace(s) }

var bracesOut = strings.NewReplacer("{", "(", "}", ")", "[", "(", "]", ")")
