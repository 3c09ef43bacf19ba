package webui

import (
	"strings"
	"testing"
	"time"
)

func TestNobodyGetsPastTheSetupCode(t *testing.T) {
	f := newFake()
	v := newVisitor(t, newServer(f, nil))
	for _, p := range []string{"/", "/incidents", "/events", "/login"} {
		v.goes(v.get(p), "/setup")
	}
	v.wants(v.get("/setup"), 200, "Setup code")
	v.wants(v.post("/setup/account", "name", "eve", "password", testPassword, "again", testPassword), 403, "Give the setup code again")
	v.wants(v.post("/setup/code", "code", "7K2M-P0QX-V9TB"), 422, "This is not the setup code.")
	v.goes(v.post("/setup/code", "code", "7k2m poqx v9ta"), "/setup") // an O for the 0, no dashes
	v.wants(v.get("/setup"), 200, "The administrator")

	v.wants(v.post("/setup/account", "name", "admin", "password", "short", "again", "short"), 422, "12 characters or more")
	a := v.post("/setup/account", "name", "ad min", "password", testPassword, "again", testPassword)
	v.wants(a, 422, "letters, digits and")
	v.wants(a, 422, `value="ad min"`)
	v.wants(v.post("/setup/account", "name", "admin", "password", testPassword, "again", testPassword+"!"), 422, "not the same")
	v.goes(v.post("/setup/account", "name", "admin", "password", testPassword, "again", testPassword), "/?done=welcome")
	v.wants(v.get("/?done=welcome"), 200, "The account is made")

	other := newVisitor(t, v.s)
	other.goes(other.get("/setup"), "/login")
	other.get("/login")
	other.goes(other.post("/setup/code", "code", testCode), "/login")
	other.goes(other.post("/setup/account", "name", "eve", "password", testPassword, "again", testPassword), "/login")
	if len(f.records[AccountBucket]) != 1 {
		t.Errorf("accounts: %d, want the one", len(f.records[AccountBucket]))
	}
	if got := string(f.records[AccountBucket]["admin"]); strings.Contains(got, testPassword) || !strings.Contains(got, "$argon2id$v=19$") {
		t.Errorf("the account is stored as %s", got)
	}
}

func TestOnlyOneOfTwoSetupsWins(t *testing.T) {
	f := newFake()
	s := newServer(f, nil)
	a, b := newVisitor(t, s), newVisitor(t, s)
	for _, v := range []*visitor{a, b} {
		v.get("/setup")
		v.goes(v.post("/setup/code", "code", testCode), "/setup")
		v.get("/setup")
	}
	a.goes(a.post("/setup/account", "name", "anna", "password", testPassword, "again", testPassword), "/?done=welcome")
	b.goes(b.post("/setup/account", "name", "eve", "password", testPassword, "again", testPassword), "/login")
	if len(f.records[AccountBucket]) != 1 {
		t.Errorf("accounts: %d, want 1", len(f.records[AccountBucket]))
	}
}

func TestSetupWithoutACode(t *testing.T) {
	v := newVisitor(t, newServer(newFake(), func(o *Options) { o.SetupCode = "" }))
	v.wants(v.get("/setup"), 200, "no setup code was printed")
	v.token = formTokenOf(v.cookies[formCookie])
	v.wants(v.post("/setup/code", "code", ""), 422, "no setup code was printed")
}

func TestGuessingTheSetupCodeIsSlow(t *testing.T) {
	f := newFake()
	clock := now
	f.now = func() time.Time { return clock }
	v := newVisitor(t, newServer(f, nil))
	v.get("/setup")
	for range 5 {
		v.wants(v.post("/setup/code", "code", "wrong"), 422, "not the setup code")
	}
	v.wants(v.post("/setup/code", "code", testCode), 429, "Wait 1 s")
	clock = clock.Add(2 * time.Second)
	v.goes(v.post("/setup/code", "code", testCode), "/setup")
	clock = clock.Add(ticketLife + time.Second)
	v.wants(v.get("/setup"), 200, "Setup code")
}

func TestSetupCodes(t *testing.T) {
	a, b := NewSetupCode(), NewSetupCode()
	if a == b || len(a) != 14 || plainCode(a) != strings.ReplaceAll(a, "-", "") {
		t.Errorf("codes %q and %q", a, b)
	}
}
