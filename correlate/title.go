package correlate

import (
	"fmt"
	"strconv"
	"strings"
)

// cast is who took part in what a finding tells, each name once, in the order
// in which they came. More than the limit are counted, not named.
type cast struct {
	Srcs, Dsts, Users, Actors, Domains, Hashes roll
	Devices, Services                          []string
	Ports                                      map[uint16]struct{}
	Bytes                                      int64
	First, Last                                int64
	Latest                                     fact // the event that completed it
	Denied                                     int
	Count                                      int
}

// roll is a bounded list of keys.
type roll struct {
	Keys []key
	More int // further ones (with repetitions, once the list is full)
}

const maxRoll = 64

func (r *roll) add(k key) {
	if k.isZero() {
		return
	}
	for _, x := range r.Keys {
		if x == k {
			return
		}
	}
	if len(r.Keys) == maxRoll {
		r.More++
		return
	}
	r.Keys = append(r.Keys, k)
}

// say names up to two, or counts.
func (r *roll) say(many string) string {
	switch n := len(r.Keys); {
	case n == 0:
		return ""
	case n == 1:
		return r.Keys[0].value()
	case n == 2:
		return r.Keys[0].value() + " and " + r.Keys[1].value()
	case r.More > 0:
		return "over " + strconv.Itoa(n) + " " + many
	default:
		return strconv.Itoa(n) + " " + many
	}
}

func (c *cast) add(x *fact) {
	if c.Count == 0 || x.Time < c.First {
		c.First = x.Time
	}
	if c.Count == 0 || x.Time >= c.Last {
		c.Last = x.Time
	}
	c.Latest = *x
	c.Count++
	c.Srcs.add(x.Sides.Src)
	c.Dsts.add(x.Sides.Dst)
	c.Users.add(x.Sides.User)
	c.Actors.add(x.Sides.Actor)
	c.Domains.add(x.Sides.Domain)
	c.Hashes.add(x.Sides.Hash)
	if x.Device != "" && len(c.Devices) < maxRoll {
		c.Devices = appendNew(c.Devices, x.Device)
	}
	if x.Service != "" && len(c.Services) < maxRoll {
		c.Services = appendNew(c.Services, x.Service)
	}
	if x.Port != 0 && len(c.Ports) < 65536 {
		if c.Ports == nil {
			c.Ports = map[uint16]struct{}{}
		}
		c.Ports[x.Port] = struct{}{}
	}
	c.Bytes += x.Bytes
	if x.Denied {
		c.Denied++
	}
}

// say fills a sentence: {src} is who did it, [ over {service}] is left out when
// {service} is not known. {src}, {dst}, {user}, {actor}, {domain}, {service}
// and {device} are those of the event that completed the finding, else of all;
// {srcs}, {dsts}, {users}, {domains} name all of them or count; {ports}, {count},
// {bytes} and {span} are figures.
func (c *cast) say(sentence string) string {
	var b strings.Builder
	c.fill(&b, sentence)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (c *cast) fill(b *strings.Builder, s string) (whole bool) {
	whole = true
	for s != "" {
		i := strings.IndexAny(s, "{[")
		if i < 0 {
			b.WriteString(s)
			return whole
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], map[byte]byte{'{': '}', '[': ']'}[s[i]])
		if end < 0 {
			b.WriteString(s[i:])
			return whole
		}
		inner := s[i+1 : i+end]
		if s[i] == '{' {
			v := c.part(inner)
			whole = whole && v != ""
			b.WriteString(v)
		} else {
			var opt strings.Builder
			if c.fill(&opt, inner) {
				b.WriteString(opt.String())
			}
		}
		s = s[i+end+1:]
	}
	return whole
}

func (c *cast) part(name string) string {
	or := func(k key, all *roll, many string) string {
		if !k.isZero() {
			return k.value()
		}
		return all.say(many)
	}
	switch name {
	case "src":
		return or(c.Latest.Sides.Src, &c.Srcs, "sources")
	case "dst":
		return or(c.Latest.Sides.Dst, &c.Dsts, "hosts")
	case "user":
		if k := c.Latest.Sides.User; !k.isZero() {
			return k.value()
		}
		return or(c.Latest.Sides.Actor, &c.Users, "users")
	case "actor":
		if k := c.Latest.Sides.Actor; !k.isZero() {
			return k.value()
		}
		return or(key{}, &c.Actors, "users")
	case "domain":
		return or(c.Latest.Sides.Domain, &c.Domains, "names")
	case "srcs":
		return c.Srcs.say("sources")
	case "dsts":
		return c.Dsts.say("hosts")
	case "users":
		return c.Users.say("users")
	case "domains":
		return c.Domains.say("names")
	case "parent":
		return commonParent(c.Domains.Keys)
	case "service":
		if c.Latest.Service != "" {
			return c.Latest.Service
		}
		return strings.Join(c.Services, " and ")
	case "device":
		return strings.Join(c.Devices[:min(2, len(c.Devices))], " and ")
	case "ports":
		if len(c.Ports) > 0 {
			return strconv.Itoa(len(c.Ports))
		}
	case "port":
		if c.Latest.Port != 0 {
			return strconv.Itoa(int(c.Latest.Port))
		}
	case "count":
		return strconv.Itoa(c.Count)
	case "bytes":
		return volume(c.Bytes)
	case "span":
		return span(c.Last - c.First)
	}
	return ""
}

// commonParent is the longest domain that all names lie below, or in.
func commonParent(keys []key) string {
	if len(keys) == 0 {
		return ""
	}
	p := keys[0].Name
	if len(keys) == 1 {
		return parentDomain(p)
	}
	for _, k := range keys[1:] {
		for p != "" && k.Name != p && !strings.HasSuffix(k.Name, "."+p) {
			_, p, _ = strings.Cut(p, ".")
		}
	}
	if strings.IndexByte(p, '.') < 0 {
		return ""
	}
	return p
}

// opensWithoutName reports whether the beginning of a sentence, which would name
// somebody, is left out because nobody is known.
func (c *cast) opensWithoutName(sentence string) bool {
	if !strings.HasPrefix(sentence, "[{") {
		return false
	}
	name, _, _ := strings.Cut(sentence[2:], "}")
	return c.part(name) == ""
}

// form fills a sentence but for {count} and {span}, which go on changing.
func (c *cast) form(sentence string) string {
	s := c.say(figuresOut.Replace(sentence))
	return figuresIn.Replace(s)
}

var (
	figuresOut = strings.NewReplacer("{count}", "\x01", "{span}", "\x02")
	figuresIn  = strings.NewReplacer("\x01", "{count}", "\x02", "{span}")
)

// volume writes a number of bytes as people say it.
func volume(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}
