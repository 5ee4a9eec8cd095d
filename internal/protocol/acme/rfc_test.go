package acme

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

// Every line of the list names tests that exist and run, or says why it needs none.
func TestRFC8555(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	check(t, err)
	exists := map[string]bool{}
	for _, name := range files {
		source, err := os.ReadFile(name)
		check(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllStringSubmatch(string(source), -1) {
			exists[m[1]] = true
		}
		if name != "rfc_test.go" && regexp.MustCompile(`\bt\.Skip`).Match(source) {
			t.Errorf("%s has a test that may not run", name)
		}
	}
	list, err := os.ReadFile("testdata/rfc8555.txt")
	check(t, err)
	paragraph := regexp.MustCompile(`^[678](\.\d+)*$`)
	lines := 0
	for n, line := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 3 || !paragraph.MatchString(parts[0]) || parts[1] == "" {
			t.Errorf("line %d: %q is not paragraph | statement | tests", n+1, line)
			continue
		}
		lines++
		if why, ok := strings.CutPrefix(parts[2], "n/a: "); ok && why != "" {
			continue
		}
		for _, name := range strings.Fields(parts[2]) {
			if !exists[name] {
				t.Errorf("line %d: there is no test %s", n+1, name)
			}
		}
	}
	if lines < 100 {
		t.Errorf("the list has %d lines", lines)
	}
}

// The types of errors are registered ones: RFC 8555, 6.7; RFC 9773, 7.4; and the one of the draft of profiles.
func TestErrorTypes(t *testing.T) {
	t.Parallel()
	registered := strings.Fields(`accountDoesNotExist alreadyRevoked badCSR badNonce badPublicKey badRevocationReason badSignatureAlgorithm caa
		compound connection dns externalAccountRequired incorrectResponse invalidContact malformed orderNotReady rateLimited rejectedIdentifier
		serverInternal tls unauthorized unsupportedContact unsupportedIdentifier userActionRequired alreadyReplaced invalidProfile`)
	for _, f := range fault.All() {
		is := formOf(f)
		if !slices.Contains(registered, is.name) || is.status < 400 || is.status > 599 {
			t.Errorf("%s becomes %s with status %d", f.Code(), is.name, is.status)
		}
		if (is.name == "serverInternal") != (is.status >= 500) {
			t.Errorf("%s becomes %s with status %d", f.Code(), is.name, is.status)
		}
	}
}

// What is sent of an error holds no cause.
func TestProblemHidesCause(t *testing.T) {
	t.Parallel()
	p := problemOf(fault.Unexpected.Because(os.ErrPermission))
	if p.Type != urn+"serverInternal" || strings.Contains(p.stored(), "permission") {
		t.Errorf("got %s", p.stored())
	}
	if got := readProblem("{"); got == nil || got.Type != urn+"serverInternal" {
		t.Errorf("got %+v", got)
	}
}

// http-01 asks port 80 and tls-alpn-01 port 443, unless the profile says otherwise: RFC 8555, 8.3; RFC 8737, 3.
func TestStandardPorts(t *testing.T) {
	t.Parallel()
	p := Profile{}
	if p.httpPort() != 80 || p.alpnPort() != 443 || p.attempts() != 3 || p.timeout().Seconds() != 10 || p.delay().Seconds() != 3 {
		t.Errorf("got %d %d %d %s %s", p.httpPort(), p.alpnPort(), p.attempts(), p.timeout(), p.delay())
	}
}

// An answer to a challenge that is no object is an error: RFC 8555, 7.5.1.
func TestChallengeResponse(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	at, _ := c.offered(c.order("a.localhost").want(t, 201).list(t, "authorizations")[0], http01)
	for _, payload := range []string{"x", "[]", `"{}"`, "null", "{"} {
		c.post(at, payload).want(t, 400, "malformed")
	}
	b.account("web").post(at, "{}").want(t, 403, "unauthorized")
	if got := b.events("ACME-CHALLENGE-REQUEST-VERIFY"); len(got) != 6 {
		t.Errorf("got %v", got)
	}
	if got := c.post(at, "").text(t, "status"); got != pending {
		t.Errorf("the challenge is %s", got)
	}
}
