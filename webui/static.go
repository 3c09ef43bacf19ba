package webui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
)

//go:embed static
var files embed.FS

// static is the style, the script and the icon, with addresses that change when
// they do, so that browsers may keep them.
type static struct {
	css, js string // addresses
	content map[string][]byte
}

var staticTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func readStatic() static {
	st := static{content: map[string][]byte{}}
	hash := func(name string) string {
		b, err := fs.ReadFile(files, "static/"+name)
		if err != nil {
			panic("webui: " + err.Error()) // embedded when it was built
		}
		st.content[name] = b
		h := sha256.Sum256(b)
		return "/static/" + name + "?v=" + hex.EncodeToString(h[:6])
	}
	st.css, st.js = hash("picket.css"), hash("picket.js")
	hash("icon.svg")
	return st
}

// asset serves a static file to anyone.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	b, ok := s.static.content[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", staticTypes[path.Ext(name)])
	if r.URL.RawQuery != "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "public, max-age=3600")
	}
	_, _ = w.Write(b) // an error here is a browser that went away
}
