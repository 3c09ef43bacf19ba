package normalize

import "strings"

// after returns what stands behind a text, "" without it.
func after(s, text string) string {
	_, v, _ := strings.Cut(s, text)
	return v
}

// quotedAfter returns what stands between the mark that a text ends with and the
// next of its kind: "user '" finds bob in user 'bob'.
func quotedAfter(s, text string) string {
	v := after(s, text)
	v, _, _ = strings.Cut(v, text[len(text)-1:])
	return v
}

// quotedTo returns what stands between two texts, or behind the first where the
// second is missing; "" without the first.
func quotedTo(s, from, to string) string {
	v := after(s, from)
	v, _, _ = strings.Cut(v, to)
	return v
}
