package appliance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// controls lists the noise controls, one a line.
func (c *Control) controls(w http.ResponseWriter, _ *http.Request) {
	all := c.Archive.Controls
	if c.Live != nil {
		all = c.Live.Controls
	}
	list, err := all()
	if err != nil {
		fault(w, err)
		return
	}
	ndjson(w, list)
}

// addControl makes the noise control of a JSON [ControlRequest].
func (c *Control) addControl(w http.ResponseWriter, r *http.Request) {
	var req ControlRequest
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	x, err := c.Live.AddControl(r.Context(), req)
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, x)
}

// PreviewRequest asks what a noise control would have hidden.
type PreviewRequest struct {
	Rule   string `json:"rule"`
	Filter string `json:"filter"`
	Days   int    `json:"days"`
}

const maxPreviewDays = 90

func (c *Control) previewControl(w http.ResponseWriter, r *http.Request) {
	var req PreviewRequest
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	if req.Days < 1 || req.Days > maxPreviewDays {
		refuse(w, http.StatusBadRequest, fmt.Errorf("days: want 1 to %d", maxPreviewDays))
		return
	}
	if req.Rule == "" && req.Filter == "" {
		refuse(w, http.StatusBadRequest, errors.New("name a rule, a filter, or both"))
		return
	}
	p, err := c.Archive.Preview(r.Context(), req.Rule, req.Filter, req.Days, time.Now())
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, p)
}

// endControl ends a noise control: {"by","note"}.
func (c *Control) endControl(w http.ResponseWriter, r *http.Request) {
	var req struct{ By, Note string }
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	uid := r.PathValue("uid")
	if err := c.Live.EndControl(r.Context(), uid, req.By, "", req.Note); err != nil {
		fault(w, err)
		return
	}
	x, err := c.Archive.Control(uid)
	if err != nil {
		fault(w, err)
		return
	}
	writeJSON(w, x)
}
