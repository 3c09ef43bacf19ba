package appliance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"picket/correlate/sigma"
)

// maxArchive bounds a zip archive of rules.
const maxArchive = 64 << 20

// OpenRules shows rules as a folder: those of a folder, of a zip archive, or of
// one file. What of an archive cannot be used is told; close what is returned
// when the rules are read.
func OpenRules(path string) (fsys fs.FS, failed []sigma.Failure, close func() error, err error) {
	nothing := func() error { return nil }
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, nil, err
	case st.IsDir():
		return os.DirFS(path), nil, nothing, nil
	case !st.Mode().IsRegular():
		return nil, nil, nil, fmt.Errorf("%s is neither a folder nor a file", path)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".zip":
		return openZip(path, st.Size())
	case ".yml", ".yaml":
		return oneFile{filepath.Dir(path), filepath.Base(path)}, nil, nothing, nil
	}
	return nil, nil, nil, fmt.Errorf("%s: rules are a folder, a .zip archive, or a .yml file", path)
}

func openZip(path string, size int64) (fs.FS, []sigma.Failure, func() error, error) {
	if size > maxArchive {
		return nil, nil, nil, fmt.Errorf("%s is larger than %d MiB", path, maxArchive>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, nil, err
	}
	fsys, failed, err := sigma.Zip(f, size)
	if err != nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return fsys, failed, f.Close, nil
}

// oneFile is a folder that shows one of its files.
type oneFile struct{ dir, name string }

// Open implements [fs.FS].
func (o oneFile) Open(name string) (fs.File, error) {
	if name != o.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return os.Open(filepath.Join(o.dir, o.name))
}

// Stat implements [fs.StatFS]; the folder itself is there.
func (o oneFile) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		return os.Stat(o.dir)
	}
	if name != o.name {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return os.Stat(filepath.Join(o.dir, o.name))
}

// ReadDir implements [fs.ReadDirFS].
func (o oneFile) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	st, err := os.Stat(filepath.Join(o.dir, o.name))
	if err != nil {
		return nil, err
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(st)}, nil
}
