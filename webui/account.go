package webui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"picket/webui/view"
)

// account is someone who may sign in.
type account struct {
	Name     string    `json:"name"`
	Password string    `json:"password"` // see [HashPassword]
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"` // when the password was set
}

// accountKey is the key of an account: names differ by more than case.
func accountKey(name string) string { return strings.ToLower(name) }

// loadAccount returns an account, or nil.
func (s *Server) loadAccount(ctx context.Context, name string) (*account, error) {
	if name == "" || len(name) > maxName {
		return nil, nil
	}
	b, err := s.opt.State.Load(ctx, AccountBucket, accountKey(name))
	if err != nil || b == nil {
		return nil, err
	}
	a := &account{}
	if err := json.Unmarshal(b, a); err != nil {
		return nil, fmt.Errorf("account %q: %w", name, err)
	}
	return a, nil
}

func (s *Server) saveAccount(ctx context.Context, a *account) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return s.opt.State.Save(ctx, AccountBucket, accountKey(a.Name), b)
}

// noAccounts reports whether this is the first start.
func (s *Server) noAccounts(ctx context.Context) (bool, error) {
	none := true
	err := s.opt.State.Each(ctx, AccountBucket, func(string, []byte) bool {
		none = false
		return false
	})
	return none, err
}

// maxName is the longest name of an account, in bytes.
const maxName = 64

// judgeName says what is wrong with the name of a new account, "" when it will
// do.
func judgeName(name string) string {
	switch {
	case name == "":
		return "The account needs a name."
	case len(name) > maxName || !utf8.ValidString(name):
		return fmt.Sprintf("The name may have %d bytes at most.", maxName)
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r) {
			return "A name has letters, digits and . _ - @ only."
		}
	}
	return ""
}

// checkPassword reports whether the password is the account's; a nil account
// takes as long and has none.
func (s *Server) checkPassword(ctx context.Context, a *account, password string) (bool, error) {
	h := nobody
	if a != nil {
		var err error
		if h, err = readPHC(a.Password); err != nil {
			return false, fmt.Errorf("account %q: %w", a.Name, err)
		}
	}
	release, err := s.hashSlot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	if len(password) > maxPassword {
		return false, nil
	}
	return h.matches(password) && a != nil, nil
}

// hash computes the hash of a new password.
func (s *Server) hash(ctx context.Context, password string) (string, error) {
	release, err := s.hashSlot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return HashPassword(password), nil
}

// record writes into the audit log. It fails what was to be done if it cannot.
func (s *Server) record(r *request, by, action, object, detail string) error {
	return s.opt.Audit.Record(r.Context(), view.AuditEntry{
		Time: s.opt.Now().UnixMilli(), By: by, From: r.addr.String(), Action: action, Object: object, Detail: detail,
	})
}

func (s *Server) account(w http.ResponseWriter, r *request) error {
	return s.accountPage(w, r, http.StatusOK, view.Form{})
}

func (s *Server) accountPage(w http.ResponseWriter, r *request, status int, f view.Form) error {
	mine, err := s.sessions(r.Context(), r.user())
	if err != nil {
		return err
	}
	d := view.AccountData{Form: f}
	for i := len(mine) - 1; i >= 0; i-- {
		x := mine[i]
		d.Sessions = append(d.Sessions, view.Session{
			ID: x.id, From: x.From, Agent: x.Agent, Created: x.Created.UnixMilli(), Seen: x.Seen.UnixMilli(), Current: x.id == r.session.id,
		})
	}
	return s.draw(w, r, status, view.Account(s.page(r, "account", "Account"), d))
}

func (s *Server) changePassword(w http.ResponseWriter, r *request) error {
	again := func(field, wrong string) error {
		return s.accountPage(w, r, http.StatusUnprocessableEntity, view.Form{Field: field, Error: wrong})
	}
	name := r.user()
	if wait := s.byName.try("change " + accountKey(name)); wait > 0 {
		return again("old", tooMany(wait))
	}
	s.accountChange.Lock()
	defer s.accountChange.Unlock()
	a, err := s.loadAccount(r.Context(), name)
	if err != nil {
		return err
	}
	ok, err := s.checkPassword(r.Context(), a, r.PostFormValue("old"))
	if err != nil {
		return err
	}
	if !ok {
		return again("old", "The password as it is was not right.")
	}
	s.byName.ok("change " + accountKey(name))
	password := r.PostFormValue("password")
	if field, wrong := judgePassword(name, password, r.PostFormValue("again")); wrong != "" {
		return again(field, wrong)
	}
	if a.Password, err = s.hash(r.Context(), password); err != nil {
		return err
	}
	a.Changed = s.opt.Now()
	if err := s.record(r, name, "changed the password of", name, ""); err != nil {
		return err
	}
	if err := s.saveAccount(r.Context(), a); err != nil {
		return err
	}
	if err := s.endOthers(r); err != nil {
		return err
	}
	return done(w, r, "/account", "password")
}

// endOthers ends all sessions of the account but the one that asks.
func (s *Server) endOthers(r *request) error {
	mine, err := s.sessions(r.Context(), r.user())
	if err != nil {
		return err
	}
	for _, x := range mine {
		if x.id != r.session.id {
			if err := s.endSession(r.Context(), x.id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) endSessions(w http.ResponseWriter, r *request) error {
	id := r.PostFormValue("id")
	if id == "others" {
		if err := s.record(r, r.user(), "ended all other sessions of", r.user(), ""); err != nil {
			return err
		}
		if err := s.endOthers(r); err != nil {
			return err
		}
		return done(w, r, "/account", "ended")
	}
	x, err := s.loadSession(r.Context(), id)
	if err != nil {
		return err
	}
	if x == nil || x.Account != r.user() {
		return ErrNotFound
	}
	if err := s.record(r, r.user(), "ended a session of", x.Account, "from "+x.From); err != nil {
		return err
	}
	if err := s.endSession(r.Context(), id); err != nil {
		return err
	}
	return done(w, r, "/account", "ended")
}

func (s *Server) audit(w http.ResponseWriter, r *request) error {
	const limit = 100
	entries, err := s.opt.Audit.Entries(r.Context(), number(r, "before"), limit)
	if err != nil {
		return err
	}
	l := view.AuditList{Entries: entries}
	if len(entries) == limit {
		l.Next = entries[limit-1].Seq
	}
	return s.draw(w, r, http.StatusOK, view.Audit(s.page(r, "account", "Audit log"), l))
}
