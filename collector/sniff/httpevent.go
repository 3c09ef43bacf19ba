package sniff

import (
	"strings"

	"picket/normalize/ocsf"
)

// tell gives the event of a transaction.
func (h *httpReader) tell(t *httpTx) {
	e := h.s.event(h.f, ocsf.HTTPActivity, t.time)
	e.Activity = httpActivity(t.method)
	if t.method != "" {
		if !e.SetText(ocsf.HTTPMethod, t.method) || e.Text(ocsf.HTTPMethod) != t.method {
			e.Set(ocsf.ActivityName, ocsf.Text(t.method))
		}
	}
	setText(e, ocsf.HTTPVersion, t.version)
	setText(e, ocsf.UserAgent, t.agent)
	setText(e, ocsf.Referrer, t.referrer)
	setText(e, ocsf.UserName, t.user)
	for _, a := range strings.Split(t.forward, ",") {
		if a = strings.TrimSpace(a); a != "" {
			e.SetText(ocsf.ForwardedFor, a)
		}
	}
	setURL(e, "http", t.host, t.uri, t.method == "CONNECT")
	if t.req.size > 0 {
		e.SetInt(ocsf.RequestLength, t.req.size)
	}
	if t.answered {
		e.SetInt(ocsf.HTTPCode, int64(t.code))
		setText(e, ocsf.ResponseMsg, t.message)
		setText(e, ocsf.ContentType, t.contentType)
		if t.resTime >= t.time {
			e.SetInt(ocsf.ResponseTime, (t.resTime-t.time)/1e6)
		}
		e.SetInt(ocsf.ResponseLength, t.res.size)
		e.SetInt(ocsf.StatusID, ocsf.Success)
		if t.code >= 400 {
			e.SetInt(ocsf.StatusID, ocsf.Failure)
		}
		if t.server != "" {
			e.SetUnmapped("server", ocsf.Text(t.server))
		}
	}
	h.files(e, t)
	h.s.give(e)
}

// files says which files the transaction carried: what came with the response
// stands in its event, or else what the request brought; if both did, that has
// an event of its own.
func (h *httpReader) files(e *ocsf.Event, t *httpTx) {
	if t.res.name == "" {
		t.res.name = e.Text(ocsf.URLPath)
		if i := strings.LastIndexByte(t.res.name, '/'); i >= 0 {
			t.res.name = t.res.name[i+1:]
		}
	}
	if t.req.name == "" {
		t.req.name = t.res.name
	}
	if sum := t.res.close(h.s); sum != "" {
		t.res.set(e, sum)
		h.s.file(h.f, &t.req, 1)
		return
	}
	t.req.set(e, t.req.close(h.s))
}

func setText(e *ocsf.Event, f ocsf.Field, s string) {
	if s != "" {
		e.Set(f, ocsf.Text(s))
	}
}

func httpActivity(method string) uint8 {
	for i, m := range [...]string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "PATCH"} {
		if method == m {
			return uint8(i + 1)
		}
	}
	return ocsf.Other
}
