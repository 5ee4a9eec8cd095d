// Package mailtest gives tests a mail server on the loopback address that keeps what it gets.
package mailtest

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Mail is a message as it came in.
type Mail struct {
	From        string   // of the envelope
	To          []string // of the envelope
	Header      mail.Header
	Subject     string            // decoded
	Type        string            // media type of the body
	Body        string            // decoded
	Attachments map[string]string // decoded, by the name of the file
}

// Server is a mail server that takes everything, unless it was told otherwise.
type Server struct {
	Host string
	Port int

	t        testing.TB
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex // guards all below
	mails   []Mail
	answers map[string]string
	open    []net.Conn
}

// Start returns a running server, which stops when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, listener: l, Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, answers: map[string]string{}}
	s.running.Go(s.accept)
	t.Cleanup(s.stop)
	return s
}

// Answer makes the server answer lines that begin with a command with the text instead of its usual answer: "MAIL FROM",
// "RCPT TO:<a@example.com>", or "." for the end of a message. An empty text takes that back.
func (s *Server) Answer(command, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text == "" {
		delete(s.answers, strings.ToUpper(command))
		return
	}
	s.answers[strings.ToUpper(command)] = text
}

// Mails returns what has come in, the oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *Server) stop() {
	_ = s.listener.Close()
	s.mu.Lock()
	for _, c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open = append(s.open, c)
		s.mu.Unlock()
		s.running.Go(func() {
			defer func() { _ = c.Close() }()
			s.talk(c)
		})
	}
}

// told returns the answer a command was given, if any.
func (s *Server) told(line string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for command, text := range s.answers {
		if strings.HasPrefix(strings.ToUpper(line), command) {
			return text, true
		}
	}
	return "", false
}

// talk holds one session (RFC 5321), without what this server's client does not use.
func (s *Server) talk(c net.Conn) {
	say := func(text string) { _, _ = fmt.Fprintf(c, "%s\r\n", text) }
	say("220 mail.test ESMTP")
	var m Mail
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if text, ok := s.told(line); ok {
			say(text)
			continue
		}
		switch verb {
		case "EHLO", "HELO":
			say("250 mail.test")
		case "MAIL":
			m = Mail{From: path(line)}
			say("250 2.1.0 sender ok")
		case "RCPT":
			m.To = append(m.To, path(line))
			say("250 2.1.5 recipient ok")
		case "DATA":
			say("354 go on")
			if !s.take(r, m, say) {
				return
			}
		case "QUIT":
			say("221 2.0.0 bye")
			return
		default:
			say("250 2.0.0 ok")
		}
	}
}

// take reads a message to its end and keeps it.
func (s *Server) take(r *bufio.Reader, m Mail, say func(string)) bool {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	if text, ok := s.told("."); ok {
		say(text)
		return true
	}
	if err := m.read(b.String()); err != nil {
		s.t.Errorf("reading a message: %v\n%s", err, b.String())
	}
	s.mu.Lock()
	s.mails = append(s.mails, m)
	s.mu.Unlock()
	say("250 2.0.0 queued")
	return true
}

// path is the address of MAIL FROM:<a@b> or RCPT TO:<a@b>.
func path(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	address, _, _ := strings.Cut(rest, ">")
	return address
}

// read takes a message apart.
func (m *Mail) read(raw string) error {
	parsed, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return err
	}
	m.Header, m.Attachments = parsed.Header, map[string]string{}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		return err
	}
	kind, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		m.Type = kind
		m.Body, err = decoded(parsed.Body, parsed.Header.Get("Content-Transfer-Encoding"))
		return err
	}
	for parts := multipart.NewReader(parsed.Body, parameters["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := decoded(p, p.Header.Get("Content-Transfer-Encoding"))
		if err != nil {
			return err
		}
		if name, err := new(mime.WordDecoder).DecodeHeader(p.FileName()); err != nil {
			return err
		} else if name != "" {
			m.Attachments[name] = text
			continue
		}
		m.Type, _, _ = mime.ParseMediaType(p.Header.Get("Content-Type"))
		m.Body = text
	}
}

func decoded(r io.Reader, encoding string) (string, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(r)
	return strings.ReplaceAll(string(b), "\r\n", "\n"), err
}
