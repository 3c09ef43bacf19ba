package appliance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"picket/correlate/sigma"
	"picket/webui/view"
)

// maxTuning bounds a filter document that a person hands in, in bytes.
const maxTuning = 64 << 10

// SaveTuning writes a filter for a rule into the site's own rules, and puts it in
// force, audited. The text must be filters that name their rules, and nothing
// else: no page writes signatures. It returns the file's name.
func (a *Appliance) SaveTuning(ctx context.Context, rule, yaml, by, from string) (string, error) {
	info, ok := a.rules.Load().rules.Info(rule)
	if !ok {
		return "", fmt.Errorf("there is no signature %q: %w", rule, ErrNotFound)
	}
	folder := a.Config().Rules.Folder
	if folder == "" {
		return "", fmt.Errorf("this site has no folder of its own rules: set rules.folder in the configuration: %w", ErrRefused)
	}
	if st, err := os.Stat(folder); err != nil || !st.IsDir() {
		return "", fmt.Errorf("%s is no folder that a filter could be saved in: %w", folder, ErrRefused)
	}
	if err := onlyFilters(yaml); err != nil {
		return "", fmt.Errorf("%w: %w", err, ErrRefused)
	}
	name, err := a.saveRules(folder, "tune-"+fileWord(info.ID), yaml)
	if err != nil {
		return "", err
	}
	now := a.opt.Now().UnixMilli()
	return name, audit(a.store, view.AuditEntry{Time: now, By: by, From: from, Action: "tuned signature", Object: info.ID, Detail: name})
}

// saveRules writes a file of rules and puts it in force. What does not run is not
// kept: a person who is told that a filter is in force does not look again.
func (a *Appliance) saveRules(folder, stem, yaml string) (string, error) {
	a.loading.Lock()
	defer a.loading.Unlock()
	name, err := writeNew(folder, stem, []byte(yaml))
	if err != nil {
		return "", fmt.Errorf("the filter cannot be saved: %w: %w", err, ErrRefused)
	}
	if err = a.reloadRules(); err == nil {
		if err = a.rules.Load().runs("site/" + name); err == nil {
			return name, nil
		}
		err = fmt.Errorf("%w: %w", err, ErrRefused)
	}
	if gone := os.Remove(filepath.Join(folder, name)); gone != nil {
		return "", errors.Join(err, gone)
	}
	return "", errors.Join(err, a.reloadRules())
}

// runs says why something of a file does not run, nil when all of it does.
func (rs *ruleSet) runs(file string) error {
	for _, f := range rs.failed {
		if why, ok := strings.CutPrefix(f, file+": "); ok {
			return errors.New("it does not run: " + why)
		}
	}
	return nil
}

// onlyFilters refuses what is not one filter or several, each for named rules.
func onlyFilters(yaml string) error {
	if len(yaml) > maxTuning {
		return fmt.Errorf("the text is longer than %d KiB", maxTuning>>10)
	}
	rules, failed := sigma.Parse([]byte(yaml), "tuning.yml")
	for _, f := range failed {
		return errors.New(f.Reason)
	}
	for _, r := range rules {
		switch {
		case r.Filter == nil:
			return fmt.Errorf("%q is no filter", r.Title)
		case len(r.Filter.Rules) == 0:
			return fmt.Errorf("%q would narrow every signature: name its rules", r.Title)
		case len(r.Warnings) > 0:
			return errors.New(r.Warnings[0])
		}
	}
	return nil
}

// fileWord makes a name of a file out of a rule's id.
func fileWord(id string) string {
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, id)
	return word[:min(len(word), 80)]
}

// writeNew writes a file that is not there yet, whole or not at all, durably.
func writeNew(folder, stem string, data []byte) (string, error) {
	tmp, err := os.CreateTemp(folder, ".tuning-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Sync(), tmp.Chmod(0o640), tmp.Close()); err != nil {
		return "", err
	}
	for n := 1; n < 1000; n++ {
		name := fmt.Sprintf("%s-%d.yml", stem, n)
		switch err := os.Link(tmp.Name(), filepath.Join(folder, name)); {
		case err == nil:
			return name, nil
		case !errors.Is(err, fs.ErrExist):
			return "", err
		}
	}
	return "", errors.New("there are too many filters for this signature")
}

// reloadRules reads the signatures again, and puts them in force between two
// batches.
func (a *Appliance) reloadRules() error {
	st, rules, err := prepareStage(a.Config(), a.opt.Now)
	if err != nil {
		return err
	}
	a.pipe.stage.Store(st)
	a.rules.Store(rules)
	return nil
}
