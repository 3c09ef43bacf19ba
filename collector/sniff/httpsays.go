package sniff

import (
	"bytes"
	"strings"
)

// httpMethods are the methods that begin a request even without a version; any
// other word needs one.
var httpMethods = []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PROPFIND", "PROPPATCH",
	"MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "QUERY", "REPORT", "CHECKOUT", "MERGE", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "M-SEARCH", "RPC_CONNECT",
	"RPC_IN_DATA", "RPC_OUT_DATA"}

func httpSays(_ *flow, _ int, b []byte) verdict {
	if hasPrefixPart(b, "HTTP/") {
		if len(b) < 7 {
			return more
		}
		if b[5] >= '0' && b[5] <= '9' {
			return yes
		}
		return no
	}
	line, whole := b, false
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		line, whole = b[:i], true
	}
	word := line
	if i := bytes.IndexByte(line, ' '); i >= 0 {
		word = line[:i]
	} else if whole {
		return no
	}
	if len(word) == 0 || len(word) > 20 {
		return no
	}
	for _, c := range word {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_') {
			return no
		}
	}
	known := false
	for _, m := range httpMethods {
		known = known || strings.EqualFold(string(word), m) || len(word) == len(line) && strings.HasPrefix(m, string(word))
	}
	if !whole {
		if known && len(word) < len(line) && len(b) > 1024 {
			return yes
		}
		return more
	}
	line = bytes.TrimRight(line, "\r")
	switch i := bytes.LastIndexByte(line, ' '); {
	case i > len(word) && isVersion(line[i+1:]):
		if string(word) == "PRI" { // the beginning of HTTP/2
			return no
		}
		return yes
	case i > len(word) && (bytes.HasPrefix(line[i+1:], []byte("SIP/")) || bytes.HasPrefix(line[i+1:], []byte("RTSP/"))):
		return no
	case known && len(line) > len(word)+1 && (line[len(word)+1] == '/' || bytes.Contains(line, []byte("://"))):
		return yes
	}
	return no
}

// hasPrefixPart reports whether b begins with prefix or is a beginning of it.
func hasPrefixPart(b []byte, prefix string) bool {
	if len(b) < len(prefix) {
		return len(b) > 0 && prefix[:len(b)] == string(b)
	}
	return string(b[:len(prefix)]) == prefix
}
