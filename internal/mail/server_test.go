package mail_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/secret"
)

// realServer is aiosmtpd, with a certificate of its own.
type realServer struct {
	port int
	ca   string // file
	out  *bufio.Scanner
}

// received is a message as the server tells of it.
type received struct {
	From, User, Content string
	To                  []string
	TLS                 bool
}

// serve starts the server with the Python it is installed for. There is no way around it: scripts/components.sh installs it.
func serve(t *testing.T, mode string, excluded ...string) *realServer {
	t.Helper()
	certificate, key := selfSigned(t)
	command := exec.Command("/usr/bin/python3", append([]string{"testdata/server.py", mode, certificate, key}, excluded...)...)
	in, err := command.StdinPipe()
	check(t, err)
	out, err := command.StdoutPipe()
	check(t, err)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	check(t, command.Start())
	s := &realServer{ca: certificate, out: bufio.NewScanner(out)}
	t.Cleanup(func() {
		_ = in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the mail server: %v\n%s", err, complaint.String())
		}
	})
	if !s.out.Scan() {
		_ = in.Close()
		t.Fatalf("the mail server did not start; it needs the Debian package python3-aiosmtpd (scripts/components.sh installs it)")
	}
	s.port, err = strconv.Atoi(s.out.Text())
	check(t, err)
	return s
}

// next waits for a message.
func (s *realServer) next(t *testing.T) (m received) {
	t.Helper()
	if !s.out.Scan() {
		t.Fatal("the mail server has ended")
	}
	check(t, json.Unmarshal(s.out.Bytes(), &m))
	return m
}

func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	check(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	check(t, err)
	write := func(name, label string, der []byte) string {
		file := filepath.Join(t.TempDir(), name)
		check(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}), 0o600))
		return file
	}
	return write("certificate.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER)
}

// A real server takes a message in every way a connection is secured and a login is shown.
func TestRealServer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, mode, user string
		excluded         []string
	}{
		{"STARTTLS and PLAIN", mail.StartTLS, "horizon", []string{"LOGIN"}},
		{"STARTTLS and LOGIN", mail.StartTLS, "horizon", []string{"PLAIN"}},
		{"implicit TLS", mail.ImplicitTLS, "horizon", nil},
		{"neither", mail.PlainText, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.mode, test.excluded...)
			b := start(t, func(s *mail.Settings) {
				s.Port, s.TLS, s.CA, s.User = server.port, test.mode, server.ca, test.user
				if test.user != "" {
					s.Password = secret.NewText("correct horse")
				}
			})
			check(t, b.Check(context.Background()))
			id, answer, err := b.Test(context.Background(), access.System("test", ""), "ann@example.com")
			if err != nil || answer != "250 2.0.0 kept" {
				t.Fatalf("got %q and %v", answer, err)
			}
			got := server.next(t)
			if got.From != "pki@example.com" || got.To[0] != "ann@example.com" || got.User != test.user || got.TLS != (test.mode != mail.PlainText) {
				t.Errorf("got %+v", got)
			}
			if !strings.Contains(got.Content, "Message-ID: <"+id+">\r\n") || !strings.Contains(got.Content, "\r\n\r\nThis message shows") {
				t.Errorf("got %s, want %s in it", got.Content, id)
			}
			b.queue(note)
			b.advance(0)
			if got := server.next(t); len(b.list()) != 0 || !strings.Contains(got.Content, "Subject: =?UTF-8?q?Ende_naht_=E2=80=94_=C3=A4?=") {
				t.Errorf("got %s, and %d messages left", got.Content, len(b.list()))
			}
		})
	}
}

// What keeps a message from being handed over is said precisely.
func TestRealServerRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, mode string
		edit       func(*mail.Settings)
		want       string
	}{
		{"a wrong password", mail.StartTLS, func(s *mail.Settings) { s.User, s.Password = "horizon", secret.NewText("wrong") }, "MAIL-005 The mail server refused: AUTH PLAIN: 535 5.7.8"},
		{"no login", mail.StartTLS, func(*mail.Settings) {}, "MAIL-005 The mail server refused: MAIL FROM: 530 5.7.0"},
		{"another CA", mail.StartTLS, func(s *mail.Settings) { s.CA = "" }, "MAIL-006 The connection to the mail server could not be secured: tls: failed to verify"},
		{"another CA, at once", mail.ImplicitTLS, func(s *mail.Settings) { s.CA = "" }, "MAIL-006"},
		{"no STARTTLS", mail.PlainText, func(s *mail.Settings) { s.TLS = mail.StartTLS }, "MAIL-006 The connection to the mail server could not be secured: the server offers no STARTTLS"},
		{"TLS where there is none", mail.PlainText, func(s *mail.Settings) { s.TLS = mail.ImplicitTLS }, "MAIL-006"},
		{"nobody there", mail.PlainText, func(s *mail.Settings) { s.Port = 1 }, "MAIL-004 The mail server could not be reached"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.mode)
			b := start(t, func(s *mail.Settings) {
				s.Port, s.TLS, s.CA = server.port, test.mode, server.ca
				test.edit(s)
			})
			_, _, err := b.Test(context.Background(), access.System("test", ""), "ann@example.com")
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			b.queue(note)
			b.advance(0)
			if one := b.list()[0]; one.State != mail.Waiting || one.Attempts != 1 {
				t.Errorf("got %+v, want it waiting for a better day", one)
			}
		})
	}
}
