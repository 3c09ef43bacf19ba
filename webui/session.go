package webui

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// session is a signed-in browser. Only the hash of its secret is stored, so
// that who reads the disk cannot sign in.
type session struct {
	id      string    // hash of the secret, hexadecimal
	Account string    `json:"account"`
	From    string    `json:"from"`
	Agent   string    `json:"agent"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
}

// Names of cookies. The prefix makes browsers refuse them from anyone but this
// host over TLS (RFC 6265bis, 4.1.3.2).
const (
	sessionCookie = "__Host-picket"
	formCookie    = "__Host-picket-form"  // binds the forms of someone not signed in
	setupCookie   = "__Host-picket-setup" // the setup code was right
)

// maxSessions bounds the sessions of one account; the oldest ends.
const maxSessions = 16

// seenEvery is how often it is written down that a session is in use.
const seenEvery = time.Minute

func setCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if age < 0 {
		c.MaxAge = -1
	} else if age > 0 {
		c.MaxAge = int(age.Seconds())
	}
	http.SetCookie(w, c)
}

// hashToken is under which a secret is stored.
func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// sessionOf finds whose request it is, and reports whether it came with a
// session that is over.
func (s *Server) sessionOf(r *request) (expired bool, err error) {
	c, err := r.Cookie(sessionCookie)
	if err != nil || len(c.Value) > 128 {
		if f, err := r.Cookie(formCookie); err == nil && len(f.Value) <= 128 {
			r.token = f.Value
		}
		return false, nil
	}
	ses, err := s.loadSession(r.Context(), hashToken(c.Value))
	if err != nil {
		return false, err
	}
	if ses == nil {
		if f, err := r.Cookie(formCookie); err == nil && len(f.Value) <= 128 {
			r.token = f.Value
		}
		return true, nil
	}
	r.session, r.token = ses, c.Value
	if now := s.opt.Now(); !r.automatic() && now.Sub(ses.Seen) >= seenEvery {
		if err := s.touch(r, ses, now); err != nil {
			return false, err
		}
	}
	return false, nil
}

// touch writes down that a session is in use, unless it has ended meanwhile.
func (s *Server) touch(r *request, ses *session, now time.Time) error {
	s.sessionChange.Lock()
	defer s.sessionChange.Unlock()
	b, err := s.opt.State.Load(r.Context(), SessionBucket, ses.id)
	if err != nil {
		return err
	}
	if b == nil {
		r.session = nil
		return nil
	}
	ses.Seen, ses.From = now, r.addr.String()
	return s.saveSession(r.Context(), ses)
}

// loadSession returns a session that is good now, or nil.
func (s *Server) loadSession(ctx context.Context, id string) (*session, error) {
	b, err := s.opt.State.Load(ctx, SessionBucket, id)
	if err != nil || b == nil {
		return nil, err
	}
	ses, err := readSession(id, b)
	if err != nil {
		return nil, err
	}
	if !s.good(ses) {
		return nil, s.opt.State.Remove(ctx, SessionBucket, id)
	}
	return ses, nil
}

func readSession(id string, b []byte) (*session, error) {
	ses := &session{id: id}
	if err := json.Unmarshal(b, ses); err != nil {
		return nil, fmt.Errorf("session %s: %w", id, err)
	}
	return ses, nil
}

// good reports whether a session is not over.
func (s *Server) good(ses *session) bool {
	now := s.opt.Now()
	return now.Sub(ses.Seen) < s.opt.Idle && now.Sub(ses.Created) < s.opt.Absolute
}

func (s *Server) saveSession(ctx context.Context, ses *session) error {
	b, err := json.Marshal(ses)
	if err != nil {
		return err
	}
	return s.opt.State.Save(ctx, SessionBucket, ses.id, b)
}

// startSession signs an account in: it has a new secret from here on.
func (s *Server) startSession(w http.ResponseWriter, r *request, account string) error {
	mine, err := s.sessions(r.Context(), account)
	if err != nil {
		return err
	}
	for len(mine) >= maxSessions {
		if err := s.endSession(r.Context(), mine[0].id); err != nil {
			return err
		}
		mine = mine[1:]
	}
	token, now := rand.Text()+rand.Text(), s.opt.Now()
	ses := &session{id: hashToken(token), Account: account, From: r.addr.String(), Agent: clip(r.UserAgent(), 200), Created: now, Seen: now}
	if err := s.saveSession(r.Context(), ses); err != nil {
		return err
	}
	setCookie(w, sessionCookie, token, 0)
	setCookie(w, formCookie, "", -1)
	r.session, r.token = ses, token
	return nil
}

// endSession ends a session and its live pages.
func (s *Server) endSession(ctx context.Context, id string) error {
	s.sessionChange.Lock()
	defer s.sessionChange.Unlock()
	s.hub.endSession(id)
	return s.opt.State.Remove(ctx, SessionBucket, id)
}

// sessions returns the good sessions of an account, the one unused for longest
// first, and removes all that are over.
func (s *Server) sessions(ctx context.Context, account string) ([]*session, error) {
	var mine []*session
	var over []string
	err := s.opt.State.Each(ctx, SessionBucket, func(id string, b []byte) bool {
		ses, err := readSession(id, b)
		if err != nil || !s.good(ses) {
			over = append(over, id)
		} else if ses.Account == account {
			mine = append(mine, ses)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, id := range over {
		if err := s.endSession(ctx, id); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(mine, func(a, b *session) int { return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.id, b.id)) })
	return mine, nil
}

// formTokenOf is the token that forms carry: it follows from the secret of the
// cookie, so that only pages drawn for that cookie have it.
func formTokenOf(secret string) string {
	if secret == "" {
		return ""
	}
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("picket form"))
	return hex.EncodeToString(m.Sum(nil))
}

// formToken reports whether a form came from a page that was drawn for the one
// who sends it.
func (s *Server) formToken(r *request) bool {
	want := formTokenOf(r.token)
	return want != "" && subtle.ConstantTimeCompare([]byte(r.PostFormValue("csrf")), []byte(want)) == 1
}

// bindForms gives someone who is not signed in the cookie that forms are bound
// to.
func bindForms(w http.ResponseWriter, r *request) {
	if r.token == "" {
		r.token = rand.Text()
		setCookie(w, formCookie, r.token, 0)
	}
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
