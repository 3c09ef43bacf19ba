package sigma

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// The limits of the names in an archive: looking up a path costs as much as it
// has folders.
const (
	maxName    = 512
	maxFolders = 32
)

// Zip shows a zip archive as a folder. Nothing is unpacked to disk and no more
// of a file is read than [Load] wants, so that an archive that claims to be
// small and is not does no harm. Entries that lead out of the archive, are no
// files, or stand there twice are left out and told.
func Zip(r io.ReaderAt, size int64) (fs.FS, []Failure, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, nil, err
	}
	if len(z.File) > maxFiles {
		return nil, nil, fmt.Errorf("more than %d files", maxFiles)
	}
	var failed []Failure
	seen := map[string]bool{}
	kept := z.File[:0]
	for _, f := range z.File {
		f.Name = strings.ReplaceAll(f.Name, `\`, "/")
		if f.FileInfo().IsDir() {
			continue // those that have files are there anyway
		}
		if why := refused(f, seen); why != "" {
			failed = append(failed, Failure{File: f.Name, Reason: why})
			continue
		}
		seen[f.Name] = true
		kept = append(kept, f)
	}
	z.File = kept
	return z, failed, nil
}

// refused says why a file of an archive is not used.
func refused(f *zip.File, seen map[string]bool) string {
	switch {
	case len(f.Name) > maxName || strings.Count(f.Name, "/") > maxFolders:
		return "the path is too long"
	case !fs.ValidPath(f.Name):
		return "the path leads out of the archive"
	case !f.Mode().IsRegular():
		return "neither a file nor a folder"
	case seen[f.Name]:
		return "it stands in the archive twice"
	}
	return ""
}

// LoadZip reads the rules of a zip archive, as [Load] does.
func LoadZip(r io.ReaderAt, size int64) ([]*Rule, []Failure) {
	fsys, failed, err := Zip(r, size)
	if err != nil {
		return nil, []Failure{{Reason: err.Error()}}
	}
	rules, more := Load(fsys)
	return rules, append(failed, more...)
}
