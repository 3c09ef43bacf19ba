package appliance

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"picket/correlate"
)

// rulesInForce are the running appliance's signatures, else the built-in pack.
func (c *Control) rulesInForce() (*correlate.Rules, error) {
	if c.Live != nil {
		return c.Live.rules.Load().rules, nil
	}
	rs, err := loadRules(true, "")
	if err != nil {
		return nil, err
	}
	return rs.rules, nil
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
