package mail

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/secret"
)

// Ways the connection to the mail server is secured.
const (
	PlainText   = "none"
	StartTLS    = "starttls" // RFC 3207, demanded and not only tried
	ImplicitTLS = "implicit" // RFC 8314, 3.3
)

// Settings are where and as whom messages are handed over. The zero value is no mail server.
type Settings struct {
	Host     string // "" is none
	Port     int    // 0 is 25, 587 or 465, by TLS
	TLS      string // none, starttls or implicit; starttls when empty
	CA       string // file with the CAs the server's certificate is checked against, PEM; those of the system when empty
	User     string // "" does not log in
	Password secret.Text
	From     string        // sender of messages that name none, and return address of all
	Hello    string        // how this server names itself; localhost when empty
	Timeout  time.Duration // of one message; a minute when 0
}

var usualPorts = map[string]int{PlainText: 25, StartTLS: 587, ImplicitTLS: 465}

// Check returns the first thing that is wrong, with the name of the setting.
func (s Settings) Check() error {
	_, err := s.complete()
	return err
}

// complete fills in what follows from other values.
func (s Settings) complete() (Settings, error) {
	if s.TLS == "" {
		s.TLS = StartTLS
	}
	if s.Timeout == 0 {
		s.Timeout = time.Minute
	}
	if s.Hello == "" {
		s.Hello = "localhost"
	}
	if usualPorts[s.TLS] == 0 {
		return s, fmt.Errorf("mail.tls: %q is not none, starttls or implicit", s.TLS)
	}
	if s.Port == 0 {
		s.Port = usualPorts[s.TLS]
	}
	if s.Port < 1 || s.Port > 65535 {
		return s, fmt.Errorf("mail.port: %d is not 1 to 65535", s.Port)
	}
	if s.From != "" {
		from, err := ParseAddress(s.From)
		if err != nil {
			return s, fmt.Errorf("mail.from: %s", reasonOf(err))
		}
		s.From = from.String()
	}
	if strings.ContainsFunc(s.Hello, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return s, fmt.Errorf("mail.hello: %q is not a host name", s.Hello)
	}
	return s, s.login()
}

// login checks that a password is not sent for everybody to read.
func (s Settings) login() error {
	if s.User == "" {
		if !s.Password.IsZero() {
			return errors.New("mail.user: there is a password without a user")
		}
		return nil
	}
	if s.TLS == PlainText && !near(s.Host) {
		return errors.New("mail.tls: a password is not sent without TLS; use starttls or implicit")
	}
	return nil
}

// near reports whether a host is this machine.
func near(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || slices.Contains([]string{"localhost", "localhost."}, strings.ToLower(host))
}
