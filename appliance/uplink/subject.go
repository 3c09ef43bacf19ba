package uplink

import "strings"

// Subject is where batches of a lane go: pk.<tenant>.<site>.<lane>.
func Subject(tenant, site string, lane Lane) string {
	return "pk." + tenant + "." + site + "." + string(lane)
}

// DownSubject is where the SOC speaks to a site: pk.<tenant>.<site>.down.<what>.
func DownSubject(tenant, site, what string) string {
	return "pk." + tenant + "." + site + ".down." + what
}

// ParseSubject takes the subject of a batch apart.
func ParseSubject(s string) (tenant, site string, lane Lane, ok bool) {
	p := strings.Split(s, ".")
	if len(p) != 4 || p[0] != "pk" || !IsToken(p[1]) || !IsToken(p[2]) || !IsLane(p[3]) {
		return "", "", "", false
	}
	return p[1], p[2], Lane(p[3]), true
}

const maxToken = 64

// IsToken reports whether s may be part of a subject, of an id and of a file's
// name: 1 to 64 letters, digits, '_' and '-'.
func IsToken(s string) bool {
	if s == "" || len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		if !tokenByte(s[i]) {
			return false
		}
	}
	return true
}

func tokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// Token makes a token of any name, such as a host's: every other byte becomes
// '-'.
func Token(s string) string {
	b := []byte(s[:min(len(s), maxToken)])
	for i, c := range b {
		if !tokenByte(c) {
			b[i] = '-'
		}
	}
	if len(b) == 0 {
		return "-"
	}
	return string(b)
}
