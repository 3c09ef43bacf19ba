package view

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Lengths, in bytes, after which a text from a log is cut with a note.
const (
	cutValue = 600
	cutLine  = 16 << 10
	cutRow   = 280
)

// Text shows a text that may come out of a log. It is escaped; characters that
// would not be seen, or would move others about, are shown by name; it cannot
// change the direction of what stands around it.
func Text(s string) templ.Component { return text(s, cutValue) }

// Line shows a whole raw line.
func Line(s string) templ.Component { return text(s, cutLine) }

// Lines shows a text of several lines as such, in an element that keeps them:
// where a line ends is for the reader to know, and not to be shown by name.
func Lines(s string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for line := range strings.Lines(s) {
			if err := Line(strings.TrimRight(line, "\r\n")).Render(ctx, w); err != nil {
				return err
			}
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		return nil
	})
}

// Excerpt shows the beginning of a raw line.
func Excerpt(s string) templ.Component { return text(s, cutRow) }

func text(s string, limit int) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString("<bdi>")
		head, more := cut(s, limit)
		visible(head, func(piece string, mark bool) {
			if mark {
				b.WriteString(`<span class="ctl">`)
			}
			b.WriteString(templ.EscapeString(piece))
			if mark {
				b.WriteString("</span>")
			}
		})
		b.WriteString("</bdi>")
		if more > 0 {
			fmt.Fprintf(&b, ` <span class="more">… %s more</span>`, Bytes(uint64(more)))
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// Plain is a text from a log for places that take no markup: titles, attributes
// and options. It is not escaped yet; templ does that.
func Plain(s string) string {
	var b strings.Builder
	head, more := cut(s, cutValue)
	visible(head, func(piece string, mark bool) {
		if mark {
			piece = "⟨" + piece + "⟩"
		}
		b.WriteString(piece)
	})
	if more > 0 {
		b.WriteString("…")
	}
	return b.String()
}

// cut splits s before limit bytes, at a character, and tells how much it left.
func cut(s string, limit int) (head string, more int) {
	if len(s) <= limit {
		return s, 0
	}
	n := limit
	for n > limit-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], len(s) - n
}

// maxMarks is how many combining characters in a row are shown as such: enough
// for any language, too few to paint over the neighbouring lines.
const maxMarks = 3

// visible calls emit with the pieces of s in order, where mark tells that a
// piece is the name of a character and not the character.
func visible(s string, emit func(piece string, mark bool)) {
	start, marks := 0, 0
	flush := func(end int) {
		if end > start {
			emit(s[start:end], false)
		}
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		name := ""
		switch {
		case r == utf8.RuneError && n == 1:
			name = fmt.Sprintf(`\x%02x`, s[i])
		case r >= 0x20 && r < 0x7f:
			marks = 0
		default:
			if unicode.In(r, unicode.Mn, unicode.Me) {
				marks++
			} else {
				marks = 0
			}
			name = hidden(r, marks)
		}
		if name != "" {
			flush(i)
			emit(name, true)
			start = i + n
		}
		i += n
	}
	flush(len(s))
}

// controls are the names of the control characters of ASCII. (Unicode has
// pictures of them, but many fonts do not.)
var controls = strings.Fields("NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US")

// hidden names a character that is not shown as it is, else "".
func hidden(r rune, marks int) string {
	switch {
	case r == 0x7f:
		return "DEL"
	case r < 0x20:
		return controls[r]
	case marks > maxMarks,
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp),
		unicode.Is(unicode.Zs, r) && r != ' ',
		r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2800: // letters that draw nothing
		return fmt.Sprintf("U+%04X", r)
	}
	return ""
}
