package normalize

import "picket/normalize/ocsf"

// adjacentPorts reads the ports that stand right behind two addresses, as in
// "192.0.2.1 198.51.100.2 49152 443 6", the columns of flow logs and of packet
// filters. A number of a protocol may follow. Nothing less than the four in a
// row counts: numbers alone say nothing.
func (l *Line) adjacentPorts(s string) {
	w := &l.facts.weight
	if w[ocsf.SrcIP] == 0 || w[ocsf.DstIP] == 0 || w[ocsf.SrcPort] > 0 || w[ocsf.DstPort] > 0 {
		return
	}
	var addrs, numbers int
	var num [2]string
	for i := 0; i < len(s); {
		i = skipSpaces(s, i)
		j := i
		for j < len(s) && s[j] != ' ' && s[j] != '\t' {
			j++
		}
		word := s[i:j]
		i = j
		if _, ok := addrOf(word); ok {
			addrs, numbers = addrs+1, 0
			continue
		}
		if addrs < 2 || word == "" || digits(word) != len(word) || len(word) > 5 || numbers < 2 && atoi(word) > 65535 {
			addrs, numbers = 0, 0
			continue
		}
		if numbers < 2 {
			num[numbers] = word
		}
		if numbers++; numbers == 2 {
			l.putText(ocsf.SrcPort, num[0], weakWeight)
			l.putText(ocsf.DstPort, num[1], weakWeight)
			if k := skipSpaces(s, i); w[ocsf.Protocol] == 0 && k < len(s) {
				if p := s[k : k+digits(s[k:])]; p == "6" || p == "17" {
					l.applyProto(p, weakWeight)
				}
			}
			return
		}
	}
}

// columnPorts is adjacentPorts for the columns of a delimited line, and reads
// address, port, address, port as well. src and dst are the columns of the
// addresses.
func (l *Line) columnPorts(src, dst int) {
	w := &l.facts.weight
	if src < 0 || dst < 0 || w[ocsf.SrcPort] > 0 || w[ocsf.DstPort] > 0 {
		return
	}
	if p := l.E.Text(ocsf.Protocol); p != "tcp" && p != "udp" {
		return
	}
	a, b := src+1, dst+1
	if dst == src+1 {
		a, b = dst+1, dst+2
		if _, ok := transport(l.Col(a)); ok { // the protocol between
			a, b = a+1, b+1
		}
	}
	if x, y := l.Col(a), l.Col(b); columnPort(x) && columnPort(y) {
		l.putText(ocsf.SrcPort, x, weakWeight)
		l.putText(ocsf.DstPort, y, weakWeight)
	}
}

func columnPort(v string) bool {
	return v != "" && len(v) <= 5 && digits(v) == len(v) && atoi(v) <= 65535
}
