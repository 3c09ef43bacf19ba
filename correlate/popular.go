package correlate

import (
	"math"
	"math/bits"
)

// popularity tells how many hosts of the site talk to a party outside, by
// linear counting over 64 bits a party (Whang, Vander-Zanden, Taylor 1990):
// exact enough up to some eighty, and "many" from there.
type popularity struct {
	Seen generations[key, uint64]
}

const maxParties = 1 << 16

// visit records that source talked to the party.
func (p *popularity) visit(party, source key) {
	if p.Seen.Limit == 0 {
		p.Seen.Limit = maxParties
	}
	have, _ := p.Seen.get(party)
	if bit := uint64(1) << (source.hash() & 63); have&bit == 0 {
		p.Seen.put(party, have|bit)
	}
}

// of estimates how many sources talked to the party.
func (p *popularity) of(party key) int {
	have, _ := p.Seen.get(party)
	zeros := 64 - bits.OnesCount64(have)
	if zeros == 0 {
		return 300
	}
	return int(math.Round(-64 * math.Log(float64(zeros)/64)))
}

// hash is FNV-1a with a last mix: the same in every run.
func (k key) hash() uint64 {
	h := uint64(14695981039346656037)
	if k.Addr.IsValid() {
		for _, b := range k.Addr.As16() {
			h = (h ^ uint64(b)) * 1099511628211
		}
	}
	for i := range len(k.Name) {
		h = (h ^ uint64(k.Name[i])) * 1099511628211
	}
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>32
}
