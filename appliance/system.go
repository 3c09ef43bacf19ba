package appliance

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"

	"golang.org/x/sys/unix"
)

// memory returns how much memory the process holds now and the most it ever
// held, in bytes; 0 where /proc does not tell.
func memory() (now, peak int64) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	return kilobytes(b, "VmRSS:"), kilobytes(b, "VmHWM:")
}

// kilobytes reads a line "VmRSS:   1234 kB" of /proc/self/status, in bytes.
func kilobytes(status []byte, name string) int64 {
	_, rest, ok := bytes.Cut(status, []byte(name))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// diskFree returns the free bytes of the file system of path, -1 when unknown.
func diskFree(path string) int64 {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return -1
	}
	return int64(s.Bavail) * s.Bsize
}

// clockState asks the kernel whether something keeps its clock right.
func clockState() Clock {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return Clock{}
	}
	return Clock{Known: true, Synchronized: state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, ErrorMicros: t.Maxerror}
}

// softLimit is how much memory the Go heap may take before the collector works
// harder; the box has 1 GB, of which mapped files want a part.
const softLimit = 288 << 20

// LimitMemory keeps the process small, unless the environment (GOGC,
// GOMEMLIMIT) says otherwise.
func LimitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softLimit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(60)
	}
}
