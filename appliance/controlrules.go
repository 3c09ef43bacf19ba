package appliance

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"picket/appliance/config"
	"picket/correlate"
)

// rulesInForce are the running appliance's signatures, else those that a stopped
// one would run.
func (c *Control) rulesInForce() (*correlate.Rules, error) {
	rs, err := c.ruleSet()
	if err != nil {
		return nil, err
	}
	return rs.rules, nil
}

func (c *Control) ruleSet() (*ruleSet, error) {
	if c.Live != nil {
		return c.Live.rules.Load(), nil
	}
	conf := config.Default()
	if c.Load != nil {
		var err error
		if conf, err = c.Load(); err != nil {
			return nil, err
		}
	}
	zone, err := config.Zone(conf.Timezone)
	if err != nil {
		return nil, fmt.Errorf("timezone: %w", err)
	}
	return loadRules(conf.Rules, zone)
}

// packs lists the packs of signatures, one a line.
func (c *Control) packs(w http.ResponseWriter, _ *http.Request) {
	rs, err := c.ruleSet()
	if err != nil {
		fault(w, err)
		return
	}
	ndjson(w, rs.packs)
}

// ruleStats lists the signatures with what they did, one a line.
func (c *Control) ruleStats(w http.ResponseWriter, _ *http.Request) {
	stats := c.Archive.RuleStats
	if c.Live != nil {
		stats = c.Live.RuleStats
	}
	list, err := stats()
	if err != nil {
		fault(w, err)
		return
	}
	ndjson(w, list)
}

// why explains one signature on one event: ?rule=ID&event=SEQ.
func (c *Control) why(w http.ResponseWriter, r *http.Request) {
	seq, err := strconv.ParseUint(r.URL.Query().Get("event"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	rules, err := c.rulesInForce()
	if err != nil {
		fault(w, err)
		return
	}
	x, err := c.Archive.whyNot(rules, r.URL.Query().Get("rule"), seq)
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, x)
}

// tune drafts a filter for a signature: ?rule=ID.
func (c *Control) tune(w http.ResponseWriter, r *http.Request) {
	rules, err := c.rulesInForce()
	if err != nil {
		fault(w, err)
		return
	}
	t, err := c.Archive.tune(rules, r.URL.Query().Get("rule"))
	if err != nil {
		fault(w, err)
		return
	}
	if c.Live != nil {
		t.Folder = c.Live.Config().Rules.Folder
	}
	writeJSON(w, t)
}

// saveTuning saves a filter: {"rule","yaml","by"}.
func (c *Control) saveTuning(w http.ResponseWriter, r *http.Request) {
	var req struct{ Rule, YAML, By string }
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	name, err := c.Live.SaveTuning(r.Context(), req.Rule, req.YAML, req.By, "")
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, map[string]string{"file": name})
}
