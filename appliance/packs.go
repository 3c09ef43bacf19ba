package appliance

import (
	"io/fs"
	"slices"
	"strings"
)

// packs shows several folders of rules as one, each below its name.
type packs map[string]fs.FS

// Open implements [fs.FS].
func (p packs) Open(name string) (fs.File, error) {
	top, rest, _ := strings.Cut(name, "/")
	sub, ok := p[top]
	if !ok || !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if rest == "" {
		rest = "."
	}
	return sub.Open(rest)
}

// Stat implements [fs.StatFS] for the root, which is a folder.
func (p packs) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		for _, sub := range p {
			return fs.Stat(sub, ".")
		}
	}
	f, err := p.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

// ReadDir implements [fs.ReadDirFS].
func (p packs) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		top, rest, _ := strings.Cut(name, "/")
		sub, ok := p[top]
		if !ok {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
		}
		if rest == "" {
			rest = "."
		}
		return fs.ReadDir(sub, rest)
	}
	var out []fs.DirEntry
	for top, sub := range p {
		st, err := fs.Stat(sub, ".")
		if err != nil {
			return nil, err
		}
		out = append(out, named{fs.FileInfoToDirEntry(st), top})
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// named is a folder under another name.
type named struct {
	fs.DirEntry
	name string
}

// Name implements [fs.DirEntry].
func (n named) Name() string { return n.name }

// packsText names packs in a line, with their versions.
func packsText(list []Pack) string {
	var out []string
	for _, p := range list {
		name := p.Name
		if name == "" {
			name = map[string]string{"builtin": "built in", "site": "the site's own"}[p.Place]
		}
		out = append(out, strings.TrimSpace(name+" "+p.Version))
	}
	return strings.Join(out, ", ")
}
