package app_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// beside opens the server's database and folder as a command does.
func beside(t *testing.T, s *harness.Server) *app.App {
	t.Helper()
	a := must(app.New(t.Context(), s.App.Config, app.Parts{Clock: s.Clock}))
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func says(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q", err, text)
	}
}

// sealedBy returns how many values the key has sealed, and how many all keys have.
func sealedBy(t *testing.T, a *app.App, key uint32) (its, all int) {
	t.Helper()
	for _, c := range must(a.CountSealed(t.Context())) {
		for k, n := range c.Keys {
			all += n
			if k == key {
				its += n
			}
		}
	}
	return its, all
}

// A new key seals, what the old one has sealed is sealed anew, and the old one is retired, while the server answers.
func TestRotation(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir, address, now := t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	s := harness.Open(t, dir, address, now)
	s.User("powerless")
	m := fill(t, s)
	cli := beside(t, s)
	first := cli.Ring().Active()
	works := func(when string) {
		t.Helper()
		s.User(when)
		s.Must(when, http.MethodGet, "/api/v1/security/principals/self", nil, http.StatusOK)
		s.Must("admin", http.MethodPost, "/api/v1/authorities/from-p12/crl", nil, http.StatusOK)
		s.Must("admin", http.MethodPost, "/api/v1/authorities/made/renew", map[string]any{}, http.StatusOK)
		for _, path := range m.paths {
			s.Must("admin", http.MethodGet, path, nil, http.StatusOK)
		}
	}

	second := must(cli.PrepareKey(ctx))
	if again := must(cli.PrepareKey(ctx)); again != second {
		t.Errorf("a second key was prepared: %d beside %d", again, second)
	}
	works("prepared")
	if n, _ := sealedBy(t, cli, second); n != 0 {
		t.Errorf("a prepared key has sealed %d values", n)
	}
	says(t, cli.ActivateKey(ctx, second), "KEYSET-001")
	says(t, cli.ActivateKey(ctx, first), "KEYSET-003")
	if err := s.App.Tend(ctx); err != nil {
		t.Fatal(err)
	}
	if err := cli.ActivateKey(ctx, second); err != nil {
		t.Fatal(err)
	}
	works("unnoticed")
	if err := s.App.Tend(ctx); err != nil {
		t.Fatal(err)
	}
	works("activated")
	if n, _ := sealedBy(t, cli, second); n == 0 {
		t.Error("the new key does not seal")
	}
	says(t, cli.RetireKey(ctx, first), "may still run")
	now.Advance(2 * time.Minute)
	says(t, cli.RetireKey(ctx, first), "it has sealed")
	says(t, cli.RetireKey(ctx, second), "SECRET-009")
	says(t, cli.RetireKey(ctx, 7), "SECRET-008")

	s.Advance(0) // the job
	if n, all := sealedBy(t, cli, second); n != all || n < 10 {
		t.Errorf("the new key has sealed %d of %d values", n, all)
	}
	if n := must(cli.Reseal(ctx, nil)); n != 0 {
		t.Errorf("%d values were sealed anew twice", n)
	}
	works("resealed")
	if err := cli.RetireKey(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := s.App.Tend(ctx); err != nil {
		t.Fatal(err)
	}
	works("retired")
	again := harness.Open(t, dir, address, now)
	again.Must("admin", http.MethodPost, "/api/v1/authorities/from-pem/crl", nil, http.StatusOK)
}

// Resealing that is interrupted goes on where it was, and what cannot be opened is named and left alone.
func TestResealInParts(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := harness.New(t)
	s.User("ann")
	s.User("bob")
	second := must(s.App.PrepareKey(ctx))
	if err := s.App.Tend(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.App.ActivateKey(ctx, second); err != nil {
		t.Fatal(err)
	}
	stop, cancel := context.WithCancel(ctx)
	if _, err := s.App.Reseal(stop, func(int) { cancel() }); err == nil {
		t.Error("an interrupted run has ended well")
	}
	part, all := sealedBy(t, s.App, second)
	if part == 0 || part == all {
		t.Errorf("%d of %d values were sealed anew", part, all)
	}
	var ann, bob app.Sealed
	for _, v := range must(s.App.EverySealed(ctx)) {
		switch v.Object {
		case "local-identity/ann/password":
			ann = v
		case "local-identity/bob/password":
			bob = v
		}
	}
	if err := s.App.Misplace(ctx, ann, bob); err != nil {
		t.Fatal(err)
	}
	_, err := s.App.Reseal(ctx, nil)
	says(t, err, "configuration of local-identity/bob/password")
	if n, _ := sealedBy(t, s.App, second); n != all-1 {
		t.Errorf("%d of %d values were sealed anew, want all but one", n, all)
	}
}

func copyKeys(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, e := range must(os.ReadDir(from)) {
		if err := os.WriteFile(filepath.Join(to, e.Name()), must(os.ReadFile(filepath.Join(from, e.Name()))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Nodes with copies of the keyset: a key seals when all of them have it, and then everywhere.
func TestRotationOnSeveralNodes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	address, now := storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	nodes := map[string]*harness.Server{}
	dirs := map[string]string{"a": t.TempDir(), "b": t.TempDir(), "c": t.TempDir()}
	keys := func(node string) string { return filepath.Join(dirs[node], "data", "keys") }
	for _, name := range []string{"a", "b", "c"} {
		if name != "a" {
			copyKeys(t, keys("a"), keys(name))
		}
		nodes[name] = harness.Open(t, dirs[name], address, now, harness.With("node", name))
	}
	a, b, c := nodes["a"].App, nodes["b"].App, nodes["c"].App
	tend := func(all ...*app.App) {
		t.Helper()
		for _, one := range all {
			if err := one.Tend(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	first, second := a.Ring().Active(), must(a.PrepareKey(ctx))
	tend(a, b, c)
	says(t, a.ActivateKey(ctx, second), "nodes b, c")
	_, err := b.PrepareKey(ctx)
	says(t, err, "KEYSET-002")

	copyKeys(t, keys("a"), keys("b"))
	now.Advance(2 * time.Minute) // c says nothing and counts no more
	tend(a, b)
	if err := b.ActivateKey(ctx, second); err != nil { // on either node
		t.Fatal(err)
	}
	tend(a)
	for name, one := range map[string]*app.App{"a": a, "b": b} {
		if got := one.Ring().Active(); got != second {
			t.Errorf("node %s seals with %d, want %d", name, got, second)
		}
	}
	nodes["a"].User("ann")
	now.Advance(2 * time.Second) // b has configuration that is a second old at most
	if status, text := loginTo(t, nodes["b"], "ann", "Password-of-ann-1"); status != http.StatusOK {
		t.Errorf("what a sealed does not open on b: %d %s", status, text)
	}

	says(t, c.Tend(ctx), "does not hold the key")
	if status, text := get(t, nodes["c"].Manage+"/ready"); status != http.StatusServiceUnavailable || !strings.Contains(text, "keyset") {
		t.Errorf("a node without the key is ready: %d %s", status, text)
	}
	now.Advance(2 * time.Minute)
	tend(a, b)
	if err := a.Tasks.Due(ctx); err != nil {
		t.Fatal(err)
	}
	says(t, c.Tend(ctx), "does not hold the key")
	says(t, a.RetireKey(ctx, first), "the node c seals with it")
	copyKeys(t, keys("a"), keys("c"))
	tend(c)
	if status, text := get(t, nodes["c"].Manage+"/ready"); status != http.StatusOK {
		t.Errorf("a node with the key is not ready: %d %s", status, text)
	}
	if err := a.RetireKey(ctx, first); err != nil {
		t.Fatal(err)
	}
}

// loginTo asks who somebody is.
func loginTo(t *testing.T, s *harness.Server, name, password string) (int, string) {
	t.Helper()
	r := must(http.NewRequest(http.MethodGet, s.URL+"/api/v1/security/principals/self", nil))
	r.Header.Set("X-API-ID", name)
	r.Header.Set("X-API-KEY", password)
	w := must(s.Client.Do(r))
	defer func() { _ = w.Body.Close() }()
	return w.StatusCode, string(must(io.ReadAll(w.Body)))
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	w := must(http.Get(url))
	defer func() { _ = w.Body.Close() }()
	return w.StatusCode, string(must(io.ReadAll(w.Body)))
}

// The loss of keys is spoken of before it can happen: when no backup holds them, or not all of them.
func TestBackupReminder(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := harness.New(t)
	looks := func(when, warning, metric, doctor string) {
		t.Helper()
		if err := s.App.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		status, text := get(t, s.Manage+"/ready")
		if status != http.StatusOK || (warning == "") == strings.Contains(text, "warnings") || !strings.Contains(text, warning) {
			t.Errorf("%s: got %d %s, want %q", when, status, text, warning)
		}
		if _, text := get(t, s.Manage+"/metrics"); !strings.Contains(text, "\nhorizon_keyset_backup_age_seconds "+metric+"\n") {
			t.Errorf("%s: the metrics do not say %s", when, metric)
		}
		found := false
		for _, f := range s.App.Doctor(ctx) {
			found = found || strings.Contains(f.Level+" "+f.Text, doctor)
		}
		if !found {
			t.Errorf("%s: the doctor does not say %q", when, doctor)
		}
	}
	save := func(phrase string) {
		t.Helper()
		if err := s.App.Backup(ctx, filepath.Join(t.TempDir(), "backup"), secret.NewText(phrase)); err != nil {
			t.Fatal(err)
		}
	}
	looks("at first", "no backup of the keys was ever made", "+Inf", "warning no backup")
	save("")
	looks("after a backup without keys", "no backup of the keys was ever made", "+Inf", "warning no backup")
	save("a passphrase for the test")
	s.Clock.Advance(time.Minute)
	looks("after a backup", "", "60", "ok a backup holds all keys")
	must(s.App.PrepareKey(ctx))
	looks("after a new key", "the keys have changed since their last backup", "+Inf", "warning the keys have changed")
	save("a passphrase for the test")
	looks("after another backup", "", "0", "ok a backup holds all keys")
}

// The keyset lies on disk as the settings say, or the server does not start; the words come from where they can.
func TestKeysetForms(t *testing.T) {
	t.Parallel()
	dir, address, now := t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	words := filepath.Join(dir, "words")
	for name, text := range map[string]string{"words": "the first words of all\nno more\n", "horizon-passphrase": "the second words of all"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := harness.Open(t, dir, address, now, harness.With("secrets.keyset", "passphrase"), harness.With("secrets.passphraseFile", words))
	s.User("ann")
	load := func(environ []string, more map[string]string) *app.Config {
		t.Helper()
		flags := map[string]string{"data": s.Dir, "database": address}
		for k, v := range more {
			flags[k] = v
		}
		return must(app.Load("", environ, flags))
	}
	opens := func(c *app.Config) error {
		a, err := app.New(t.Context(), c, app.Parts{Clock: now})
		if err == nil {
			err = a.Close()
		}
		return err
	}
	plain, byCredential := load(nil, nil), load([]string{"CREDENTIALS_DIRECTORY=" + dir}, map[string]string{"secrets.keyset": "passphrase"})
	says(t, opens(plain), `move it with "horizon secrets seal", or set secrets.keyset to passphrase`)
	says(t, opens(load(nil, map[string]string{"secrets.keyset": "passphrase"})), "secrets.passphrase: set it, or")
	says(t, opens(byCredential), "SECRET-004")
	_, err := app.SealKeyset(byCredential, "passphrase", secret.NewText("not the words of all"))
	says(t, err, "SECRET-004")
	if was := must(app.SealKeyset(byCredential, "passphrase", must(app.FirstLine(words)))); was != "passphrase" {
		t.Errorf("it lay there as %s", was)
	}
	if err := opens(byCredential); err != nil {
		t.Error(err)
	}
	if was := must(app.SealKeyset(byCredential, "file", secret.Text{})); was != "passphrase" {
		t.Errorf("it lay there as %s", was)
	}
	if err := opens(plain); err != nil {
		t.Error(err)
	}
	says(t, opens(byCredential), "secrets.keyset is passphrase")
	s.Must("ann", http.MethodGet, "/api/v1/security/principals/self", nil, http.StatusOK) // it runs as it began
	says(t, s.App.Tend(t.Context()), "cannot be read again")

	_, err = app.Load("", nil, map[string]string{"secrets.keyset": "vault"})
	says(t, err, "secrets.keyset")
	says(t, app.MakeTokenKey(plain), "secrets.pkcs11.module")
	_, err = app.SealKeyset(load(nil, map[string]string{"data": filepath.Join(dir, "none")}), "file", secret.Text{})
	says(t, err, "no such file")
}
