package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// Sessions is how the sessions of browsers are kept.
type Sessions struct {
	Idle     time.Duration // a session ends when nothing is asked for so long; 0 is 15 minutes
	Life     time.Duration // and in any case after so long; 0 is 12 hours
	Insecure bool          // the cookies also travel without TLS
	Key      []byte        // makes the csrf tokens
}

const (
	usualIdle     = 15 * time.Minute
	usualLife     = 12 * time.Hour
	sessionCookie = "PLAY_SESSION"
	tokenBytes    = 32

	// sessionHeader tells when the session of a call ends, in seconds from now: idle when nobody asks for anything, life in
	// any case. It stands in every answer to a call with a session.
	sessionHeader = "Horizon-Session"
	// backgroundHeader marks a call that a page makes by itself: it does not keep the session alive.
	backgroundHeader = "Horizon-Background"
	seenEvery        = time.Minute // how often the use of a session is written
)

func (s Sessions) idle() time.Duration {
	if s.Idle > 0 {
		return s.Idle
	}
	return usualIdle
}

func (s Sessions) life() time.Duration {
	if s.Life > 0 {
		return s.Life
	}
	return usualLife
}

// session is one session of a browser. Several may belong to one principal.
type session struct {
	id                                     string
	identifier, typ, provider, name, email string
	address, agent                         string
	created, seen, idle, ends              time.Time
}

// openSession opens a session for a caller whose credentials have just been accepted and recorded, and puts its cookie
// into the answer. Its token is new: one that the browser sent is never taken over. agent is the browser's User-Agent.
func (s *Service) openSession(ctx context.Context, answer http.Header, agent string, who access.Caller) error {
	raw := make([]byte, tokenBytes)
	if _, err := rand.Read(raw); err != nil {
		return fmt.Errorf("drawing the token of a session: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	var opened session
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		n := tx.Now()
		opened = session{
			id: tx.NewID(), identifier: who.ID, typ: who.Type, provider: who.Provider, name: who.Name, email: who.Email,
			address: who.Address, agent: clip(agent), created: n, seen: n, idle: n.Add(s.Sessions.idle()), ends: n.Add(s.Sessions.life()),
		}
		return insertSession(tx, opened, digest(token))
	})
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	s.setCookie(answer, sessionCookie, token, int(s.Sessions.life().Seconds()), true)
	s.tellEnd(answer, opened)
	return s.giveCSRF(answer, opened.id)
}

// tellEnd tells when the session ends.
func (s *Service) tellEnd(answer http.Header, open session) {
	now := s.DB.Clock.Now()
	answer.Set(sessionHeader, fmt.Sprintf("idle=%d, life=%d", int64(open.idle.Sub(now).Seconds()), int64(open.ends.Sub(now).Seconds())))
}

// digest is what is kept of a secret that is long and random.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// setCookie sets a cookie for so many seconds; less than 0 deletes it.
func (s *Service) setCookie(answer http.Header, name, value string, seconds int, hidden bool) {
	answer.Add("Set-Cookie", (&http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: hidden, Secure: !s.Sessions.Insecure, SameSite: http.SameSiteLaxMode,
	}).String())
}

// dropCookies makes the browser forget its session.
func (s *Service) dropCookies(answer http.Header) {
	s.setCookie(answer, sessionCookie, "", -1, true)
	s.setCookie(answer, csrfName, "", -1, false)
}

// session reads the cookie of a session. A session that has ended is none: the browser forgets it, and goes on as nobody.
func (a *attempt) session() (access.Caller, bool, error) {
	cookie, err := a.r.Cookie(sessionCookie)
	if err != nil {
		return a.from, false, nil
	}
	open, err := a.resume(cookie.Value)
	if err != nil {
		return a.from, true, err
	}
	if open == nil {
		a.dropCookies(a.answer)
		return a.from, false, nil
	}
	who, err := a.continued(*open)
	if errors.Is(err, access.NotKnown) { // the way in is closed
		a.dropCookies(a.answer)
		return a.from, false, nil
	}
	if err == nil {
		err = a.checkCSRF(open.id)
	}
	if err != nil {
		return a.from, true, err
	}
	who.Session = open.id
	a.tellEnd(a.answer, *open)
	return who, true, a.offerCSRF(open.id)
}

// resume returns the session of a token and keeps it alive, unless the call is one that a page makes by itself; nil when
// there is none that goes on.
func (a *attempt) resume(token string) (*session, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return nil, nil
	}
	var open *session
	err := a.DB.Read(a.ctx, func(tx *store.Tx) (err error) {
		open, err = findSession(tx, digest(token))
		return err
	})
	n := a.DB.Clock.Now()
	if err != nil || open == nil || !n.Before(open.idle) || !n.Before(open.ends) {
		return nil, err
	}
	if n.Sub(open.seen) < seenEvery || a.r.Header.Get(backgroundHeader) != "" {
		return open, nil
	}
	open.seen, open.idle = n, n.Add(a.Sessions.idle())
	return open, a.DB.Write(a.ctx, func(tx *store.Tx) error { return touchSession(tx, open.id, open.seen, open.idle) })
}

// continued is the caller of a session, with the rights of today. The way in must still be open.
func (a *attempt) continued(open session) (access.Caller, error) {
	who := a.from
	who.ID, who.Type, who.Provider, who.Name, who.Email = open.identifier, open.typ, open.provider, open.name, open.email
	switch open.typ {
	case access.Local:
		account, err := Accounts.Look(a.ctx, a.DB.DB, open.identifier)
		if err != nil {
			return a.from, access.NotKnown.Because(err)
		}
		return a.owner(account)
	case access.X509:
		if err := a.stillTrusted(a.ctx, open.provider); err != nil {
			return a.from, err
		}
	case access.OpenID:
		if err := a.letsIn(open.provider); err != nil {
			return a.from, err
		}
	}
	return a.authorize(who)
}

// Clean deletes what has ended: sessions, counted failures and resets.
func (s *Service) Clean(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		for _, clean := range []func(*store.Tx) error{deleteEnded, deleteOldFailures, deleteOldResets} {
			if err := clean(tx); err != nil {
				return err
			}
		}
		return nil
	})
}
