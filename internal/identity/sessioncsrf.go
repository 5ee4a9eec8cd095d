package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
)

// csrfName is the cookie, and the header that repeats it. A page of another site makes a browser send the cookie, and
// cannot read it.
const csrfName = "csrf-token"

const (
	csrfSum    = 20 // bytes of the HMAC
	csrfNonce  = 12
	csrfLength = 2*csrfSum + 1 + 13 + 1 + 2*csrfNonce // milliseconds have 13 digits until the year 2286
)

// safe reports a method that changes nothing (RFC 9110, 9.2.1).
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// checkCSRF asks for the token of credentials that a browser sends by itself.
func (a *attempt) checkCSRF(subject string) error {
	if safe(a.r.Method) {
		return nil
	}
	cookie, err := a.r.Cookie(csrfName)
	sent := a.r.Header.Get(csrfName)
	if err != nil || sent == "" || !hmac.Equal([]byte(cookie.Value), []byte(sent)) || !a.Sessions.validCSRF(subject, sent) {
		return access.NotKnown.Detail("the header %s must repeat the cookie of that name", csrfName)
	}
	return nil
}

// offerCSRF gives a browser that reads its token, unless it has a valid one.
func (a *attempt) offerCSRF(subject string) error {
	if !safe(a.r.Method) {
		return nil
	}
	if cookie, err := a.r.Cookie(csrfName); err == nil && a.Sessions.validCSRF(subject, cookie.Value) {
		return nil
	}
	return a.giveCSRF(a.answer, subject)
}

// giveCSRF puts a new token for the subject into the answer.
func (s *Service) giveCSRF(answer http.Header, subject string) error {
	nonce := make([]byte, csrfNonce)
	if _, err := rand.Read(nonce); err != nil {
		return fmt.Errorf("drawing a token: %w", err)
	}
	millis := strconv.FormatInt(s.DB.Clock.Now().UnixMilli(), 10)
	end := hex.EncodeToString(nonce)
	s.setCookie(answer, csrfName, s.Sessions.csrfOf(subject, millis, end)+"-"+millis+"-"+end, int(s.Sessions.life().Seconds()), false)
	return nil
}

// csrfOf is the part of a token that only this server makes.
func (s Sessions) csrfOf(subject, millis, nonce string) string {
	m := hmac.New(sha256.New, s.Key)
	_, _ = m.Write([]byte(subject + "\x00" + millis + "\x00" + nonce)) // never fails
	return hex.EncodeToString(m.Sum(nil)[:csrfSum])
}

// validCSRF reports whether the token was made for the subject.
func (s Sessions) validCSRF(subject, token string) bool {
	parts := strings.Split(token, "-")
	return len(token) == csrfLength && len(parts) == 3 && hmac.Equal([]byte(parts[0]), []byte(s.csrfOf(subject, parts[1], parts[2])))
}
