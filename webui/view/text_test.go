package view

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

func render(t testing.TB, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":     {"bob", "<bdi>bob</bdi>"},
		"markup":    {`<b a="x">&'`, "<bdi>&lt;b a=&#34;x&#34;&gt;&amp;&#39;</bdi>"},
		"control":   {"a\x1b[2J\r\n\t\x7f", `<bdi>a<span class="ctl">ESC</span>[2J<span class="ctl">CR</span><span class="ctl">LF</span><span class="ctl">TAB</span><span class="ctl">DEL</span></bdi>`},
		"direction": {"\u202egpj.exe", `<bdi><span class="ctl">U+202E</span>gpj.exe</bdi>`},
		"unseen":    {"a\u200bb\u00a0c\u3164", `<bdi>a<span class="ctl">U+200B</span>b<span class="ctl">U+00A0</span>c<span class="ctl">U+3164</span></bdi>`},
		"no UTF-8":  {"\xff\xc3(", `<bdi><span class="ctl">\xff</span><span class="ctl">\xc3</span>(</bdi>`},
		"languages": {"Grüße 東京 שלום", "<bdi>Grüße 東京 שלום</bdi>"},
		"marks":     {"e\u0301e\u0301\u0301\u0301\u0301", "<bdi>e\u0301e\u0301\u0301\u0301" + `<span class="ctl">U+0301</span></bdi>`},
		"tag":       {"x\U000e0041", `<bdi>x<span class="ctl">U+E0041</span></bdi>`},
	} {
		if got := render(t, Text(c.in)); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
	long := render(t, Text(strings.Repeat("é", 5000)))
	if len(long) > 2*cutValue || !strings.Contains(long, "9.4 kB more") || !utf8.ValidString(long) {
		t.Errorf("a long text becomes %d bytes: …%s", len(long), long[len(long)-60:])
	}
	if got := Plain("a\u202eb\x00"); got != "a⟨U+202E⟩b⟨NUL⟩" {
		t.Errorf("plain: %s", got)
	}
}

// FuzzText: whatever it is, what is shown is one isolated piece of text without
// a character that is not seen, and nothing of it is lost.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "bob", "<script>", "\x00\x1b\u202e\xff", "&lt;", "\U000e0041\u0301\u0301\u0301\u0301\u0301", strings.Repeat("日", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := render(t, Text(s))
		nodes, err := html.ParseFragment(strings.NewReader(out), nil)
		if err != nil || len(nodes) == 0 {
			t.Fatalf("%q: %v", out, err)
		}
		for _, top := range nodes {
			for n := range top.Descendants() {
				if n.Type == html.ElementNode && n.Data != "bdi" && n.Data != "span" && n.Data != "html" && n.Data != "head" && n.Data != "body" {
					t.Errorf("%q made an element <%s>", s, n.Data)
				}
			}
		}
		for _, r := range out {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError && !strings.ContainsRune(s, utf8.RuneError) {
				t.Errorf("%q shows %U", s, r)
			}
		}
		for _, r := range Plain(s) {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q: plain text has %U", s, r)
			}
		}
	})
}

func BenchmarkText(b *testing.B) {
	line := strings.Repeat(`srcip=203.0.113.66 dstip=198.51.100.10 `, 10)
	var out bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		_ = Line(line).Render(b.Context(), &out)
	}
}
