package normalize

import "strings"

// spacedKey writes a name of several words with underscores, as tables of keys have it.
func (l *Line) spacedKey(k string) string {
	if strings.IndexByte(k, ' ') < 0 {
		return k
	}
	var small [48]byte
	b := append(small[:0], k...)
	for i := range b {
		if b[i] == ' ' {
			b[i] = '_'
		}
	}
	return l.lookup(l.keep(b)).name
}
