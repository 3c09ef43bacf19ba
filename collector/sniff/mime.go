package sniff

import (
	"bytes"
	"encoding/base64"
	"mime"
	"strings"
)

// mimeReader follows a mail message (RFC 5322, 2045) line by line: a few of its
// headers, and the attachments, which are hashed as they come.
type mimeReader struct {
	s *sensor
	f *flow

	subject, from, id string
	to, cc            []string
	names             []string // of attachments
	size              int64

	header     []byte   // the header under way, whole
	inBody     bool     // of the message or part
	depth      int      // parts opened
	boundaries []string // of the multiparts around, innermost last
	part       *body    // the attachment under way
	encoding   string
	rest       []byte // base64 that does not make four yet
	newline    []byte // a line end waits: it may belong to the boundary
	partial    []byte // a line that is not whole
	lost       bool
}

const (
	maxBoundaries  = 16
	maxAttachments = 64
	maxMailHeader  = 64 << 10
)

// write takes bytes of the message: whole lines, or pieces.
func (m *mimeReader) write(b []byte) {
	m.size += int64(len(b))
	if m.lost {
		return
	}
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			if len(m.partial)+len(b) > maxSMTPLine {
				m.line(append(m.partial, b...), false)
				m.partial = nil
				return
			}
			m.partial = append(m.partial, b...)
			return
		}
		line := b[:i+1]
		b = b[i+1:]
		if len(m.partial) > 0 {
			line = append(m.partial, line...)
			m.partial = nil
		}
		m.line(line, true)
	}
}

// newForm makes a reader of the parts of a form (RFC 7578); nil when it has no
// boundary.
func newForm(s *sensor, f *flow, contentType []byte) *mimeReader {
	_, params, _ := mime.ParseMediaType(clip(contentType))
	if params["boundary"] == "" {
		return nil
	}
	return &mimeReader{s: s, f: f, inBody: true, boundaries: []string{params["boundary"]}}
}

// line takes one line; ended tells whether it has its end.
func (m *mimeReader) line(b []byte, ended bool) {
	text := b
	if ended {
		text = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	}
	if !m.inBody {
		if len(text) == 0 {
			m.inBody = true
			m.headers()
			return
		}
		if len(m.header)+len(b) <= maxMailHeader {
			m.header = append(m.header, b...)
		}
		return
	}
	if bytes.HasPrefix(text, []byte("--")) && m.boundary(string(bytes.TrimRight(text[2:], " \t"))) {
		return
	}
	if m.part != nil {
		m.content(text, b[len(text):])
	}
}

// boundary ends the part under way if the line is one of the boundaries.
func (m *mimeReader) boundary(s string) bool {
	for i := len(m.boundaries) - 1; i >= 0; i-- {
		switch s {
		case m.boundaries[i]:
			m.endPart()
			m.boundaries = m.boundaries[:i+1]
			m.inBody, m.header = false, nil
			m.depth++
			return true
		case m.boundaries[i] + "--":
			m.endPart()
			m.boundaries = m.boundaries[:i]
			return true
		}
	}
	return false
}

// headers reads the header of the message or of a part.
func (m *mimeReader) headers() {
	var typ, disposition string
	m.encoding = ""
	top := m.depth == 0
	headers(m.header, func(name string, v []byte) {
		switch name {
		case "content-type":
			typ = clip(v)
		case "content-disposition":
			disposition = clip(v)
		case "content-transfer-encoding":
			m.encoding = strings.ToLower(clip(v))
		}
		if !top {
			return
		}
		switch name {
		case "subject":
			m.subject = decodeWords(clip(v))
		case "from":
			if a := mailAddresses(v); len(a) > 0 {
				m.from = a[0]
			}
		case "to":
			m.to = mailAddresses(v)
		case "cc":
			m.cc = mailAddresses(v)
		case "message-id":
			m.id = clip(v)
		}
	})
	m.header = nil
	media, params, err := mime.ParseMediaType(typ)
	if err != nil && media == "" {
		media = mediaType([]byte(typ))
	}
	if strings.HasPrefix(media, "multipart/") {
		if b := params["boundary"]; b != "" && len(m.boundaries) < maxBoundaries {
			m.boundaries = append(m.boundaries, b)
		}
		return
	}
	if media == "message/rfc822" && m.depth > 0 && m.encoding != "base64" { // a message within: its parts are ours
		m.inBody = false
		return
	}
	_, dp, _ := mime.ParseMediaType(disposition)
	name := dp["filename"]
	if name == "" {
		name = params["name"]
	}
	if name == "" {
		name = dispositionName([]byte(disposition))
	}
	name = decodeWords(name)
	if name == "" && !strings.HasPrefix(strings.ToLower(disposition), "attachment") {
		return
	}
	if len(m.names) >= maxAttachments {
		return
	}
	m.names = append(m.names, name[:min(len(name), 255)])
	m.part = &body{name: name[:min(len(name), 255)], mime: media}
}

// content takes a line of an attachment, and its end.
func (m *mimeReader) content(text, end []byte) {
	switch m.encoding {
	case "base64":
		for _, c := range text {
			if isAlnum(c) || c == '+' || c == '/' {
				m.rest = append(m.rest, c)
			}
		}
		n := len(m.rest) &^ 3
		out := make([]byte, base64.RawStdEncoding.DecodedLen(n))
		k, _ := base64.RawStdEncoding.Decode(out, m.rest[:n])
		m.part.write(m.s, out[:k])
		m.rest = append(m.rest[:0], m.rest[n:]...)
		return
	case "quoted-printable":
		m.breakLine()
		soft := bytes.HasSuffix(text, []byte("="))
		m.part.write(m.s, unquote(bytes.TrimSuffix(text, []byte("="))))
		if !soft {
			m.newline = append(m.newline, end...)
		}
		return
	}
	m.breakLine()
	m.part.write(m.s, text)
	m.newline = append(m.newline, end...)
}

func (m *mimeReader) breakLine() {
	m.part.write(m.s, m.newline)
	m.newline = m.newline[:0]
}

// unquote decodes a line of quoted-printable.
func unquote(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '=' && i+2 < len(b) {
			h, ok := hexSize(b[i+1 : i+3])
			if ok {
				out = append(out, byte(h))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func (m *mimeReader) endPart() {
	if m.part != nil {
		if n := len(m.rest); n > 1 {
			out := make([]byte, 3)
			k, _ := base64.RawStdEncoding.Decode(out, m.rest)
			m.part.write(m.s, out[:k])
		}
		m.s.file(m.f, m.part, 1)
	}
	m.part, m.rest, m.newline = nil, nil, m.newline[:0]
}

// close ends the message.
func (m *mimeReader) close() {
	if !m.lost {
		if len(m.partial) > 0 {
			m.line(m.partial, false)
		}
		if !m.inBody {
			m.headers()
		}
		m.endPart()
	}
	m.partial, m.header = nil, nil
}

// lose says that bytes are missing: what follows cannot be told apart any more.
func (m *mimeReader) lose() {
	if !m.inBody && m.depth == 0 && len(m.header) > 0 {
		m.headers()
	}
	m.lost = true
	m.part, m.rest, m.partial, m.header = nil, nil, nil, nil
}

// decodeWords decodes RFC 2047 where it can.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var d mime.WordDecoder
	if out, err := d.DecodeHeader(s); err == nil {
		return out
	}
	return s
}

// mailAddresses returns the addresses of a header, without names.
func mailAddresses(v []byte) (out []string) {
	for _, s := range strings.Split(clip(v), ",") {
		if i := strings.LastIndexByte(s, '<'); i >= 0 {
			s, _, _ = strings.Cut(s[i+1:], ">")
		}
		if s = strings.TrimSpace(s); strings.Contains(s, "@") && len(out) < maxRecipients {
			out = append(out, s)
		}
	}
	return out
}
