package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"go.etcd.io/bbolt"
)

// picket.db holds state: what is folded from the log (findings and incidents),
// and what others put there (accounts, sessions, inventories, cursors, the
// audit). What is put is durable when the call returns; what is folded need not
// be, for it can be folded again: it waits in memory and is written now and then
// together with the number up to which the log was folded.

// Buckets of picket.db. Those of others have names that begin with ownPrefix.
const (
	metaBucket = "meta"
	ownPrefix  = "b:"
	logPrefix  = "j:"
)

// state is an open picket.db.
type state struct {
	db *bbolt.DB // nil: there is none, and nothing may be written

	mu     sync.RWMutex // guards the rest
	folded uint64       // all events up to here are folded
	tables [tables]table
}

// openState opens picket.db, or makes it.
func openState(path string, readOnly bool) (*state, error) {
	st := &state{}
	for i := range st.tables {
		st.tables[i].fresh = map[string]record{}
	}
	_, err := os.Stat(path)
	missing := errors.Is(err, os.ErrNotExist)
	if missing && readOnly {
		return st, nil
	}
	if missing {
		if err := createState(path); err != nil {
			return nil, fmt.Errorf("make %s: %w", filepath.Base(path), err)
		}
	}
	err = guard(func() (err error) {
		o := boltOptions(readOnly)
		o.InitialMmapSize = 1 << 30 // address space, so that writers need not wait for readers
		if st.db, err = bbolt.Open(path, 0o640, o); err == nil {
			st.db.AllocSize = 1 << 20
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	if b := st.raw(metaBucket, "folded"); len(b) == 8 {
		st.folded = keySeq(b)
	}
	return st, nil
}

func createState(path string) error {
	tmp := path + temporaryEnd
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(tmp, 0o640, boltOptions(false))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte(metaBucket))
		return err
	})
	if err = errors.Join(err, db.Sync(), db.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func (st *state) close() error {
	if st.db == nil {
		return nil
	}
	return st.db.Close()
}

// view runs fn over picket.db; fn is not called when there is none.
func (st *state) view(fn func(*bbolt.Tx) error) error {
	if st.db == nil {
		return nil
	}
	return guard(func() error { return st.db.View(fn) })
}

func (st *state) update(fn func(*bbolt.Tx) error) error {
	if st.db == nil || st.db.IsReadOnly() {
		return ErrReadOnly
	}
	return guard(func() error { return st.db.Update(fn) })
}

// raw returns a copy of a value, nil when there is none.
func (st *state) raw(bucket, key string) (out []byte) {
	_ = st.view(func(tx *bbolt.Tx) error {
		if b := tx.Bucket([]byte(bucket)); b != nil {
			out = bytes.Clone(b.Get([]byte(key)))
		}
		return nil
	})
	return out
}

func (st *state) text(bucket, key string) string { return string(st.raw(bucket, key)) }

func (st *state) setText(bucket, key, v string) error {
	if st.text(bucket, key) == v {
		return nil
	}
	return st.update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(v))
	})
}

// Bucket is a named part of the state: small records by key.
type Bucket struct {
	st   *state
	name []byte
}

// Bucket returns the bucket with this name; it need not be there before.
func (s *Store) Bucket(name string) Bucket {
	return Bucket{s.state, []byte(ownPrefix + name)}
}

// Get returns a copy of a record, nil when there is none.
func (b Bucket) Get(key string) (out []byte, err error) {
	err = b.st.view(func(tx *bbolt.Tx) error {
		if t := tx.Bucket(b.name); t != nil {
			out = bytes.Clone(t.Get([]byte(key)))
		}
		return nil
	})
	return out, err
}

// Put keeps a record. It is durable when Put returns.
func (b Bucket) Put(key string, record []byte) error {
	return b.PutAll(map[string][]byte{key: record})
}

// PutAll keeps several records in one commit: all of them, or none after an
// error. A nil record deletes.
func (b Bucket) PutAll(records map[string][]byte) error {
	return b.st.update(func(tx *bbolt.Tx) error {
		t, err := tx.CreateBucketIfNotExists(b.name)
		if err != nil {
			return err
		}
		for key, r := range records {
			if r == nil {
				err = t.Delete([]byte(key))
			} else {
				err = t.Put([]byte(key), r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Replace puts records in the place of all that the bucket has, in one commit.
func (b Bucket) Replace(records map[string][]byte) error {
	return b.st.update(func(tx *bbolt.Tx) error {
		if tx.Bucket(b.name) != nil {
			if err := tx.DeleteBucket(b.name); err != nil {
				return err
			}
		}
		t, err := tx.CreateBucket(b.name)
		if err != nil {
			return err
		}
		for key, r := range records {
			if err := t.Put([]byte(key), r); err != nil {
				return err
			}
		}
		return nil
	})
}

// Delete removes a record; that there is none is no error.
func (b Bucket) Delete(key string) error { return b.PutAll(map[string][]byte{key: nil}) }

// Each calls fn with the records in order of key until it returns false. They
// are copies of one moment; fn may change the bucket.
func (b Bucket) Each(fn func(key string, record []byte) bool) error {
	const page = 256
	var keys, records [][]byte
	for from := []byte(nil); ; {
		keys, records = keys[:0], records[:0]
		err := b.st.view(func(tx *bbolt.Tx) error {
			t := tx.Bucket(b.name)
			if t == nil {
				return nil
			}
			c := t.Cursor()
			for k, v := c.Seek(from); k != nil && len(keys) < page; k, v = c.Next() {
				keys = append(keys, bytes.Clone(k))
				records = append(records, append([]byte{}, v...))
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i := range keys {
			if !fn(string(keys[i]), records[i]) {
				return nil
			}
		}
		if len(keys) < page {
			return nil
		}
		from = append(keys[len(keys)-1], 0)
	}
}

// Save keeps v as JSON.
func Save(b Bucket, key string, v any) error {
	j, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("record %q: %w", key, err)
	}
	return b.Put(key, j)
}

// Load reads what [Save] kept, and reports whether there was anything.
func Load(b Bucket, key string, v any) (bool, error) {
	j, err := b.Get(key)
	if err != nil || j == nil {
		return false, err
	}
	if err := json.Unmarshal(j, v); err != nil {
		return false, fmt.Errorf("record %q: %w", key, err)
	}
	return true, nil
}

// Journal is a named part of the state that only grows: the audit, say.
type Journal struct {
	st   *state
	name []byte
}

// Journal returns the journal with this name; it need not be there before.
func (s *Store) Journal(name string) Journal {
	return Journal{s.state, []byte(logPrefix + name)}
}

// Append adds an entry and returns its number, from 1. It is durable when Append
// returns.
func (j Journal) Append(entry []byte) (n uint64, err error) {
	err = j.st.update(func(tx *bbolt.Tx) error {
		t, err := tx.CreateBucketIfNotExists(j.name)
		if err != nil {
			return err
		}
		if n, err = t.NextSequence(); err != nil {
			return err
		}
		return t.Put(seqKey(n), entry)
	})
	return n, err
}

// Newest calls fn with entries numbered below before (0: all), newest first,
// until it returns false. fn must not keep the entry, nor call the store.
func (j Journal) Newest(before uint64, fn func(n uint64, entry []byte) bool) error {
	if before == 0 {
		before--
	}
	return j.st.view(func(tx *bbolt.Tx) error {
		t := tx.Bucket(j.name)
		if t == nil {
			return nil
		}
		c := t.Cursor()
		k, _ := c.Seek(seqKey(before))
		var v []byte
		if k == nil {
			k, v = c.Last()
		} else {
			k, v = c.Prev()
		}
		for ; k != nil; k, v = c.Prev() {
			if !fn(keySeq(k), v) {
				break
			}
		}
		return nil
	})
}

// checkpointKey is where the engine's state lies.
const checkpointKey = "checkpoint"

// SetCheckpoint keeps what the engine knew after event seq.
func (s *Store) SetCheckpoint(seq uint64, engine []byte) error {
	return s.Bucket("engine").Put(checkpointKey, append(binary.BigEndian.AppendUint64(nil, seq), engine...))
}

// Checkpoint returns what [Store.SetCheckpoint] kept last, 0 and nil when
// nothing was.
func (s *Store) Checkpoint() (seq uint64, engine []byte, err error) {
	b, err := s.Bucket("engine").Get(checkpointKey)
	if err != nil || len(b) < 8 {
		return 0, nil, err
	}
	return keySeq(b[:8]), b[8:], nil
}
