package webui

import (
	"net/http"
	"time"

	"picket/webui/view"
)

func (s *Server) overview(w http.ResponseWriter, r *request) error {
	ctx := r.Context()
	urgent, _, err := s.opt.Incidents.List(ctx, view.IncidentQuery{State: "open", Now: s.opt.Now().UnixMilli(), Limit: 6})
	if err != nil {
		return err
	}
	_, mine, err := s.opt.Incidents.List(ctx, view.IncidentQuery{State: "open", Now: s.opt.Now().UnixMilli(), Owner: r.user(), Limit: 1})
	if err != nil {
		return err
	}
	status, err := s.opt.Status.Status(ctx)
	if err != nil {
		return err
	}
	sources, err := s.opt.Devices.Sources(ctx)
	if err != nil {
		return err
	}
	hours, err := s.hours(r, 48)
	if err != nil {
		return err
	}
	p := s.page(r, "overview", "Overview")
	p.Refresh = 15
	return s.draw(w, r, http.StatusOK, view.Overview(p, view.OverviewData{
		Urgent: urgent, Mine: mine, Checks: status.Checks, Hours: hours, Sources: sources, Status: status,
	}))
}

// hours counts the events of the last n hours, the running one among them.
func (s *Server) hours(r *request, n int) ([]view.Bar, error) {
	end := s.opt.Now().Truncate(time.Hour).Add(time.Hour)
	from := end.Add(-time.Duration(n) * time.Hour)
	counts, err := s.opt.Events.Counts(r.Context(), from, time.Hour, n)
	if err != nil {
		return nil, err
	}
	bars := make([]view.Bar, len(counts))
	for i, c := range counts {
		at := from.Add(time.Duration(i) * time.Hour)
		bars[i] = view.Bar{From: at.UnixMilli(), To: at.Add(time.Hour).UnixMilli(), Events: c}
	}
	return bars, nil
}

func (s *Server) status(w http.ResponseWriter, r *request) error {
	st, err := s.opt.Status.Status(r.Context())
	if err != nil {
		return err
	}
	if len(st.Pages) == 0 {
		st.Pages = s.hub.counts().Facts()
	}
	p := s.page(r, "status", "Status")
	p.Refresh = 10
	return s.draw(w, r, http.StatusOK, view.StatusPage(p, st))
}
