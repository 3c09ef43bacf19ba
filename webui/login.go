package webui

import (
	"net/http"
	"strings"
	"time"

	"picket/webui/view"
)

func (s *Server) loginPage(w http.ResponseWriter, r *request) error {
	next := local(r.URL.Query().Get("next"))
	if r.session != nil {
		http.Redirect(w, r.Request, next, http.StatusSeeOther)
		return nil
	}
	none, err := s.noAccounts(r.Context())
	if err != nil {
		return err
	}
	if none {
		http.Redirect(w, r.Request, "/setup", http.StatusSeeOther)
		return nil
	}
	return s.askLogin(w, r, http.StatusOK, view.Form{}, next)
}

func (s *Server) askLogin(w http.ResponseWriter, r *request, status int, f view.Form, next string) error {
	bindForms(w, r)
	return s.draw(w, r, status, view.Login(s.page(r, "", "Sign in"), f, next))
}

// login signs someone in. Tries are limited by address and by account; an
// account whose name is being guessed stays open to an address from which it
// signed in before, so that nobody can lock its owner out.
func (s *Server) login(w http.ResponseWriter, r *request) error {
	name, password := strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("password")
	next := local(r.PostFormValue("next"))
	f := view.Form{Values: map[string]string{"name": clip(name, maxName)}}

	from := "login " + addrKey(r.addr)
	if wait := s.byAddr.try(from); wait > 0 {
		return s.slowDown(w, r, f, wait, next)
	}
	account, err := s.loadAccount(r.Context(), name)
	if err != nil {
		return err
	}
	key := "login " + accountKey(clip(name, maxName))
	if account != nil {
		known, err := s.sessions(r.Context(), account.Name)
		if err != nil {
			return err
		}
		for _, x := range known {
			if x.From == r.addr.String() {
				key = "login " + accountKey(name) + " " + x.From
			}
		}
	}
	if wait := s.byName.try(key); wait > 0 {
		return s.slowDown(w, r, f, wait, next)
	}
	ok, err := s.checkPassword(r.Context(), account, password)
	if err != nil {
		return err
	}
	if !ok {
		s.opt.Log.Warn("sign-in refused", keyFrom, r.addr, keyAccount, clip(name, maxName))
		if err := s.record(r, "", "could not sign in as", clip(name, maxName), ""); err != nil {
			return err
		}
		f.Error = "Name or password is not right."
		return s.askLogin(w, r, http.StatusUnprocessableEntity, f, next)
	}
	s.byAddr.ok(from)
	s.byName.ok(key)
	if r.session != nil { // a second sign-in in the same browser takes the first one's place
		if err := s.endSession(r.Context(), r.session.id); err != nil {
			return err
		}
	}
	if err := s.record(r, account.Name, "signed in", "", ""); err != nil {
		return err
	}
	if err := s.startSession(w, r, account.Name); err != nil {
		return err
	}
	http.Redirect(w, r.Request, next, http.StatusSeeOther)
	return nil
}

// slowDown refuses a try to sign in because there were too many.
func (s *Server) slowDown(w http.ResponseWriter, r *request, f view.Form, wait time.Duration, next string) error {
	s.opt.Log.Warn("too many tries to sign in", keyFrom, r.addr, keyAccount, f.Value("name"))
	f.Error = tooMany(wait)
	return s.askLogin(w, r, http.StatusTooManyRequests, f, next)
}

func (s *Server) logout(w http.ResponseWriter, r *request) error {
	if r.session != nil {
		if err := s.record(r, r.user(), "signed out", "", ""); err != nil {
			return err
		}
		if err := s.endSession(r.Context(), r.session.id); err != nil {
			return err
		}
	}
	setCookie(w, sessionCookie, "", -1)
	return done(w, r, "/login", "out")
}
