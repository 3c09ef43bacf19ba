package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// lock holds a data folder for this process: alone to write, together with
// other readers to read. The kernel lets it go when the process ends, however.
type lock struct{ f *os.File }

// takeLock takes the lock at path. The holder's process id stands in the file.
func takeLock(path string, shared bool) (*lock, error) {
	flags, how := os.O_RDWR|os.O_CREATE, syscall.LOCK_EX
	if shared {
		flags, how = os.O_RDONLY, syscall.LOCK_SH
	}
	f, err := os.OpenFile(path, flags, 0o640)
	if shared && errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("no Picket data here")
	}
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		b, _ := io.ReadAll(io.LimitReader(f, 32))
		f.Close()
		if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
			return nil, fmt.Errorf("in use by process %d (stop it first, or ask it)", pid)
		}
		return nil, errors.New("in use by another process (stop it first)")
	}
	if err == nil && !shared {
		if err = f.Truncate(0); err == nil {
			_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock: %w", err)
	}
	return &lock{f}, nil
}

func (l *lock) release() error {
	if l == nil || l.f == nil {
		return nil
	}
	return l.f.Close()
}
