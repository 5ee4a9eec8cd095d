package app_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// Whatever secret is written into a server stands in none of what can be seen of it: the database, the log, the events, the
// answers, the shown configuration, a backup without keys.
func TestNoSecretIsSeen(t *testing.T) {
	t.Parallel()
	var log everything
	words := "Mk1-the-words-of-the-keyset"
	seal := "Mk1-the-secret-of-the-seals"
	address := storetest.URL(t)
	s := harness.Open(t, t.TempDir(), address, clock.NewManual(time.Now().Truncate(time.Second)),
		harness.LogTo(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		harness.With("log.events", "true"), harness.With("secrets.keyset", "passphrase"), harness.With("secrets.passphrase", words),
		harness.With("events.sealSecret", seal), harness.With("log.level", "debug"))
	s.User("powerless")
	m := fill(t, s)
	m.secrets["password of the administrator"] = []byte(harness.AdminPassword)
	m.secrets["passphrase of the keyset"], m.secrets["secret of the seals"] = []byte(words), []byte(seal)
	s.Advance(time.Hour)
	m.stored()
	if len(m.secrets) < 30 {
		t.Errorf("only %d secrets were written", len(m.secrets))
	}

	m.read()
	m.find("the answers", m.bodies.Bytes())
	m.find("the log", log.Bytes())
	for _, line := range s.App.Config.Effective() {
		m.find("the shown configuration", fmt.Append(nil, line))
	}
	m.find("the database", databaseOf(t, address))
	m.find("a backup without keys", backupOf(t, s))
	if !bytes.Contains(databaseOf(t, address), []byte("marked-0")) || !bytes.Contains(log.Bytes(), []byte("marked-0")) {
		t.Error("the test does not look at what was written")
	}
}

// read calls whatever reads: every operation without parameters, what was made, every search, all events.
func (m *marked) read() {
	m.t.Helper()
	for _, op := range m.s.App.Operations() {
		path := "/api/v1" + op.Path
		switch {
		case strings.Contains(path, "{"):
		case op.Method == http.MethodGet:
			m.call("admin", op.Method, path, nil)
		case op.Method == http.MethodPost && (strings.HasSuffix(path, "/search") || strings.HasSuffix(path, "/list")):
			m.call("admin", op.Method, path, map[string]any{"query": "", "pageSize": 100, "withCount": true})
		}
	}
	for _, path := range append(m.paths, "/api/v1/acme/eab/marked") {
		m.must(http.MethodGet, path, nil, http.StatusOK)
	}
	for _, e := range m.s.Events("") {
		fmt.Fprintln(&m.bodies, e)
	}
}

// databaseOf returns all that the database keeps.
func databaseOf(t *testing.T, address string) []byte {
	t.Helper()
	u, err := url.Parse(address)
	if err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		q := u.Query()
		schema, _, _ := strings.Cut(q.Get("search_path"), ",")
		q.Del("search_path")
		u.RawQuery = q.Encode()
		return must(exec.Command("pg_dump", "--schema="+schema, u.String()).Output())
	}
	var all []byte
	for _, file := range must(filepath.Glob(address + "*")) {
		all = append(all, must(os.ReadFile(file))...)
	}
	return all
}

func backupOf(t *testing.T, s *harness.Server) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	if err := s.App.Backup(t.Context(), file, secret.Text{}); err != nil {
		t.Fatal(err)
	}
	b := must(os.ReadFile(file))
	r := tar.NewReader(bytes.NewReader(b))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return b
		}
		if err != nil || h.Name == "keys.sealed" {
			t.Fatalf("got %v, %v, want a backup without keys", h, err)
		}
	}
}

// A sealed value opens where it belongs and nowhere else: not for another object, field, kind or purpose.
func TestSealedValuesStayInPlace(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("powerless")
	fill(t, s)
	all, ring := must(s.App.EverySealed(t.Context())), s.App.Ring()
	visited := map[string]bool{}
	for _, v := range all {
		visited[v.Purpose] = true
		if _, err := ring.Open(v.Purpose, v.Object, v.Value); err != nil {
			t.Errorf("%s of %s: %v", v.Purpose, v.Object, err)
		}
		for _, other := range all {
			if v.Purpose == other.Purpose && v.Object == other.Object {
				continue
			}
			if _, err := ring.Open(other.Purpose, other.Object, v.Value); !errors.Is(err, secret.Unreadable) {
				t.Errorf("%s of %s opens as %s of %s", v.Purpose, v.Object, other.Purpose, other.Object)
			}
		}
	}
	for _, p := range ring.Purposes() {
		if !visited[p] {
			t.Errorf("what is sealed for %s cannot be sealed anew: its owner is not in the list of sealed.go", p)
		}
	}
	for _, want := range []string{"configuration", "signing-key", "acme-eab", "server"} {
		if !visited[want] {
			t.Errorf("nothing is sealed for %s", want)
		}
	}

	// Who may write to the database does not get into an account with the password of another.
	at := func(object string) int {
		i := slices.IndexFunc(all, func(v app.Sealed) bool { return v.Object == object })
		if i < 0 {
			t.Fatalf("there is no %s", object)
		}
		return i
	}
	mine, theirs := all[at("local-identity/powerless/password")], all[at("local-identity/administrator/password")]
	if err := s.App.Misplace(t.Context(), mine, theirs); err != nil {
		t.Fatal(err)
	}
	s.Advance(10 * time.Minute)
	if status, text := s.Call("admin", http.MethodGet, "/api/v1/security/principals/self", nil); status < 400 {
		t.Errorf("got %d %s, want nobody let in", status, text)
	}
}
