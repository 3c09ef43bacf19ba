package sigma

import (
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
// their paths. Files and folders whose names begin with a dot are left out, and
// so is pack.yaml, which speaks of a pack as a whole.
func Load(fsys fs.FS) ([]*Rule, []Failure) {
	files, failed := list(fsys)
	rules, more := parseAll(files, func(p string) ([]byte, error) { return readLimited(fsys, p) })
	return rules, append(failed, more...)
}

// Files calls f with every file that [Load] would read, in the same order, and
// stops at the first error.
func Files(fsys fs.FS, f func(name string, data []byte) error) error {
	files, failed := list(fsys)
	if len(failed) > 0 {
		return failed[0]
	}
	total := 0
	for _, p := range files {
		data, err := readLimited(fsys, p)
		if total += len(data); err == nil && (len(data) > maxFile || total > maxTotal) {
			err = fmt.Errorf("%s: more than %d bytes in a file or %d in all", p, maxFile, maxTotal)
		}
		if err == nil {
			err = f(p, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list finds the files of rules below fsys, and what cannot be looked at.
func list(fsys fs.FS) (files []string, failed []Failure) {
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
		if !d.Type().IsRegular() || !ruleFile(p) {
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
	return files, failed
}

// ruleFile reports whether a file of this path holds rules.
func ruleFile(p string) bool {
	ext := path.Ext(p)
	return (ext == ".yml" || ext == ".yaml") && path.Base(p) != PackFile
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
