package correlate

import (
	"fmt"
	"strings"

	"picket/normalize/ocsf"
)

// own reads what a rule says below the key picket.
func (m *ruleMeta) own(v any) error {
	if v == nil {
		return nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("picket: want keys and values")
	}
	for k, v := range o {
		var err error
		switch k {
		case "mode":
			switch v {
			case "on":
			case "observe":
				m.Observe = true
			case "off":
				m.Off = true
			default:
				err = fmt.Errorf("want on, observe or off")
			}
		case "base":
			m.Base, err = boolean(v)
		case "detector":
			m.Base = true
			m.Detector, err = detector(v)
		case "finding":
			m.Keep, err = boolean(v)
		case "incident":
			m.Opens, err = boolean(v)
			m.Quiet = !m.Opens
		case "scan":
			m.Scan, err = boolean(v)
		case "judges":
			m.Judges, err = boolean(v)
		case "shares":
			m.Shares, err = boolean(v)
		case "success":
			m.Success, err = boolean(v)
		case "confidence":
			n, ok := wholeNumber(v)
			if m.Confidence = n; !ok || n < 1 || n > 100 {
				err = fmt.Errorf("want a number from 1 to 100")
			}
		case "subject":
			m.Subject, err = oneOf(v, "source", "destination", "user", "source and user")
		case "wins":
			for _, w := range texts(v) {
				var word string
				if word, err = oneOf(w, "source", "destination", "user", "actor"); err != nil {
					break
				}
				m.Wins = append(m.Wins, word)
			}
		case "unless":
			for _, w := range texts(v) {
				var rule string
				if rule, err = text(w); err != nil {
					break
				}
				m.Unless = append(m.Unless, rule)
			}
		case "story":
			m.Story, err = text(v)
		case "short":
			m.Short, err = text(v)
		case "step":
			m.Step, err = text(v)
		case "guidance":
			m.Guidance, err = text(v)
		default:
			err = fmt.Errorf("unknown key")
		}
		if err != nil {
			return fmt.Errorf("picket.%s: %w", k, err)
		}
	}
	return nil
}

// detector is the id of one of the engine's own detectors.
func detector(v any) (string, error) {
	ids := make([]string, len(detectors))
	for i, m := range detectors {
		ids[i] = m.ID
	}
	return oneOf(v, ids...)
}

func boolean(v any) (bool, error) {
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("want true or false")
	}
	return b, nil
}

func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("want a text")
	}
	return strings.TrimSpace(s), nil
}

func texts(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func oneOf(v any, words ...string) (string, error) {
	for _, w := range words {
		if v == w {
			return w, nil
		}
	}
	return "", fmt.Errorf("want %s", strings.Join(words, ", "))
}

func wholeNumber(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(n), n < 1<<31
	}
	return 0, false
}

// levelOf is the severity of one of Sigma's levels.
func levelOf(level string) ocsf.Severity {
	switch strings.ToLower(level) {
	case "informational":
		return ocsf.Informational
	case "low":
		return ocsf.Low
	case "high":
		return ocsf.High
	case "critical":
		return ocsf.Critical
	}
	return ocsf.Medium
}
