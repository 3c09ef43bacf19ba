package webui

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"time"

	"picket/webui/view"
)

// setupLetters are those of a setup code (Crockford's base 32): none looks like
// another.
const setupLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewSetupCode returns a code of 60 random bits for the first start,
// "7K2M-P0QX-V9TA". The appliance prints it on its console and nowhere else.
func NewSetupCode() string {
	var b [12]byte
	rand.Read(b[:]) // never fails
	var s strings.Builder
	for i, x := range b {
		if i > 0 && i%4 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(setupLetters[x%32])
	}
	return s.String()
}

// plainCode is a code as it is compared: what people mistake is taken as meant.
func plainCode(s string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(s)))
}

// ticketLife is how long a browser that gave the code may take to make the
// account.
const ticketLife = 15 * time.Minute

// duringSetup sends everyone away from the first start once it is over.
func (s *Server) duringSetup(w http.ResponseWriter, r *request) (bool, error) {
	none, err := s.noAccounts(r.Context())
	if err == nil && !none {
		http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
	}
	return none, err
}

func (s *Server) setupPage(w http.ResponseWriter, r *request) error {
	if ok, err := s.duringSetup(w, r); !ok {
		return err
	}
	if s.ticket(r) {
		return s.draw(w, r, http.StatusOK, view.SetupAccount(s.page(r, "", "First start"), view.Form{}))
	}
	return s.askCode(w, r, http.StatusOK, view.Form{})
}

func (s *Server) askCode(w http.ResponseWriter, r *request, status int, f view.Form) error {
	bindForms(w, r)
	return s.draw(w, r, status, view.SetupCode(s.page(r, "", "First start"), f, s.opt.SetupCode != ""))
}

// ticket reports whether this browser gave the code.
func (s *Server) ticket(r *request) bool {
	c, err := r.Cookie(setupCookie)
	if err != nil {
		return false
	}
	s.setup.Lock()
	defer s.setup.Unlock()
	until, ok := s.tickets[hashToken(c.Value)]
	return ok && s.opt.Now().Before(until)
}

func (s *Server) setupCode(w http.ResponseWriter, r *request) error {
	if ok, err := s.duringSetup(w, r); !ok {
		return err
	}
	code := r.PostFormValue("code")
	f := view.Form{Values: map[string]string{"code": clip(code, 64)}, Field: "code"}
	from := "setup " + addrKey(r.addr)
	wait := s.byAddr.try(from)
	if wait == 0 {
		wait = s.byName.try("setup")
	}
	if wait > 0 {
		f.Error = tooMany(wait)
		return s.askCode(w, r, http.StatusTooManyRequests, f)
	}
	want := plainCode(s.opt.SetupCode)
	if want == "" || subtle.ConstantTimeCompare([]byte(plainCode(code)), []byte(want)) != 1 {
		s.opt.Log.Warn("wrong setup code", keyFrom, r.addr)
		f.Error = "This is not the setup code."
		return s.askCode(w, r, http.StatusUnprocessableEntity, f)
	}
	s.byAddr.ok(from)
	s.byName.ok("setup")
	token := rand.Text()
	s.setup.Lock()
	for k, until := range s.tickets {
		if s.opt.Now().After(until) || len(s.tickets) >= 16 {
			delete(s.tickets, k)
		}
	}
	s.tickets[hashToken(token)] = s.opt.Now().Add(ticketLife)
	s.setup.Unlock()
	setCookie(w, setupCookie, token, ticketLife)
	return done(w, r, "/setup", "")
}

func (s *Server) setupAccount(w http.ResponseWriter, r *request) error {
	if ok, err := s.duringSetup(w, r); !ok {
		return err
	}
	if !s.ticket(r) {
		return s.askCode(w, r, http.StatusForbidden, view.Form{Error: "That took too long. Give the setup code again."})
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	password := r.PostFormValue("password")
	again := func(field, wrong string) error {
		f := view.Form{Values: map[string]string{"name": clip(name, maxName)}, Field: field, Error: wrong}
		return s.draw(w, r, http.StatusUnprocessableEntity, view.SetupAccount(s.page(r, "", "First start"), f))
	}
	if wrong := judgeName(name); wrong != "" {
		return again("name", wrong)
	}
	if field, wrong := judgePassword(name, password, r.PostFormValue("again")); wrong != "" {
		return again(field, wrong)
	}
	hashed, err := s.hash(r.Context(), password)
	if err != nil {
		return err
	}
	made, err := s.firstAccount(r, &account{Name: name, Password: hashed, Created: s.opt.Now(), Changed: s.opt.Now()})
	if err != nil {
		return err
	}
	if !made {
		http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
		return nil
	}
	setCookie(w, setupCookie, "", -1)
	if err := s.startSession(w, r, name); err != nil {
		return err
	}
	return done(w, r, "/", "welcome")
}

// firstAccount makes the first account, unless someone else was faster.
func (s *Server) firstAccount(r *request, a *account) (bool, error) {
	s.setup.Lock()
	defer s.setup.Unlock()
	if none, err := s.noAccounts(r.Context()); !none {
		return false, err
	}
	if err := s.record(r, a.Name, "made the first account", a.Name, ""); err != nil {
		return false, err
	}
	if err := s.saveAccount(r.Context(), a); err != nil {
		return false, err
	}
	clear(s.tickets)
	s.opt.Log.Info("first account made", keyAccount, a.Name, keyFrom, r.addr)
	return true, nil
}

// tooMany says how long to wait.
func tooMany(wait time.Duration) string {
	wait = max(wait.Round(time.Second), time.Second)
	return fmt.Sprintf("Too many tries. Wait %s, then try again.", view.Span(wait))
}
