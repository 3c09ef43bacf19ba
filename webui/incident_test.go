package webui

import (
	"strings"
	"testing"

	"picket/normalize/ocsf"
)

func TestAnIncidentIsTakenToItsEnd(t *testing.T) {
	f, _, v := signedInto(t)
	const at = "/incidents/7f3a91c2"
	a := v.get(at)
	for _, says := range []string{"nobody&#39;s yet", "412 failed logins of m.weber", "Brute Force: Password Guessing", "file server", "the login worked after 412 failures",
		"Failed password for m.weber", "the same source and user as the failed logins", "Lock the account m.weber", "Is it real?"} {
		if !strings.Contains(a.body, says) && !strings.Contains(a.body, strings.ReplaceAll(says, "&#39;", "'")) {
			t.Errorf("the page does not say %q", says)
		}
	}
	v.goes(v.post(at+"/assign", "seen", "new", "value", "admin"), at+"?done=assigned")
	v.goes(v.post(at+"/state", "seen", "new", "value", "triaged"), at+"?done=state")
	v.goes(v.post(at+"/comment", "text", "Done: Lock the account m.weber and end its sessions now."), at+"?done=done")
	a = v.get(at)
	v.wants(a, 200, `aria-label="done"`)

	v.wants(v.post(at+"/state", "seen", "new", "value", "contained"), 409, "Someone else changed it meanwhile.")
	v.wants(v.post(at+"/state", "seen", "triaged", "value", "closed"), 422, "Only closing with a verdict")
	v.wants(v.post(at+"/state", "seen", "triaged", "value", "new"), 422, "Only closing with a verdict")
	v.wants(v.post(at+"/assign", "seen", "triaged", "value", "nobody"), 422, "no account of this name")
	v.wants(v.post(at+"/comment", "text", "  "), 422, "Write something first.")

	a = v.post(at+"/close", "seen", "triaged", "note", "the account is <locked>")
	v.wants(a, 422, "not closed without a verdict")
	v.wants(a, 422, "the account is &lt;locked&gt;</textarea>")
	a = v.post(at+"/close", "seen", "triaged", "verdict", "true_positive")
	v.wants(a, 422, "not closed without a note")
	v.wants(a, 422, `value="true_positive" required checked`)
	v.goes(v.post(at+"/close", "seen", "triaged", "verdict", "true_positive", "note", "locked"), at+"?done=closed")
	a = v.get(at)
	v.wants(a, 200, "True positive")
	if strings.Contains(v.get("/incidents").body, "7f3a91c2") {
		t.Error("a closed incident is listed among the open ones")
	}
	v.wants(v.get("/incidents?state=closed"), 200, "7f3a91c2")

	last := f.changes[len(f.changes)-1]
	if last.By != "admin" || last.From != "192.0.2.7" || last.State != ocsf.Closed || last.Verdict != "true_positive" || last.Note != "locked" {
		t.Errorf("the last change is %+v", last)
	}
}

func TestMergedIncidentLeadsOn(t *testing.T) {
	_, _, v := signedInto(t)
	v.goes(v.get("/incidents/b5"), "/incidents/7f3a91c2")
}

func TestIncidentList(t *testing.T) {
	_, _, v := signedInto(t)
	order := func(path string, want ...string) {
		t.Helper()
		body := v.get(path).body
		at := 0
		for _, uid := range want {
			i := strings.Index(body[at:], `href="/incidents/`+uid+`"`)
			if i < 0 {
				t.Errorf("%s: %s is missing or not in its place", path, uid)
				return
			}
			at += i
		}
		if n := strings.Count(body, `class="title"`); n != len(want) {
			t.Errorf("%s: %d incidents, want %d", path, n, len(want))
		}
	}
	order("/incidents", "7f3a91c2", "b2", "b1", "b3")
	order("/incidents?severity=4", "7f3a91c2", "b2")
	order("/incidents?state=all&sort=severity", "7f3a91c2", "b4", "b6", "b2", "b1", "b3")
	order("/incidents?state=snoozed", "b6")
	order("/incidents?q=CDN-sync+m.weber", "7f3a91c2")
	order("/incidents?owner=anna", "b1")
	order("/incidents?from=2", "b1", "b3")
	order("/incidents?from=-1&severity=99&sort=x", "7f3a91c2", "b2", "b1", "b3")
	v.wants(v.get("/incidents?q=nothing"), 200, "No incident matches.")
}
