package clients

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// certbot is an installation of certbot with folders of its own.
type certbot struct {
	*server
	dir string
}

func newCertbot(s *server) *certbot {
	s.t.Helper()
	need(s.t, "certbot", "certbot")
	return &certbot{s, s.t.TempDir()}
}

// run runs certbot and returns what it printed.
func (c *certbot) run(args ...string) (said string, code int) {
	c.t.Helper()
	all := append(args, "--server", c.directory(), "-n", "--config-dir", c.path("config"), "--work-dir", c.path("work"), "--logs-dir", c.path("logs"))
	p := exec.Command("certbot", all...)
	p.Env = append(environment(), "REQUESTS_CA_BUNDLE="+c.caFile())
	out, complaint, code := finish(c.t, p)
	return out + complaint, code
}

func (c *certbot) path(name string) string { return filepath.Join(c.dir, name) }

// do runs a command of certbot that has to succeed.
func (c *certbot) do(args ...string) {
	c.t.Helper()
	if said, code := c.run(args...); code != 0 {
		c.t.Fatalf("certbot %s: exit code %d\n%s\nthe server said:\n%s", strings.Join(args, " "), code, said, c.said)
	}
}

// standalone are the arguments of an order that is proven by http-01.
func (c *certbot) standalone(port int, names ...string) []string {
	args := []string{
		"certonly", "--standalone", "--http-01-port", fmt.Sprint(port), "--http-01-address", "127.0.0.1", "--agree-tos", "-m", "a@example.com",
		"--cert-name", names[0],
	}
	for _, n := range names {
		args = append(args, "-d", n)
	}
	return args
}

// live returns the certificate of a name with its chain.
func (c *certbot) live(name string) []*x509.Certificate {
	c.t.Helper()
	return certificates(c.t, read(c.t, c.file(name, "fullchain.pem")))
}

func (c *certbot) file(name, file string) string { return c.path("config/live/" + name + "/" + file) }

// accounts returns the accounts certbot has.
func (c *certbot) accounts() []string {
	c.t.Helper()
	all, err := filepath.Glob(c.path("config/accounts/*/acme/quickstart/directory/*/regr.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// registered wants the server to know an account like this.
func (s *server) registered(id, status, contact string) {
	s.t.Helper()
	var got struct {
		Status   string   `json:"status"`
		Contacts []string `json:"contacts"`
	}
	s.into(&got, http.MethodGet, "/api/v1/acme/accounts/"+id, nil, http.StatusOK)
	if got.Status != status || !slices.Equal(got.Contacts, []string{contact}) {
		s.t.Errorf("account %s is %s with %s, want %s with %s", id, got.Status, got.Contacts, status, contact)
	}
}

// A server's certificate over its whole life: issued, renewed, revoked by its key and by its account.
func TestCertbot(t *testing.T) {
	t.Parallel()
	c := newCertbot(start(t))

	c.do(c.standalone(c.http01, "a.localhost")...)
	first := c.expect(order...)
	placed := c.one(first, "ACME-ORDER-NEW")
	for _, e := range first {
		if got := e.Detail("certificateProfile"); got != "quickstart" {
			t.Errorf("%s names the profile %q", e, got)
		}
		if e.Code != "LIFECYCLE-ENROLL" && e.Detail("identifier") != "a.localhost" {
			t.Errorf("%s names %q, want a.localhost", e, e.Detail("identifier"))
		}
		if e.Detail("actorId") == "" || e.Detail("actorId") != placed.Detail("actorId") {
			t.Errorf("%s was caused by %q, want the account %q", e, e.Detail("actorId"), placed.Detail("actorId"))
		}
	}
	chain := c.live("a.localhost")
	c.holds(chain, "a.localhost")
	c.good(chain)

	c.do(c.standalone(c.http01, "b.localhost", "c.localhost")...)
	c.expectSet(append([]string{"ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success"}, order...)...)
	c.holds(c.live("b.localhost"), "b.localhost", "c.localhost")

	c.do("renew", "--force-renewal", "--no-random-sleep-on-renew", "--cert-name", "a.localhost")
	again := c.one(c.expect(order...), "ACME-ORDER-NEW")
	if again.Detail("accountId") == "" || again.Detail("accountId") != placed.Detail("accountId") {
		t.Errorf("the renewal was ordered by account %q, want %q", again.Detail("accountId"), placed.Detail("accountId"))
	}
	renewed := c.live("a.localhost")
	c.holds(renewed, "a.localhost")
	if renewed[0].SerialNumber.Cmp(chain[0].SerialNumber) == 0 {
		t.Error("the renewal brought the same certificate")
	}

	c.do("update_account", "-m", "b@example.com")
	c.expect()
	c.registered(placed.Detail("accountId"), "valid", "mailto:b@example.com")

	key := c.file("a.localhost", "privkey.pem")
	c.do("revoke", "--cert-path", c.file("a.localhost", "cert.pem"), "--key-path", key, "--reason", "keycompromise", "--no-delete-after-revoke")
	gone := c.expect("LIFECYCLE-REVOKE success", "ACME-REVOKE success")
	if got := c.one(gone, "LIFECYCLE-REVOKE").Detail("certificateSerial"); !strings.EqualFold(strings.TrimLeft(got, "0"), renewed[0].SerialNumber.Text(16)) {
		t.Errorf("certificate %s was revoked, want %x", got, renewed[0].SerialNumber)
	}
	c.revoked(renewed, "keyCompromise")

	two := c.live("b.localhost")
	c.do("revoke", "--cert-name", "b.localhost", "--reason", "superseded", "--no-delete-after-revoke")
	c.expect("LIFECYCLE-REVOKE success", "ACME-REVOKE success")
	c.revoked(two, "superseded")
	c.good(chain)

	if said, code := c.run("revoke", "--cert-name", "b.localhost", "--no-delete-after-revoke"); code != 1 {
		t.Errorf("revoking twice: exit code %d, %s", code, said)
	}
	if log := string(read(t, c.path("logs/letsencrypt.log"))); !strings.Contains(log, "urn:ietf:params:acme:error:alreadyRevoked") { // RFC 8555, 7.6
		t.Errorf("revoking twice was not answered with alreadyRevoked:\n%s", log)
	}
	c.expect("LIFECYCLE-REVOKE warning", "ACME-REVOKE warning")
}

// A name that does not answer is refused, with the same reason for who asked and in the log.
func TestCertbotRefused(t *testing.T) {
	t.Parallel()
	c := newCertbot(start(t))
	silent := ports(t, 1)[0]

	said, code := c.run(c.standalone(silent, "silent.localhost")...)
	got := c.expect(
		"ACME-ORDER-NEW success", "ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY warning", "ACME-ORDER-UPDATE success")
	failed := c.one(got, "ACME-CHALLENGE-VERIFY")
	reason := failed.Detail("message")
	if code != 1 || !strings.Contains(said, fmt.Sprintf(":%d", c.http01)) || !strings.Contains(said, "refused") {
		t.Errorf("exit code %d, want 1 and what could not be reached:\n%s", code, said)
	}
	if !strings.Contains(reason, "refused") || failed.Detail("identifier") != "silent.localhost" || failed.Detail("challengeType") != "http-01" {
		t.Errorf("the log does not say why: %s", told(got))
	}
	if e := c.one(got, "ACME-ORDER-UPDATE"); e.Detail("state") != "invalid" || e.Detail("message") == "" {
		t.Errorf("the order did not become invalid with a reason: %s", told(got))
	}

	if n := len(c.accounts()); n != 1 {
		t.Fatalf("certbot has %d accounts, want 1", n)
	}
	c.do("unregister")
	c.expect()
	c.registered(c.one(got, "ACME-ORDER-NEW").Detail("accountId"), "deactivated", "mailto:a@example.com")
	if n := len(c.accounts()); n != 0 {
		t.Errorf("certbot has %d accounts after it gave its own up", n)
	}
	c.do(c.standalone(c.http01, "silent.localhost")...)
	fresh := c.expect(order...)
	if c.one(fresh, "ACME-ORDER-NEW").Detail("accountId") == c.one(got, "ACME-ORDER-NEW").Detail("accountId") {
		t.Error("the account that was given up places orders")
	}
}

// What the server prints at its first start works when it is pasted, but for the ports this test has to change.
func TestPasted(t *testing.T) {
	t.Parallel()
	need(t, "certbot", "certbot")
	s := start(t)
	lines := strings.Split(s.said.String(), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "certbot certonly") })
	if i < 0 {
		t.Fatalf("the server does not print a command of certbot:\n%s", s.said)
	}
	command := strings.Replace(lines[i], "--http-01-port 5080", fmt.Sprintf("--http-01-port %d", s.http01), 1)
	p := exec.Command("sh", "-c", command)
	p.Env = environment()
	if out, complaint, code := finish(t, p); code != 0 {
		t.Fatalf("%s: exit code %d\n%s%s", command, code, out, complaint)
	}
	s.expect(order...)
	s.holds(certificates(t, read(t, filepath.Join(s.dir, "quickstart", "certbot", "config", "live", "a.localhost", "fullchain.pem"))), "a.localhost")
}
