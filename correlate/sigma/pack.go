package sigma

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// PackFile is the file at the top of a pack that says what the pack is.
const PackFile = "pack.yaml"

// Pack says what a folder or archive of rules is:
//
//	name: Rules of the site
//	version: 1.4.0
//	changelog:
//	  - version: 1.4.0
//	    date: 2026-03-02
//	    changes: [A rule for new administrators]
type Pack struct {
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Changelog []Change `json:"changelog,omitempty"` // the newest first
}

// Change is one version in a changelog.
type Change struct {
	Version string   `json:"version"`
	Date    string   `json:"date,omitempty"`
	Changes []string `json:"changes"`
}

// ReadPack reads the pack file at the top of fsys; nil when there is none.
func ReadPack(fsys fs.FS) (*Pack, error) {
	data, err := readLimited(fsys, PackFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", PackFile, err)
	}
	p, err := parsePack(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", PackFile, err)
	}
	return p, nil
}

func parsePack(data []byte) (*Pack, error) {
	docs, err := readYAML(data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 || docs[0].kind != mapNode {
		return nil, errors.New("want a map with name, version and changelog")
	}
	p := &Pack{}
	for _, kv := range docs[0].pairs {
		switch kv.key {
		case "name":
			p.Name = kv.val.scalar()
		case "version":
			p.Version = kv.val.scalar()
		case "changelog":
			for _, n := range kv.val.list {
				c := Change{Version: n.get("version").scalar(), Date: n.get("date").scalar(), Changes: n.get("changes").texts()}
				if c.Version == "" || len(c.Changes) == 0 {
					return nil, errors.New("changelog: each entry wants a version and changes")
				}
				p.Changelog = append(p.Changelog, c)
			}
		default:
			return nil, fmt.Errorf("unknown key %q", kv.key)
		}
	}
	if strings.TrimSpace(p.Name) == "" || strings.TrimSpace(p.Version) == "" {
		return nil, errors.New("a pack has a name and a version")
	}
	return p, nil
}
