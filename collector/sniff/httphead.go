package sniff

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// maxHeaders bounds the lines of a header that are looked at.
const maxHeaders = 256

// headers calls take with each line of a header: its name in lower case and its
// value, continuation lines joined (RFC 5322 folding, obsolete in HTTP).
func headers(b []byte, take func(name string, value []byte)) {
	var name string
	var value []byte
	flush := func() {
		if name != "" {
			take(name, bytes.TrimSpace(value))
		}
		name = ""
	}
	for range maxHeaders {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		line := bytes.TrimRight(b[:i], "\r")
		b = b[i+1:]
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			value = append(append(value[:len(value):len(value)], ' '), bytes.TrimSpace(line)...)
			continue
		}
		flush()
		k, v, ok := bytes.Cut(line, []byte(":"))
		if ok && len(k) <= 64 {
			name, value = strings.ToLower(string(bytes.TrimSpace(k))), v
		}
	}
	flush()
}

// clip copies a value, cut to what is kept.
func clip(v []byte) string { return string(v[:min(len(v), maxHeaderV)]) }

// decimal reads a number, -1 for what is none.
func decimal(v []byte) int64 {
	v = bytes.TrimSpace(v)
	if i := bytes.IndexByte(v, ','); i > 0 { // the same length twice
		v = bytes.TrimSpace(v[:i])
	}
	n, err := strconv.ParseUint(string(v[:min(len(v), 20)]), 10, 62)
	if err != nil {
		return -1
	}
	return int64(n)
}

func containsFold(v []byte, word string) bool {
	return strings.Contains(strings.ToLower(string(v[:min(len(v), 256)])), word)
}

// maxCodings bounds how often a body may be packed.
const maxCodings = 3

// codings adds the packings that a header names and that are unpacked here.
func codings(have []string, v []byte) []string {
	for _, c := range strings.Split(strings.ToLower(string(v[:min(len(v), 64)])), ",") {
		if len(have) >= maxCodings {
			break
		}
		switch strings.TrimSpace(c) {
		case "gzip", "x-gzip":
			have = append(have, "gzip")
		case "deflate":
			have = append(have, "deflate")
		}
	}
	return have
}

func mediaType(v []byte) string {
	v, _, _ = bytes.Cut(v, []byte(";"))
	return strings.ToLower(clip(bytes.TrimSpace(v)))
}

// dispositionName finds the file name in a Content-Disposition (RFC 6266).
func dispositionName(v []byte) string {
	s := clip(v)
	const key = "filename="
	i := 0
	for i+len(key) <= len(s) && !strings.EqualFold(s[i:i+len(key)], key) {
		i++ // in s itself: folding a copy would move what follows bytes that are no UTF-8
	}
	if i+len(key) > len(s) {
		return ""
	}
	s = s[i+len(key):]
	if strings.HasPrefix(s, `"`) {
		s, _, _ = strings.Cut(s[1:], `"`)
	} else {
		s, _, _ = strings.Cut(s, ";")
	}
	return strings.TrimSpace(s)
}

// basicUser returns the user of HTTP's basic authentication (RFC 7617); the
// password is looked at by nobody.
func basicUser(v []byte) string {
	scheme, rest, ok := bytes.Cut(v, []byte(" "))
	if !ok || !strings.EqualFold(string(scheme), "basic") || len(rest) > 1024 {
		return ""
	}
	out, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(rest)))
	if err != nil {
		return ""
	}
	user, _, ok := bytes.Cut(out, []byte(":"))
	if !ok {
		return ""
	}
	return string(user)
}

// setURL sets the parts of a request's address and the whole.
func setURL(e *ocsf.Event, scheme, host, uri string, connect bool) {
	if uri == "" && host == "" {
		return
	}
	path := uri
	absolute := false
	if connect {
		host, path = uri, ""
	} else if s, rest, ok := strings.Cut(uri, "://"); ok && len(s) < 10 && !strings.ContainsAny(s, "/?") {
		absolute = true
		scheme = strings.ToLower(s)
		i := strings.IndexAny(rest, "/?#")
		if i < 0 {
			i = len(rest)
		}
		if host == "" {
			host = rest[:i]
		}
		path = rest[i:]
	}
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.IndexByte(host, ']') < i && strings.Count(host[:i], ":") == 0 || strings.HasPrefix(host, "[") && i > strings.IndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
	}
	setText(e, ocsf.URLHostname, name)
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		e.SetInt(ocsf.URLPort, int64(n))
	}
	switch {
	case connect || absolute || !strings.HasPrefix(uri, "/") || host == "":
		setText(e, ocsf.URLString, uri)
	default:
		e.Set(ocsf.URLString, ocsf.Text(scheme+"://"+host+uri))
	}
	if !connect {
		setText(e, ocsf.URLScheme, scheme)
		p, q, ok := strings.Cut(path, "?")
		setText(e, ocsf.URLPath, p)
		if ok {
			setText(e, ocsf.URLQuery, q)
		}
	}
}
