package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/horizon-clm/horizon/internal/fault"
)

// result is what became of one attempt to hand a message over.
type result struct {
	Answer    string // of the server, when it took the message
	Delivered []string
	Left      []string // to be tried again
	Refused   []refusal
	Err       error // why not all were delivered
}

// refusal is a recipient the server does not take.
type refusal struct {
	Address string
	Answer  string
}

// deliver hands a message over for some recipients, under the message's own time limit.
func (s *Service) deliver(ctx context.Context, from string, to []string, raw []byte) result {
	ctx, cancel := context.WithTimeout(ctx, s.to.Timeout)
	defer cancel()
	c, err := s.connect(ctx)
	if err != nil {
		return result{Left: to, Err: err}
	}
	defer func() { _ = c.Close() }()
	if err := c.Mail("<" + from + ">"); err != nil {
		return whole(to, "MAIL FROM", err)
	}
	var r result
	var accepted []string
	for _, one := range to {
		err := c.Rcpt("<" + one + ">")
		switch {
		case err == nil:
			accepted = append(accepted, one)
		case permanent(err):
			r.Err = said("RCPT TO", err)
			r.Refused = append(r.Refused, refusal{one, reasonOf(r.Err)})
		default:
			r.Err = said("RCPT TO", err)
			r.Left = append(r.Left, one)
		}
	}
	if len(accepted) == 0 {
		return r
	}
	answer, err := data(c, raw)
	if err != nil {
		rest := whole(accepted, "DATA", err)
		r.Left, r.Refused, r.Err = append(r.Left, rest.Left...), append(r.Refused, rest.Refused...), rest.Err
		return r
	}
	_ = c.Quit() // the message is handed over, however they part
	r.Answer, r.Delivered = answer, accepted
	return r
}

// whole is an attempt that failed for all.
func whole(to []string, step string, err error) result {
	r := result{Err: said(step, err)}
	if !permanent(err) {
		r.Left = to
		return r
	}
	for _, one := range to {
		r.Refused = append(r.Refused, refusal{one, reasonOf(r.Err)})
	}
	return r
}

// data sends the content and returns what the server says of it.
func data(c *smtp.Client, raw []byte) (answer string, err error) {
	w, err := c.Data()
	if err != nil {
		return "", err
	}
	if _, err := w.Write(raw); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	if d, ok := w.(*smtp.DataCloser); ok {
		answer = d.ServerResponse()
	}
	return "250 " + plain(answer), nil
}

// connect opens a session: connected, secured and logged in. It ends with the context.
func (s *Service) connect(ctx context.Context) (*smtp.Client, error) {
	if !s.Configured() {
		return nil, notConfigured
	}
	raw, err := s.out.Dial(ctx, "tcp", s.address())
	if err != nil {
		return nil, unreached.Detail("%s", fault.Of(err).Reason()).Because(err)
	}
	context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	c, err := s.session(ctx, &bounded{raw, maxAnswers})
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return c, nil
}

// session greets the server on an open connection.
func (s *Service) session(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	if s.to.TLS == ImplicitTLS {
		secured := tls.Client(conn, s.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, unsafe.Detail("%v", err).Because(err)
		}
		conn = secured
	}
	c, err := smtp.NewClient(conn, s.to.Host)
	if err != nil {
		return nil, said("the greeting", err)
	}
	c.SkipSMTPUTF8(true) // addresses are ASCII, and headers encoded
	if err := c.Hello(s.to.Hello); err != nil {
		return nil, said("EHLO", err)
	}
	if s.to.TLS == StartTLS {
		if offered, _ := c.Extension("STARTTLS"); !offered {
			return nil, unsafe.Detail("the server offers no STARTTLS")
		}
		if err := c.StartTLS(s.tls); err != nil {
			return nil, unsafe.Detail("%v", err).Because(err)
		}
	}
	if s.to.User == "" {
		return c, nil
	}
	return c, s.login(c)
}

// login shows user and password by a way the server knows. Within TLS the plain ones come first, which need no
// particular form of the password at the server.
func (s *Service) login(c *smtp.Client) error {
	offered, list := c.Extension("AUTH")
	if !offered {
		return refused.Detail("AUTH: the server offers no login")
	}
	user, password := s.to.User, s.to.Password.Reveal()
	ways := []struct {
		name string
		auth smtp.Auth
	}{
		{"PLAIN", smtp.PlainAuth("", user, password, s.to.Host, false)},
		{"LOGIN", smtp.LoginAuth(user, password, s.to.Host, false)},
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(user, password)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(user, password)},
	}
	if s.to.TLS == PlainText {
		slices.Reverse(ways)
	}
	for _, way := range ways {
		if slices.ContainsFunc(strings.Fields(list), func(s string) bool { return strings.EqualFold(s, way.name) }) {
			if err := c.Auth(way.auth); err != nil {
				return said("AUTH "+way.name, err)
			}
			return nil
		}
	}
	return refused.Detail("AUTH: the server offers %s only", plain(list))
}

// said makes a fault of what went wrong at a step: the server's answer where there is one.
func said(step string, err error) error {
	var known *fault.Fault
	var answer *textproto.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &answer):
		return refused.Detail("%s: %d %s", step, answer.Code, plain(answer.Msg)).Because(err)
	case errors.Is(err, context.DeadlineExceeded) || timeout(err):
		return unreached.Detail("%s: no answer in time", step).Because(err)
	case errors.Is(err, io.EOF):
		return unreached.Detail("%s: the server hung up", step).Because(err)
	}
	return unreached.Detail("%s: the connection broke", step).Because(err)
}

func timeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// permanent reports an answer that another try does not change (RFC 5321, 4.2.1). What a login would change is none.
func permanent(err error) bool {
	if _, ok := errors.AsType[never](err); ok {
		return true
	}
	var answer *textproto.Error
	return errors.As(err, &answer) && answer.Code >= 500 && answer.Code < 600 && (answer.Code < 530 || answer.Code > 538)
}

// plain makes one line of an answer that may have several and come from anybody.
func plain(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "?")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}

// maxAnswers is how many bytes a server may answer in one session.
const maxAnswers = 1 << 20

// bounded is a connection that reads so many bytes.
type bounded struct {
	net.Conn
	left int
}

// Read reads, and fails when there were too many bytes.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the server answers more than %d bytes", maxAnswers)
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
