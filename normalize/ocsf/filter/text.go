package filter

import (
	"strings"
	"unicode/utf8"
)

// Fold lowers s as texts are compared: two texts are the same when they fold to
// the same. It copies only what it must.
func Fold(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// equalFold compares a text with a folded one.
func equalFold(s, folded string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || i < len(folded) && folded[i] >= utf8.RuneSelf {
			return strings.ToLower(s) == folded
		}
		if i >= len(folded) || lower(s[i]) != folded[i] {
			// A letter beyond ASCII may still fold to an ASCII one (the Kelvin sign).
			return !isASCII(s[i:]) && strings.ToLower(s) == folded
		}
	}
	return len(s) == len(folded)
}

// ContainsFold reports whether s contains the folded text.
func ContainsFold(s, folded string) bool { return indexFold(s, folded) >= 0 }

// indexFold returns where s has the folded text, -1 if nowhere. It looks for the
// rarest byte first. Letters beyond ASCII are folded only if the text has some;
// the place is one in the folded s then, which may be longer.
func indexFold(s, folded string) int {
	n := len(folded)
	if n == 0 {
		return 0
	}
	if !isASCII(folded) {
		return strings.Index(strings.ToLower(s), folded)
	}
	rare := 0
	for i := 1; i < n; i++ {
		if rarity(folded[i]) > rarity(folded[rare]) {
			rare = i
		}
	}
	c := folded[rare]
	up := c
	if c >= 'a' && c <= 'z' {
		up = c - ('a' - 'A')
	}
	last := len(s) - n + rare // where the rarest byte may stand at most
	nextLow, nextUp := rare-1, rare-1
	at := rare
	for at <= last {
		if nextLow < at {
			nextLow = indexFrom(s, c, at)
		}
		if up == c {
			nextUp = len(s)
		} else if nextUp < at {
			nextUp = indexFrom(s, up, at)
		}
		i := min(nextLow, nextUp)
		if i > last {
			return -1
		}
		if hasFold(s[i-rare:], folded) {
			return i - rare
		}
		at = i + 1
	}
	return -1
}

func indexFrom(s string, c byte, at int) int {
	if i := strings.IndexByte(s[at:], c); i >= 0 {
		return at + i
	}
	return len(s)
}

func hasFold(s, folded string) bool {
	for i := 0; i < len(folded); i++ {
		if lower(s[i]) != folded[i] {
			return false
		}
	}
	return true
}

// rarity ranks bytes by how seldom logs have them.
func rarity(c byte) int {
	switch {
	case strings.IndexByte(" =\",.:0123456789", c) >= 0:
		return 0
	case strings.IndexByte("etaoinsr", c) >= 0:
		return 1
	case strings.IndexByte("jkqxzvw", c) >= 0:
		return 3
	}
	return 2
}

// wild holds a text against a pattern: its parts between the *.
func wild(s string, parts []string) bool {
	first, last := parts[0], parts[len(parts)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return true
}

// wildFold holds a text against a folded pattern.
func wildFold(s string, parts []string) bool {
	first := parts[0]
	if isASCII(first) && len(s) >= len(first) && isASCII(s[:len(first)]) && !hasFold(s, first) {
		return false // the usual case, without a copy
	}
	return wild(Fold(s), parts)
}
