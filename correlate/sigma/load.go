package sigma

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"
)

// Limits of a folder or archive of rules.
const (
	maxFiles = 50_000
	maxTotal = 256 << 20 // bytes, unpacked
)

// Load reads the rules of every .yml and .yaml file below fsys, in the order of
// their paths. Files and folders whose names begin with a dot are left out.
func Load(fsys fs.FS) ([]*Rule, []Failure) {
	var files []string
	var failed []Failure
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			failed = append(failed, Failure{File: p, Reason: err.Error()})
			return nil
		}
		if p != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || path.Ext(p) != ".yml" && path.Ext(p) != ".yaml" {
			return nil
		}
		if files = append(files, p); len(files) > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return nil
	})
	if err != nil {
		return nil, append(failed, Failure{File: ".", Reason: err.Error()})
	}
	rules, more := parseAll(files, func(p string) ([]byte, error) { return readLimited(fsys, p) })
	return rules, append(failed, more...)
}

func readLimited(fsys fs.FS, p string) ([]byte, error) {
	f, err := fsys.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// parseAll reads files side by side and puts the rules in the order of files.
func parseAll(files []string, read func(string) ([]byte, error)) ([]*Rule, []Failure) {
	type result struct {
		rules  []*Rule
		failed []Failure
	}
	results := make([]result, len(files))
	next := make(chan int)
	var wait sync.WaitGroup
	var lock sync.Mutex // guards total
	total := 0
	for range min(runtime.GOMAXPROCS(0), 4) {
		wait.Go(func() {
			for i := range next {
				data, err := read(files[i])
				lock.Lock()
				total += len(data)
				over := total > maxTotal
				lock.Unlock()
				if err == nil && over {
					err = fmt.Errorf("more than %d bytes of rules", maxTotal)
				}
				if err != nil {
					results[i].failed = []Failure{{File: files[i], Reason: err.Error()}}
					continue
				}
				results[i].rules, results[i].failed = Parse(data, files[i])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wait.Wait()
	var rules []*Rule
	var failed []Failure
	for _, r := range results {
		rules = append(rules, r.rules...)
		failed = append(failed, r.failed...)
	}
	return rules, failed
}

// LoadZip reads the rules of a zip archive, as [Load] does. Entries that point
// outside the archive are refused; nothing is written anywhere.
func LoadZip(r io.ReaderAt, size int64) ([]*Rule, []Failure) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, []Failure{{Reason: err.Error()}}
	}
	if len(z.File) > maxFiles {
		return nil, []Failure{{Reason: fmt.Sprintf("more than %d files", maxFiles)}}
	}
	byName := map[string]*zip.File{}
	var files []string
	var failed []Failure
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" || !f.Mode().IsRegular() {
			continue
		}
		if !fs.ValidPath(name) {
			failed = append(failed, Failure{File: f.Name, Reason: "the path leads out of the archive"})
			continue
		}
		if byName[name] == nil {
			files = append(files, name)
		}
		byName[name] = f
	}
	rules, more := parseAll(files, func(p string) ([]byte, error) {
		f, err := byName[p].Open()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, maxFile+1))
	})
	return rules, append(failed, more...)
}
