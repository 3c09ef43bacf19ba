package soc

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
)

const maxQuarantine = 256 << 20

// quarantine keeps a batch that is none for people to look at, as long as there
// is room.
func (v *vault) quarantine(n uint64, why error, subject string, header map[string][]string, payload []byte) error {
	const dir = "quarantine"
	if err := makeDirs(v.root, dir); err != nil {
		return fmt.Errorf("soc: %w", err)
	}
	if v.held < 0 {
		entries, err := fs.ReadDir(v.root.FS(), dir)
		if err != nil {
			return fmt.Errorf("soc: %w", err)
		}
		v.held = 0
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				v.held += info.Size()
			}
		}
	}
	text := fmt.Appendf(nil, "%s\n%s\n", why, subject)
	for name, values := range header {
		text = fmt.Appendf(text, "%q: %q\n", name, values)
	}
	text = append(append(text, '\n'), payload...)
	if v.held+int64(len(text)) > maxQuarantine {
		return nil
	}
	v.held += int64(len(text))
	name := path.Join(dir, strconv.FormatUint(n, 10)+".msg")
	f, err := v.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("soc: %w", err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = syncDir(v.root, dir)
	}
	return err
}
