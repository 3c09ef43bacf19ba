package normalize

import (
	"iter"
	"strings"

	"picket/normalize/ocsf"
)

// What the logs of mail servers have in common.

// mailPairs yields the key=value pairs among the words of a mail server's line:
// values in <> or "", or up to a space, a comma or a semicolon.
func mailPairs(s string) iter.Seq2[string, string] {
	return func(yield func(k, v string) bool) {
		for i, n := 0, 0; i < len(s) && n < 64; {
			eq := strings.IndexByte(s[i:], '=')
			if eq < 0 {
				return
			}
			eq += i
			k := eq
			for k > i && (alnum(s[k-1]) || s[k-1] == '_' || s[k-1] == '-') {
				k--
			}
			if k == eq || k > 0 && s[k-1] != ' ' && s[k-1] != ',' && s[k-1] != '(' && s[k-1] != ';' && s[k-1] != '?' && s[k-1] != '\t' && s[k-1] != '<' && s[k-1] != '[' {
				i = eq + 1
				continue
			}
			v := s[eq+1:]
			end := 0
			switch {
			case v == "":
			case v[0] == '<' && strings.IndexByte(v, '>') > 0:
				end = strings.IndexByte(v, '>')
				v = v[1:end]
				end++
			case v[0] == '"' && strings.IndexByte(v[1:], '"') >= 0:
				end = strings.IndexByte(v[1:], '"') + 1
				v = v[1:end]
				end++
			default:
				end = strings.IndexAny(v, " ,;)>")
				if end < 0 {
					end = len(v)
				}
				v = v[:end]
			}
			n++
			if !yield(s[k:eq], v) {
				return
			}
			i = eq + 1 + end
		}
	}
}

// mailHost reads host[192.0.2.1]:25, host ([192.0.2.1]) and [192.0.2.1] into one end.
func (l *Line) mailHost(v string, to side) bool {
	i := strings.IndexByte(v, '[')
	if i < 0 {
		return false
	}
	a, n := scanAddr(v[i+1:])
	if n == 0 {
		return false
	}
	e := &ends[to]
	ok := l.put(e.ip, ocsf.Addr(a), brandWeight)
	if h := strings.Trim(v[:i], " ()"); h != "" && h != "unknown" && hostName(h, false) {
		if _, isAddr := addrOf(h); !isAddr {
			l.putText(e.host, h, brandWeight)
		}
	}
	rest := v[i+1+n:]
	if strings.HasPrefix(rest, "]:") {
		d := digits(rest[2:])
		l.putText(e.port, rest[2:2+d], brandWeight)
	}
	return ok
}

// mailFrom and mailTo set an address, and the domain it is of as that of the
// sending or receiving end.
func (l *Line) mailFrom(v string) {
	if l.applyMail(meaning{read: readMail, side: srcSide, weight: brandWeight}, v) {
		l.putText(ocsf.SrcDomain, mailDomain(v), weakWeight)
	}
}

func (l *Line) mailTo(v string) {
	if l.applyMail(meaning{read: readMail, side: dstSide, weight: brandWeight}, v) {
		l.putText(ocsf.DstDomain, mailDomain(v), weakWeight)
	}
}

func mailDomain(v string) string {
	v = strings.Trim(v, "<> ")
	return v[strings.LastIndexByte(v, '@')+1:]
}

// mailAuth makes the line a login at a mail server.
func (l *Line) mailAuth(user string, outcome int8) {
	l.applyUser(meaning{read: readUser, weight: brandWeight}, user)
	l.setOutcome(outcome, brandWeight)
	l.E.Class, l.E.Activity = ocsf.Authentication, ocsf.Logon
}

// mailFile names a file that came with a message.
func (l *Line) mailFile(name string) {
	if l.facts.weight[ocsf.EmailFiles] < 16 {
		l.facts.weight[ocsf.EmailFiles]++
		l.facts.set++
		l.E.Append(ocsf.EmailFiles, ocsf.ObjectOf(ocsf.Attr(ocsf.EmailFileName, ocsf.Text(name)), ocsf.Attr(ocsf.EmailFileType, ocsf.Int(1))))
	}
}
