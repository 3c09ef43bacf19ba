package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"picket/normalize/ocsf"
)

// Guide is a guidance text taken apart for a page.
type Guide struct {
	Mean  string // what it means
	Todos []Todo // what to check and what to do
	Notes []string
}

// Todo is one item of a checklist.
type Todo struct {
	Text string
	Done *ocsf.Remark // who did it and when, nil while nobody has
}

// donePrefix begins the remark that ticks an item off: the remark is the tick,
// so that it stands in the incident's history like anything else that was done.
const donePrefix = "Done: "

// undonePrefix begins the remark that takes a tick back.
const undonePrefix = "Not done: "

// maxTodo bounds the part of an item that its remark repeats.
const maxTodo = 240

// DoneRemark is the remark that ticks an item of a checklist off.
func DoneRemark(todo string) string { return donePrefix + clip(todo, maxTodo) }

// UndoneRemark is the remark that takes a tick back.
func UndoneRemark(todo string) string { return undonePrefix + clip(todo, maxTodo) }

// Guides takes the guidance of an incident apart. A text of several lines has
// its items on lines that begin with a dash or a number; in a plain paragraph
// the first sentence tells what it means and each further one is an item.
// "Legitimate causes: …" is a note and no item.
func Guides(in *ocsf.Incident) []Guide { return guides(in, in.Guidance) }

func guides(in *ocsf.Incident, texts []string) []Guide {
	done := ticks(in)
	var out []Guide
	told := map[string]bool{}
	for _, text := range texts {
		g := guide(text)
		kept := g.Todos[:0]
		for _, t := range g.Todos {
			if !told[t.Text] {
				told[t.Text] = true
				t.Done = done[DoneRemark(t.Text)]
				kept = append(kept, t)
			}
		}
		if len(g.Todos) > 0 && len(kept) == 0 {
			continue // another signature says the same
		}
		g.Todos = kept
		out = append(out, g)
	}
	return out
}

// ticks are the items that are done, by the remark that says so: the last word on
// an item counts.
func ticks(in *ocsf.Incident) map[string]*ocsf.Remark {
	done := map[string]*ocsf.Remark{}
	for i := range in.Comments {
		c := &in.Comments[i]
		if text, ok := strings.CutPrefix(c.Text, undonePrefix); ok {
			delete(done, donePrefix+text)
		} else if strings.HasPrefix(c.Text, donePrefix) && done[c.Text] == nil {
			done[c.Text] = c
		}
	}
	return done
}

func guide(text string) Guide {
	var g Guide
	text = strings.TrimSpace(text)
	bullets := false
	for line := range strings.Lines(text) {
		_, ok := bullet(strings.TrimSpace(line))
		bullets = bullets || ok
	}
	if !bullets {
		for i, s := range sentences(text) {
			switch {
			case strings.HasPrefix(s, "Legitimate"):
				g.Notes = append(g.Notes, s)
			case i == 0:
				g.Mean = s
			default:
				g.Todos = append(g.Todos, Todo{Text: s})
			}
		}
		return g
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		item, ok := bullet(line)
		switch {
		case line == "":
		case ok:
			g.Todos = append(g.Todos, Todo{Text: item})
		case g.Mean == "" && len(g.Todos) == 0:
			g.Mean = line
		default:
			g.Notes = append(g.Notes, line)
		}
	}
	return g
}

// bullet takes the dash or number off an item.
func bullet(line string) (string, bool) {
	for _, p := range [...]string{"- ", "* ", "• "} {
		if s, ok := strings.CutPrefix(line, p); ok {
			return strings.TrimSpace(s), true
		}
	}
	digits := strings.TrimLeft(line, "0123456789")
	if n := len(line) - len(digits); n > 0 && n < 3 && len(digits) > 2 && strings.IndexByte(".)", digits[0]) >= 0 && digits[1] == ' ' {
		return strings.TrimSpace(digits[2:]), true
	}
	return "", false
}

// sentences splits a paragraph where a full stop, a blank and a capital stand.
func sentences(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	var out []string
	start := 0
	for i := 0; i+2 < len(text); i++ {
		if strings.IndexByte(".!?", text[i]) < 0 || text[i+1] != ' ' {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(text[i+2:]); unicode.IsUpper(r) {
			out = append(out, text[start:i+1])
			start = i + 2
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// IsDone reports whether a remark ticks an item off.
func IsDone(remark string) bool { return strings.HasPrefix(remark, donePrefix) }

// IsUndone reports whether a remark takes a tick back.
func IsUndone(remark string) bool { return strings.HasPrefix(remark, undonePrefix) }
