package correlate

import (
	"fmt"
	"slices"
	"strings"

	"picket/normalize/ocsf"
)

// failedNames know which names that do not exist a host asked for lately. A
// program that looks for its orders under names that it makes up (T1568.002)
// asks for many domains, nearly all of which nobody has registered, and which
// look like nothing that a person would choose.
type failedNames struct {
	Asking generations[key, *failures]
}

// failures are those of one host, of the last minutes.
type failures struct {
	Domains []failure // the oldest first
}

type failure struct {
	Domain string
	Time   int64
	Seq    uint64
	MadeUp bool
}

const (
	maxAsking    = 1 << 12
	maxFailures  = 64
	failuresLive = 15 * 60_000 // ms
	leastMadeUp  = 12          // domains
)

var madeUpMeta = ruleMeta{
	ID: "picket-made-up-names", Title: "Names that look made up", Hash: "1", Severity: ocsf.Medium, Confidence: 65, Opens: true,
	Techniques: []string{"T1568.002"}, Tactics: []string{"command-and-control"}, Short: "made-up names",
	Step: "{count} names in {span}",
	Guidance: "A host asks for many domains that do not exist and that look like nothing a person would choose, as malware does that looks for its command server. " +
		"Find the program that asks, see whether one of the names did resolve and what was sent there, and isolate the host if nobody can explain it. " +
		"Legitimate causes: browsers probing for a captive portal (a few short names), security products that send hashes as names, a broken search list.",
}

func (b *baselines) names(g *Engine, e *ocsf.Event, out *Output) {
	if e.Class != ocsf.DNSActivity || !doesNotExist(e) {
		return
	}
	src := e.Addr(ocsf.SrcIP)
	name := hostName(e.Text(ocsf.QueryName))
	if !internal(src) || strings.HasSuffix(name, ".arpa") || strings.Count(name, ".") == 0 {
		return
	}
	k := addrKey(src)
	if _, hub := g.inventory.hub(k); hub {
		return // it asks for others
	}
	l := &b.Names.Asking
	if l.Limit == 0 {
		l.Limit = maxAsking
	}
	f, ok := l.get(k)
	if !ok {
		f = &failures{}
		l.put(k, f)
	}
	if !f.learn(e, parentDomain(name)) {
		return
	}
	strange, evidence := f.strange()
	if strange < leastMadeUp || 10*strange < 6*len(f.Domains) {
		return
	}
	last := f.Domains[len(f.Domains)-1].Domain
	g.unusual(&madeUpMeta, e, k.value(), fmt.Sprintf("%s asks for %d made-up names, %s the latest", k.value(), strange, last),
		[]ocsf.Match{{Field: "query.hostname", Value: fmt.Sprintf("%d of %d domains in %s", strange, len(f.Domains), span(e.Time-f.Domains[0].Time)),
			Want: fmt.Sprintf("at least %d domains that do not exist and look made up (long, with hardly a syllable), and most of all that fail", leastMadeUp)}}, evidence, out)
}

// learn notes a domain and reports whether it is a new one that looks made up.
func (f *failures) learn(e *ocsf.Event, domain string) bool {
	f.Domains = slices.DeleteFunc(f.Domains, func(x failure) bool { return e.Time-x.Time > failuresLive })
	if slices.ContainsFunc(f.Domains, func(x failure) bool { return x.Domain == domain }) {
		return false
	}
	if len(f.Domains) == maxFailures {
		f.Domains = slices.Delete(f.Domains, 0, 1)
	}
	label, _, _ := strings.Cut(domain, ".")
	m := madeUp(label)
	f.Domains = append(f.Domains, failure{clip(strings.Clone(domain), maxName), e.Time, e.Seq, m})
	return m
}

func (f *failures) strange() (n int, seqs []uint64) {
	for _, x := range f.Domains {
		if x.MadeUp {
			n++
			seqs = append(seqs, x.Seq)
		}
	}
	return n, seqs[max(0, len(seqs)-maxStepEvidence):]
}

func doesNotExist(e *ocsf.Event) bool {
	return e.Num(ocsf.RCodeID) == 3 || e.Get(ocsf.RCode).Str() == "NXDOMAIN" || e.Get(ocsf.RCode).Str() == "NXDomain"
}

// madeUp reports whether a label looks like none that a person would choose: it
// is long, and either its letters make hardly a syllable, or letters and digits
// change places again and again.
func madeUp(label string) bool {
	if len(label) < 8 || strings.HasPrefix(label, "xn--") || strings.Count(label, "-") > 1 {
		return false
	}
	letters, vowels, run, longest, turns := 0, 0, 0, 0, 0
	for i := 0; i < len(label); i++ {
		c := label[i]
		if i > 0 && digitByte(c) != digitByte(label[i-1]) {
			turns++
		}
		switch {
		case strings.IndexByte("aeiouy", c) >= 0:
			letters, vowels, run = letters+1, vowels+1, 0
		case c >= 'a' && c <= 'z':
			letters++
			run++
			longest = max(longest, run)
		default:
			run = 0
		}
	}
	return turns >= 4 || longest >= 5 || letters >= 8 && 4*vowels < letters || odd(label) >= 3
}

// odd counts pairs of letters that hardly any word of a European language has
// within it.
func odd(s string) (n int) {
	for i := 1; i < len(s); i++ {
		if strings.Contains(oddPairs, s[i-1:i+1]) && s[i-1] != ' ' && s[i] != ' ' {
			n++
		}
	}
	return n
}

const oddPairs = "bk bq bx cb cg cj cv cx dx fb fc fd fg fh fj fk fp fq fv fw fx fz gq gv gx hj hk hq hv hx hz iy jb jc jd jf jg jh jj jk jl jm jn jp jq jr js jt jv jw jx jy jz " +
	"kq kx lx mj mq mx mz pq pv px qa qb qc qd qe qf qg qh qi qj qk ql qm qn qo qp qq qr qs qt qv qw qx qy qz sx tq uq uw uy vb vc vd vf vg vh vj vk vl vm vn vp vq vt vv vw vx vz " +
	"wj wq wv wx wz xb xd xg xj xk xl xm xn xq xr xv xz yj yq yy zb zc zd zf zg zj zk zm zn zp zq zr zv zx"

func digitByte(c byte) bool { return c >= '0' && c <= '9' }
