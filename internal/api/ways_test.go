package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
)

// The way of a certificate is told link by link; one whose issuer is not known ends there.
func TestWays(t *testing.T) {
	t.Parallel()
	s := start(t)
	type ways struct {
		Ways []struct {
			Complete bool
			Links    []struct {
				CA          string
				Certificate struct{ DN string }
				Published   *struct{ Status string }
			}
		}
	}
	told := func(der []byte) (all []string) {
		t.Helper()
		contentType, body := formOf(t, "x509", der, nil)
		var v ways
		s.posted("/rfc5280/trust", contentType, body, &v)
		for _, w := range v.Ways {
			line := map[bool]string{true: "complete", false: "open"}[w.Complete]
			for _, l := range w.Links {
				if l.Published != nil {
					t.Errorf("%s: a CA of another server publishes nothing here", l.Certificate.DN)
				}
				line += ", " + l.Certificate.DN + " " + l.CA
			}
			all = append(all, line)
		}
		return all
	}
	for name, c := range map[string]struct {
		of   *pki.Certificate
		want []string
	}{
		"leaf": {s.leaf, []string{"complete, CN=Root root, CN=a.example.com "}},
		"root": {s.root, []string{"complete, CN=Root root"}},
	} {
		if diff := cmp.Diff(c.want, told(c.of.X509.Raw)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	contentType, body := formOf(t, "x509", []byte("nothing"), nil)
	if status, text := s.call("bob", "POST", "/rfc5280/trust", contentType, body); status != 400 || !strings.Contains(text, "RFC5280-001") {
		t.Errorf("got %d %s", status, text)
	}
}

// OpenSSL reads the bundle: the certificate, then its chain.
func TestBundle(t *testing.T) {
	t.Parallel()
	s := start(t)
	contentType, body := formOf(t, "x509", []byte(s.leaf.PEM()), nil)
	status, bundle := s.call("bob", "POST", "/rfc5280/pkcs7", contentType, body)
	if status != 200 {
		t.Fatalf("got %d %s", status, bundle)
	}
	at := filepath.Join(t.TempDir(), "chain.p7b")
	if err := os.WriteFile(at, []byte(bundle), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("openssl", "pkcs7", "-inform", "DER", "-in", at, "-print_certs", "-noout").CombinedOutput()
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	subjects := []string{}
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(line, "subject="); ok {
			subjects = append(subjects, strings.ReplaceAll(strings.TrimSpace(name), " ", ""))
		}
	}
	if diff := cmp.Diff([]string{"CN=a.example.com", "CN=Root"}, subjects); diff != "" {
		t.Errorf("%s in %s", diff, out)
	}
	contentType, body = formOf(t, "x509", []byte("nothing"), nil)
	if status, text := s.call("bob", "POST", "/rfc5280/pkcs7", contentType, body); status != 400 || !strings.Contains(text, "RFC5280-001") {
		t.Errorf("got %d %s", status, text)
	}
}
