package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"picket/normalize/ocsf"
)

// Report is what a check found.
type Report struct {
	Segments int      `json:"segments"`
	Blocks   int      `json:"blocks"`
	Damaged  int      `json:"damaged"` // blocks, and files that cannot be read at all
	Problems []string `json:"problems,omitempty"`
}

// FileReport is what a check of one file found.
type FileReport struct {
	Blocks   int      `json:"blocks"`
	Events   int      `json:"events"`
	Damaged  int      `json:"damaged"`
	Problems []string `json:"problems,omitempty"` // the first of them
}

// maxProblems bounds what a report names.
const maxProblems = 20

func (r *FileReport) problem(format string, args ...any) {
	r.Damaged++
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// Check verifies every file of a stopped folder. Each is given to run, which
// should call [CheckFile] in a process of its own: a damaged file can end the
// process that reads it. A run that ends with an error counts as damage.
func Check(dir string, run func(path string) (FileReport, error)) (Report, error) {
	var r Report
	l, err := takeLock(filepath.Join(dir, lockName), true)
	if err != nil {
		return r, fmt.Errorf("data folder %s: %w", dir, err)
	}
	defer l.release()
	var paths []string
	for _, d := range []string{eventsDir, evidenceDir} {
		found, err := filepath.Glob(filepath.Join(dir, d, "*"+segmentEnd))
		if err != nil {
			return r, err
		}
		paths = append(paths, found...)
	}
	r.Segments = len(paths)
	if _, err := os.Stat(filepath.Join(dir, stateName)); err == nil {
		paths = append(paths, filepath.Join(dir, stateName))
	}
	for _, path := range paths {
		f, err := run(path)
		if err != nil {
			f.problem("cannot be checked: %v", err)
		}
		r.Blocks += f.Blocks
		r.Damaged += f.Damaged
		for _, p := range f.Problems {
			if len(r.Problems) < maxProblems {
				rel, err := filepath.Rel(dir, path)
				if err != nil {
					rel = path
				}
				r.Problems = append(r.Problems, rel+": "+p)
			}
		}
	}
	return r, nil
}

// CheckFile verifies one file of a folder: its pages, and every block in it down
// to each event.
func CheckFile(path string) (r FileReport, err error) {
	o := boltOptions(true)
	o.PreLoadFreelist = true
	err = guard(func() error {
		db, err := bbolt.Open(path, 0o640, o)
		if err != nil {
			return err
		}
		defer db.Close()
		return db.View(func(tx *bbolt.Tx) error {
			for err := range tx.Check() {
				r.problem("page: %v", err)
			}
			if r.Damaged > 0 {
				return nil // following damaged pages may not end
			}
			if filepath.Base(path) == stateName {
				return checkState(tx, &r)
			}
			return checkSegment(tx, &r)
		})
	})
	return r, err
}

func checkSegment(tx *bbolt.Tx, r *FileReport) error {
	ib, blocks, tail := tx.Bucket(infoBucket), tx.Bucket(blocksBucket), tx.Bucket(tailBucket)
	if ib == nil || blocks == nil || tail == nil {
		return errors.New("not a segment")
	}
	var info segmentInfo
	if err := json.Unmarshal(ib.Get(infoKey), &info); err != nil {
		return fmt.Errorf("info: %w", err)
	}
	kept := tx.Bucket(keptBucket)
	evidence := kept != nil && kept.Stats().KeyN > 0
	last := uint64(0)
	for _, b := range []*bbolt.Bucket{blocks, tail} {
		err := b.ForEach(func(key, data []byte) error {
			r.Blocks++
			if err := checkBlock(keySeq(key), append([]byte{}, data...), &last, evidence, r); err != nil {
				r.problem("block at %d: %v", keySeq(key), err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if r.Damaged == 0 && uint64(r.Events) != info.Events {
		r.problem("it has %d events, and should have %d", r.Events, info.Events)
	}
	if r.Damaged == 0 && !evidence && last != info.Last {
		r.problem("it ends with event %d, and should with %d", last, info.Last)
	}
	return nil
}

// checkBlock reads every event of a block. Numbers grow from block to block, but
// among kept evidence.
func checkBlock(key uint64, data []byte, last *uint64, evidence bool, r *FileReport) error {
	k, err := openBlock(data)
	if err != nil {
		return err
	}
	if k.firstSeq != key {
		return fmt.Errorf("it begins with event %d", k.firstSeq)
	}
	if evidence {
		*last = 0
	}
	var wrong error
	n := 0
	err = k.each(func(e *ocsf.Event) {
		n++
		if e.Seq <= *last && wrong == nil {
			wrong = fmt.Errorf("event %d follows %d", e.Seq, *last)
		}
		*last = e.Seq
		if e.Time < k.minTime || e.Time > k.maxTime || e.Seq > k.lastSeq {
			wrong = fmt.Errorf("event %d is outside of what the prelude says", e.Seq)
		}
	})
	r.Events += n
	if err == nil && n != k.events {
		err = errDamaged
	}
	return errors.Join(err, wrong)
}

func checkState(tx *bbolt.Tx, r *FileReport) error {
	for t := range tableNames {
		b, order := tx.Bucket([]byte(tableNames[t])), tx.Bucket([]byte(tableOrder[t]))
		if b == nil || order == nil {
			continue
		}
		err := b.ForEach(func(uid, v []byte) error {
			if len(v) < 8 || !json.Valid(v[8:]) {
				r.problem("%s %q is not whole", tableNames[t], uid)
			} else if string(order.Get(v[:8])) != string(uid) {
				r.problem("%s %q is not listed", tableNames[t], uid)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
