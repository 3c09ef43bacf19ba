package soc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
)

const (
	indexName   = "index"
	maxIndex    = 8 << 20 // then it is written anew
	maxLine     = 1 << 20
	newIndexExt = ".new"
)

// record is what became true of one series with one commit. All that a
// record says is joined to what earlier ones said, so that a record may come
// twice.
type record struct {
	Tenant string `json:"tenant"`
	Site   string `json:"site"`
	Lane   string `json:"lane"`
	Log    string `json:"log"`

	From uint64 `json:"from,omitempty"` // a span that is stored
	To   uint64 `json:"to,omitempty"`
	Base uint64 `json:"base,omitempty"` // receipted before, perhaps by another consumer
	Lost uint64 `json:"lost,omitempty"` // what the box says that it lost
	File int    `json:"file"`           // number of the file that is written to
	Size int64  `json:"size"`           // bytes of it that count
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine appends the records of one commit as one line: CRC32C of the JSON in
// hex, a space, the JSON. A line is whole or not there.
func appendLine(b []byte, records ...record) []byte {
	j, err := json.Marshal(records)
	if err != nil {
		panic("soc: " + err.Error()) // strings and numbers
	}
	return fmt.Appendf(b, "%08x %s\n", crc32.Checksum(j, castagnoli), j)
}

var errLine = errors.New("not a whole line")

func parseLine(line []byte) ([]record, error) {
	sum, j, ok := bytes.Cut(bytes.TrimSuffix(line, []byte{'\n'}), []byte{' '})
	if !ok {
		return nil, errLine
	}
	want, err := strconv.ParseUint(string(sum), 16, 32)
	if err != nil || crc32.Checksum(j, castagnoli) != uint32(want) {
		return nil, errLine
	}
	var records []record
	if err := json.Unmarshal(j, &records); err != nil {
		return nil, errLine
	}
	return records, nil
}

// readIndex calls each for every record and returns how many bytes of the file
// are good. A torn last line was never committed and is left out; damage
// before the end is an error.
func readIndex(root *os.Root, each func(record) error) (int64, error) {
	f, err := root.Open(indexName)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, maxLine)
	var good int64
	for {
		line, err := in.ReadSlice('\n')
		if err == io.EOF {
			return good, nil // what is left has no end: torn
		}
		if err != nil {
			return good, fmt.Errorf("soc: index at byte %d: %w", good, err)
		}
		records, err := parseLine(line)
		if err != nil {
			if _, peek := in.Peek(1); peek == io.EOF {
				return good, nil
			}
			return good, fmt.Errorf("soc: index at byte %d is damaged; put %s aside, and what is resent is stored again", good, indexName)
		}
		for _, r := range records {
			if err := each(r); err != nil {
				return good, err
			}
		}
		good += int64(len(line))
	}
}

// replaceIndex writes the index anew.
func replaceIndex(root *os.Root, b []byte) error {
	f, err := root.OpenFile(indexName+newIndexExt, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = root.Rename(indexName+newIndexExt, indexName)
	}
	if err == nil {
		err = syncDir(root, ".")
	}
	return err
}

// syncDir makes the entries of a folder durable.
func syncDir(root *os.Root, name string) error {
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// makeDirs makes a folder and those above it, durably.
func makeDirs(root *os.Root, name string) error {
	if _, err := root.Stat(name); err == nil {
		return nil
	}
	if err := root.MkdirAll(name, 0o700); err != nil {
		return err
	}
	for d := path.Dir(name); ; d = path.Dir(d) {
		if err := syncDir(root, d); err != nil || d == "." {
			return err
		}
	}
}
