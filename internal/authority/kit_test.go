package authority_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // for CertIDs
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/task"
)

// bench is an engine on an empty database with a clock that starts at the time of the machine: OpenSSL asks no other.
type bench struct {
	*authority.Engine
	t   testing.TB
	now *clock.Manual
	log *event.Log
	run *task.Runner
}

var (
	ctx    = context.Background()
	admin  = access.Caller{ID: "ann", Type: access.Local, Rights: access.RightsOf("configuration:*")}
	reader = access.Caller{ID: "bob", Type: access.Local, Rights: access.RightsOf("configuration:pki:authority:read")}
	nobody = access.Caller{ID: "eve", Type: access.Local}
)

func start(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, now: clock.NewManual(time.Now())}
	db := storetest.Open(t, b.now)
	b.on(db)
	return b
}

// on opens an engine with keys of its own on the database.
func (b *bench) on(db *store.DB) {
	b.t.Helper()
	folder, err := secret.OpenFolder(filepath.Join(b.t.TempDir(), "keys"))
	check(b.t, err)
	ring, err := secret.OpenKeyring(folder)
	check(b.t, err)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	check(b.t, err)
	private, public, err := note.GenerateKey(rand.Reader, "log.test")
	check(b.t, err)
	signer, err := note.NewSigner(private)
	check(b.t, err)
	key, err := note.NewVerifier(public)
	check(b.t, err)
	b.log = &event.Log{DB: db, Seals: seals, Signer: signer, Key: key}
	b.Engine = authority.New(&act.DB{DB: db, Pen: event.Pen{Seals: seals}}, ring, "http://pki.example:8080")
	b.run, err = task.New(db, b.Jobs(), nil)
	check(b.t, err)
}

// another is a second node on the same database.
func (b *bench) another() *authority.Engine {
	return &authority.Engine{DB: b.DB, Keys: b.Keys, PublicURL: b.PublicURL}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t testing.TB, err error, want *fault.Fault, words ...string) {
	t.Helper()
	if want == nil {
		check(t, err)
		return
	}
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
		return
	}
	for _, w := range words {
		if !strings.Contains(fault.Of(err).Reason(), w) {
			t.Errorf("got %q, want it to say %q", fault.Of(err).Reason(), w)
		}
	}
}

func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("got (+), want (-):\n%s", d)
	}
}

// work does what is due by the clock.
func (b *bench) work() {
	b.t.Helper()
	check(b.t, b.run.Due(ctx))
}

// events seals what is pending and returns it as "CODE status name message".
func (b *bench) events() (all []string) {
	b.t.Helper()
	b.log.Sink = func(e event.Event) {
		line := strings.Join([]string{e.Code, string(e.Status), e.Detail("kind"), e.Detail("name"), e.Detail("error")}, " ")
		all = append(all, strings.TrimSpace(line))
	}
	_, err := b.log.Seal(ctx)
	check(b.t, err)
	return all
}

func (b *bench) create(s authority.Spec) {
	b.t.Helper()
	check(b.t, b.Create(ctx, admin, s))
}

// pair creates root and issuing, two CAs of the type.
func (b *bench) pair(k pki.KeyType) {
	b.t.Helper()
	b.create(authority.Spec{Name: "root", KeyType: k})
	b.create(authority.Spec{Name: "issuing", Parent: "root", KeyType: k})
}

func newKey(t testing.TB, k pki.KeyType) crypto.Signer {
	t.Helper()
	key, err := pki.Generate(k)
	check(t, err)
	return key
}

func order(t testing.TB, id, ca string) authority.Order {
	return authority.Order{
		RequestID: id, CA: ca, PublicKey: newKey(t, pki.P256).Public(),
		Subject: pki.Name{{Type: pki.CN, Value: "www.example.com"}}, SANs: []pki.SAN{{Type: pki.DNSName, Value: "www.example.com"}},
	}
}

func (b *bench) issue(id, ca string) authority.Issued {
	b.t.Helper()
	done, err := b.Issue(ctx, order(b.t, id, ca))
	check(b.t, err)
	return done
}

func parse(t testing.TB, der []byte) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(der)
	check(t, err)
	return c
}

// file writes a file for openssl.
func file(t testing.TB, name string, content []byte) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(at, content, 0o600))
	return at
}

func pemFile(t testing.TB, ders ...[]byte) string {
	t.Helper()
	return file(t, "certs.pem", []byte(authority.PEM(ders)))
}

// openssl runs the command and returns all it says, and whether it was content.
func openssl(t testing.TB, args ...string) (string, bool) {
	t.Helper()
	out, err := exec.Command("openssl", args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), err == nil
}

func wantOpenSSL(t testing.TB, want string, args ...string) {
	t.Helper()
	if out, _ := openssl(t, args...); !strings.Contains(out, want) {
		t.Errorf("openssl %s\nsays %s\nwant %q", strings.Join(args, " "), out, want)
	}
}

// crl returns the revocation list of a generation, parsed and verified.
func (b *bench) crl(name string, generation int64) (*authority.List, *pki.CRL) {
	b.t.Helper()
	l, err := b.CRL(ctx, name, generation)
	check(b.t, err)
	c, err := pki.ParseCRL(l.DER)
	check(b.t, err)
	ca, err := b.Get(ctx, admin, name)
	check(b.t, err)
	check(b.t, c.Verify(ca.Generations[generation-1].Certificate))
	return l, c
}

// revoked lists the entries as "serial reason".
func revoked(t testing.TB, c *pki.CRL) (all []string) {
	t.Helper()
	for r, err := range c.Entries() {
		check(t, err)
		all = append(all, pki.SerialHex(bigInt(r.Serial))+" "+string(r.Reason))
	}
	return all
}

// code returns the code of a fault, or "".
func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code()
}

func hashOf(b []byte) []byte {
	sum := sha1.Sum(b) //nolint:gosec // the CertID of RFC 5019
	return sum[:]
}

// keyBits is the content of the BIT STRING of the key of a certificate.
func keyBits(t testing.TB, c *x509.Certificate) []byte {
	t.Helper()
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	_, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &spki)
	check(t, err)
	return spki.Key.Bytes
}

func (b *bench) keyOf(name string) crypto.Signer {
	b.t.Helper()
	key, err := b.KeyOf(ctx, name)
	check(b.t, err)
	return key
}
