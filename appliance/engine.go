package appliance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"picket/appliance/config"
	"picket/configs"
	"picket/correlate"
	"picket/correlate/sigma"
	"picket/normalize/ocsf"
	"picket/normalize/ocsf/filter"
	"picket/store"
)

// loadRules compiles the built-in pack, a folder of rules, or both. Rules that
// do not compile are listed and do not run; only a folder that cannot be read is
// an error.
func loadRules(c config.Rules, zone *time.Location) (*ruleSet, error) {
	from, rs := packs{}, &ruleSet{}
	if c.Builtin {
		pack, err := fs.Sub(configs.FS, "signatures")
		if err != nil {
			return nil, err
		}
		from["builtin"] = pack
	}
	if c.Folder != "" {
		site, bad, closeRules, err := OpenRules(c.Folder)
		if err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
		defer closeRules()
		from["site"] = site
		rs.fail(bad)
	}
	taxonomy, err := configs.FS.ReadFile("taxonomy.yaml")
	if err != nil {
		return nil, err
	}
	opt := correlate.RuleOptions{Placeholders: c.Placeholders, Modes: c.Modes, Zone: zone}
	rules, failures, err := correlate.LoadRules(from, taxonomy, opt)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	rs.rules, rs.count = rules, rules.Len()
	rs.fail(failures)
	rs.about(from)
	for _, w := range rules.Warnings() {
		rs.warnings = append(rs.warnings, w.Error())
	}
	return rs, nil
}

func (rs *ruleSet) fail(list []correlate.RuleError) {
	for _, f := range list {
		rs.failed = append(rs.failed, f.Error())
	}
}

// about reads what the packs say of themselves.
func (rs *ruleSet) about(from packs) {
	for _, place := range slices.Sorted(maps.Keys(from)) {
		p, err := sigma.ReadPack(from[place])
		if err != nil {
			rs.failed = append(rs.failed, place+": "+err.Error())
		}
		if p == nil {
			p = &sigma.Pack{}
		}
		x := Pack{Place: place, Pack: *p}
		for _, info := range rs.rules.List() {
			if strings.HasPrefix(info.File, place+"/") {
				x.Rules++
			}
		}
		rs.packs = append(rs.packs, x)
	}
}

// onlyFolder are the rules of a folder in place of the built-in pack, or with ""
// that.
func onlyFolder(folder string) config.Rules {
	return config.Rules{Builtin: folder == "", Folder: folder}
}

// parseFilters reads the filters of what is not kept.
func parseFilters(texts []string) ([]*filter.Expr, error) {
	var out []*filter.Expr
	for _, t := range texts {
		f, err := filter.Parse(t)
		if err != nil {
			return nil, fmt.Errorf("drop: %q: %w", t, err)
		}
		out = append(out, f)
	}
	return out, nil
}

// readInventory reads a CSV file of the site's hosts; "" gives none.
func readInventory(file string) (*correlate.Inventory, error) {
	if file == "" {
		return correlate.NewInventory(nil), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	defer f.Close()
	list, err := readAssets(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return correlate.NewInventory(list), nil
}

// engineOptions let the engine see what the log holds already, or will in a
// moment.
func engineOptions(st *store.Store, r *recent) correlate.Options {
	return correlate.Options{
		Exists: func(uid string) bool {
			if r.finding(uid) {
				return true
			}
			_, err := st.Finding(uid)
			return err == nil
		},
		Stored: func(uid string) *ocsf.Incident {
			if in := r.incident(uid); in != nil {
				return in
			}
			in, err := st.Incident(uid)
			if err != nil {
				return nil
			}
			return in
		},
	}
}

// resume gives the engine back what it knew, and shows it what was committed
// since: after a kill nothing of what it would have found is missing, and
// nothing is there twice.
func resume(ctx context.Context, st *store.Store, engine *correlate.Engine, rules *correlate.Rules, log *slog.Logger) error {
	seq, state, err := st.Checkpoint()
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if state != nil {
		if err := engine.Restore(state); err != nil {
			log.Warn("what the engine knew cannot be read; it learns from the whole log again", "error", err)
			seq = 0
		}
	}
	if seq >= st.Last() {
		return nil
	}
	if err := adopt(st, engine, max(seq, st.Stats().First)); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	var out correlate.Output
	scratch := rules.NewScratch()
	n := 0
	err = st.Read(ctx, seq, func(e *ocsf.Event) bool {
		switch {
		case e.Parser != ownParser:
			engine.Observe(e, rules.Match(e, scratch), &out)
			n++
		case e.Class == ocsf.EntityManagement: // a noise control
			engine.Observe(e, nil, &out)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	next, now := st.Next(), time.Now().UnixMilli()
	var late []*ocsf.Event
	for _, f := range out.Findings {
		f.Seq = next
		next++
		late = append(late, f.Event(now))
	}
	for _, in := range out.Incidents {
		in.Seq = next
		next++
		late = append(late, in.Event(now))
	}
	for _, c := range out.Controls {
		c.Seq = next
		next++
		late = append(late, c.Event(now))
	}
	if len(late) > 0 {
		if err := st.Append(ctx, late); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
	}
	if n > 0 {
		log.Info("the engine has caught up with the log", "events", n, "findings", len(out.Findings))
	}
	return nil
}

// adopt gives the engine the noise controls that it does not know of and that
// the log, read from after seq on, does not tell any more.
func adopt(st *store.Store, engine *correlate.Engine, seq uint64) error {
	list, err := st.Controls()
	for _, c := range list {
		if c.Seq <= seq {
			engine.Adopt(c)
		}
	}
	return err
}

// ownParser marks Picket's own findings and incidents in the log.
const ownParser = "picket"

// saveEngine returns the state of the engine for a checkpoint, nil when there is
// none to be had: the one before is kept then.
func saveEngine(en *correlate.Engine) []byte {
	b, err := en.Snapshot()
	if err != nil {
		return nil
	}
	return b
}

// keepState keeps the engine's state that came with a commit. A failure is no
// loss: the state before is there, and the log behind it.
func keepState(st *store.Store, c *commit, log *slog.Logger) {
	if c.state == nil {
		return
	}
	if err := st.SetCheckpoint(c.stateSeq, c.state); err != nil && !errors.Is(err, store.ErrClosed) {
		log.Warn("the engine's state was not kept", "error", err)
	}
}
