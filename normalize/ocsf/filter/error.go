package filter

import "fmt"

// Error tells what is wrong with a filter, where, and what to do about it.
type Error struct {
	Pos  int    // byte in the filter, from 0
	Msg  string // "the ) has no ("
	Hint string // "take it away", or ""
}

// Error returns one sentence for people; positions count from 1.
func (e *Error) Error() string {
	s := fmt.Sprintf("filter, at character %d: %s", e.Pos+1, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

func errorAt(pos int, msg, hint string) error { return &Error{Pos: pos, Msg: msg, Hint: hint} }
