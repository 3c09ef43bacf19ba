package webui

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func TestSearch(t *testing.T) {
	f, _, v := signedInto(t)
	count := func(path string, want int) answer {
		t.Helper()
		a := v.get(path)
		if n := strings.Count(a.body, `<tr class="row`); n != want || a.status != 200 {
			t.Errorf("%s: status %d, %d rows, want %d", path, a.status, n, want)
		}
		return a
	}
	count("/events?range=all", 18)
	count("/events?q=user.name:m.weber&range=all", 8)
	count("/events?q=src:203.0.113.0/24+AND+NOT+%22Failed+password%22&range=all", 8)
	count("/events?range=15m", 3)
	count("/events?range=&from=2026-11-24T02:25:41&to=2026-11-24T02:25:44", 3)
	v.wants(count("/events?q=nosuchword&range=all", 0), 200, "No event matches.")
	v.wants(v.get("/events/3"), 200, "FGT60F0000000001")
	v.wants(v.get("/events/17"), 200, "nobody: kept as it came")

	in := f.stories["7f3a91c2"].Event(now.UnixMilli())
	in.Seq = uint64(len(f.log) + 1)
	f.log = append(f.log, in)
	a := v.get(fmt.Sprintf("/events/%d", in.Seq))
	v.wants(a, 200, `href="/incidents/7f3a91c2">Its incident`)
	if strings.Contains(a.body, "picket.incident</bdi>") {
		t.Error("the whole incident is shown as a key of the vendor's")
	}
	_, rest, _ := strings.Cut(v.get("/events/3").body, `href="`+"/events?from=")
	path, _, _ := strings.Cut(rest, `"`)
	count("/events?from="+strings.ReplaceAll(path, "&amp;", "&"), 6)
}

func TestSearchSaysWhatIsWrong(t *testing.T) {
	_, _, v := signedInto(t)
	for path, says := range map[string][]string{
		"/events?q=user.name:(bob+alice)":              {"At character 11: a list of values cannot stand here.", "<mark><bdi>(bob</bdi></mark>", `value="user.name:(bob alice)"`},
		"/events?q=%C3%BCb+)":                          {"At character 4: the ) has no (."},
		"/events?q=a+AND":                              {"At character 6"},
		"/events?range=&from=soon":                     {"The time in “From” is none.", `value="soon"`},
		"/events?range=&from=2026-11-24&to=2026-11-23": {"The time ends before it begins."},
		"/events/live?q=(":                             {"At character"},
	} {
		a := v.get(path)
		for _, s := range says {
			v.wants(a, 422, s)
		}
	}
}

func TestSearchGoesOn(t *testing.T) {
	f, _, v := signedInto(t)
	for i := range 250 {
		e := &ocsf.Event{Class: ocsf.BaseEvent, Time: now.UnixMilli(), Seq: uint64(len(f.log) + 1), Raw: fmt.Sprintf("filler %d", i), Parser: "generic"}
		f.log = append(f.log, e)
	}
	path, seen := "/events?q=filler", 0
	for range 5 {
		a := v.get(path)
		seen += strings.Count(a.body, `<tr class="row`)
		_, rest, more := strings.Cut(a.body, `rel="next" href="`)
		if !more {
			break
		}
		path, _, _ = strings.Cut(rest, `"`)
		path = strings.ReplaceAll(path, "&amp;", "&")
	}
	if seen != 250 {
		t.Errorf("%d events on all pages together, want each of 250 once", seen)
	}
}

func TestImport(t *testing.T) {
	f, _, v := signedInto(t)
	v.get("/devices/inventory")
	v.wants(v.post("/devices/inventory", "csv", ""), 422, "Choose a file or paste its text.")
	v.wants(v.post("/devices/inventory", "csv", "name\nx"), 422, "The first line must be")
	a := v.post("/devices/inventory", "csv", "address,name,role,worth\nnowhere,<b>,x,low\n192.0.2.1,a,b,low\n")
	v.wants(a, 422, "Nothing was imported: one line is wrong.")
	v.wants(a, 422, "line 2")
	v.wants(a, 422, "nowhere,&lt;b&gt;,x,low")
	v.goes(v.post("/devices/inventory", "csv", "address,name,role,worth\n192.0.2.1,a,b,low\n"), "/devices/inventory?done=imported")

	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("csrf", v.token)
	part, err := m.CreateFormFile("file", "hosts.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, "address,name,role,worth\n192.0.2.2,filed,x,high\n")
	m.Close()
	v.goes(v.ask("POST", "/devices/inventory", &b, m.FormDataContentType()), "/devices/inventory?done=imported")
	v.wants(v.get("/devices/inventory"), 200, "filed")
	if len(f.assets) != 1 {
		t.Errorf("%d assets", len(f.assets))
	}
	v.wants(v.post("/devices/inventory", "csv", strings.Repeat("x", maxForm)), 413, "more than this form takes")
}

func TestOverviewAndStatus(t *testing.T) {
	_, _, v := signedInto(t)
	a := v.get("/")
	for _, says := range []string{"203.0.113.66 guessed", "sw-core3 fell silent", "1 fell silent", "connected, 419 waiting", "Events per hour", "1 of them is yours"} {
		if !strings.Contains(a.body, says) {
			t.Errorf("the overview does not say %q", says)
		}
	}
	a = v.get("/status")
	for _, says := range []string{"8\u202f612\u202f004", "tls:6514", "incidents and findings", "12 days left", "unknown modifier", "41 %", "0 dropped as too slow"} {
		if !strings.Contains(a.body, says) {
			t.Errorf("the status does not say %q", says)
		}
	}
	if strings.Contains(a.body, ">no</span>") {
		t.Error("an account does not add up")
	}
}

func TestSlowDataIsTold(t *testing.T) {
	f, _, v := signedInto(t)
	f.failWith = fmt.Errorf("searching: %w", context.DeadlineExceeded)
	v.wants(v.get("/events?range=all"), 503, "That took too long.")
}
