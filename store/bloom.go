package store

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
)

// Each block carries two small filters, so that a search for something rare
// reads few blocks. A Bloom filter holds whole values: addresses, names, hashes
// and other texts, folded. A bitmap holds which three letters stand side by side
// in the texts (any digit counts as one letter), which finds words inside words.

const (
	bloomBits   = 8 // a distinct value
	bloomProbes = 5
	gramLetters = 27
	gramBits    = gramLetters * gramLetters * gramLetters
	gramBytes   = (gramBits + 7) / 8
)

// textHash is the item of a folded text (FNV-1a, then mixed). It is written to
// disk, so it never changes.
func textHash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

// addrHash is the item of an address.
func addrHash(a netip.Addr) uint64 {
	b := a.As16()
	return mix(binary.BigEndian.Uint64(b[:8])*0x9e3779b97f4a7c15 ^ mix(binary.BigEndian.Uint64(b[8:])))
}

func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// appendBloom appends a Bloom filter over items, which it sorts.
func appendBloom(b []byte, items []uint64) []byte {
	slices.Sort(items)
	items = slices.Compact(items)
	if len(items) == 0 {
		return b
	}
	size := (len(items)*bloomBits + 63) / 64 * 8
	start := len(b)
	b = append(b, make([]byte, size)...)
	bloom := b[start:]
	for _, h := range items {
		for i := range bloomProbes {
			at := probe(h, i, size)
			bloom[at>>3] |= 1 << (at & 7)
		}
	}
	return b
}

// probe is the i-th bit of an item in a filter of size bytes.
func probe(h uint64, i, size int) uint64 {
	at, _ := bits.Mul64(h*(2*uint64(i)+1)+uint64(i)*0x9e3779b97f4a7c15, uint64(size)*8)
	return at
}

// inBloom reports whether the item may be in the filter.
func inBloom(bloom []byte, h uint64) bool {
	if len(bloom) == 0 {
		return false
	}
	for i := range bloomProbes {
		at := probe(h, i, len(bloom))
		if bloom[at>>3]&(1<<(at&7)) == 0 {
			return false
		}
	}
	return true
}

// letters maps a byte to its letter of a gram: 1 for digits, 2 to 27 for letters
// without regard to case, 0 for what parts words.
var letters = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = 1
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] = uint8(c-'a') + 2
		t[c-'a'+'A'] = t[c]
	}
	return t
}()

// addGrams sets the bits of the grams of s.
func addGrams(bitmap *[gramBytes]byte, s string) {
	run, g := 0, uint32(0)
	for i := 0; i < len(s); i++ {
		l := letters[s[i]]
		if l == 0 {
			run, g = 0, 0
			continue
		}
		g = (g*gramLetters + uint32(l) - 1) % gramBits
		if run++; run >= 3 {
			bitmap[g>>3] |= 1 << (g & 7)
		}
	}
}

// inGrams reports whether a text with these grams may contain s.
func inGrams(bitmap []byte, s string) bool {
	run, g := 0, uint32(0)
	for i := 0; i < len(s); i++ {
		l := letters[s[i]]
		if l == 0 {
			run, g = 0, 0
			continue
		}
		g = (g*gramLetters + uint32(l) - 1) % gramBits
		if run++; run >= 3 && g != 0 && bitmap[g>>3]&(1<<(g&7)) == 0 { // gram 0 is three digits
			return false
		}
	}
	return true
}

// wholes calls add with the item of each IPv4 address and fingerprint in s. It
// may find more than there are, never fewer: the filter decides.
func wholes(s string, add func(uint64)) {
	for i := 0; i < len(s); {
		if letters[s[i]] == 0 {
			i++
			continue
		}
		start := i
		dots := false
		for i < len(s) && (letters[s[i]] != 0 || s[i] == '.') {
			if s[i] == '.' {
				dots = true
			}
			i++
		}
		run := s[start:i]
		if dots {
			for j := 0; j < len(run); j++ {
				if run[j] >= '0' && run[j] <= '9' && (j == 0 || letters[run[j-1]] == 0) {
					if a, n := quad(run[j:]); n > 0 {
						add(addrHash(a))
					}
				}
			}
		}
		for len(run) >= 32 {
			j := 0
			for j < len(run) && run[j] != '.' {
				j++
			}
			if fingerprint(run[:j]) {
				add(textHash(lowerHex(run[:j])))
			}
			run = run[min(j+1, len(run)):]
		}
	}
}

// quad reads an IPv4 address in its canonical form at the start of s and
// returns its length, 0 when there is none.
func quad(s string) (netip.Addr, int) {
	var a [4]byte
	i := 0
	for part := range 4 {
		if part > 0 {
			if i >= len(s) || s[i] != '.' {
				return netip.Addr{}, 0
			}
			i++
		}
		n, start := 0, i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' && i-start < 4 {
			n = n*10 + int(s[i]-'0')
			i++
		}
		if i == start || n > 255 || i-start > 1 && s[start] == '0' {
			return netip.Addr{}, 0
		}
		a[part] = byte(n)
	}
	return netip.AddrFrom4(a), i
}

// fingerprint tells hexadecimal digits of the length of a usual hash.
func fingerprint(s string) bool {
	switch len(s) {
	case 32, 40, 64, 128:
	default:
		return false
	}
	for i := 0; i < len(s); i++ {
		if hexDigits[s[i]] == 0 {
			return false
		}
	}
	return true
}

func lowerHex(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'F' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// hexDigits is 1 for decimal digits, 2 for a to f, 0 for other bytes.
var hexDigits = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = 1
	}
	for c := 'a'; c <= 'f'; c++ {
		t[c], t[c-'a'+'A'] = 2, 2
	}
	return t
}()
