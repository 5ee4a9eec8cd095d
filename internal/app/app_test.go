package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

func TestStories(t *testing.T) {
	t.Parallel()
	harness.Stories(t, "testdata/stories")
}

// The first start sets everything up and says so; the second only starts.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	dir, url, now := t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	s := harness.Open(t, dir, url, now)
	var first []string
	for _, e := range s.Fresh() {
		first = append(first, e.String())
	}
	slices.Sort(first)
	want := []string{
		"BOOTSTRAP-ADMINISTRATOR-ACCOUNT success", "BOOTSTRAP-ADMINISTRATOR-PRINCIPAL success", "BOOTSTRAP-GRADING-POLICY success",
		"BOOTSTRAP-GRADING-RULESET success", "BOOTSTRAP-LOCAL-IDENTITY-PROVIDER success", "BOOTSTRAP-PASSWORD-POLICY success",
		"BOOTSTRAP-SYSTEM-CONFIGURATION success", "SEC-AUTHENTICATION success", "SERVICE-START success",
	}
	if diff := cmp.Diff(want, slices.Compact(first)); diff != "" {
		t.Errorf("events of the first start (-want +got):\n%s", diff)
	}
	now.Advance(time.Minute) // the first one, which never stopped, loses the work that one node does at a time
	again := harness.Open(t, dir, url, now)
	var second []string
	for _, e := range again.Events("")[len(first):] {
		second = append(second, e.String())
	}
	if diff := cmp.Diff([]string{"SERVICE-START success", "SEC-AUTHENTICATION success"}, second); diff != "" {
		t.Errorf("events of the second start (-want +got):\n%s", diff)
	}
}

// Keys of another database are refused in one clear line.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	now := clock.NewManual(time.Now())
	harness.Open(t, t.TempDir(), url, now)
	c, err := app.Load("", nil, map[string]string{"data": t.TempDir() + "/data", "database": url})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // it makes none
		if _, err := app.New(context.Background(), c, app.Parts{Clock: now}); err == nil || !strings.Contains(err.Error(), "there is no secrets.keyset") {
			t.Errorf("got %v, want that the keys are missing", err)
		}
	}
	keys, err := app.OpenKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.OpenKeyring(c, keys); err != nil { // another one
		t.Fatal(err)
	}
	if _, err := app.New(context.Background(), c, app.Parts{Clock: now}); err == nil || !strings.Contains(err.Error(), "are not those of the database") {
		t.Errorf("got %v, want that the keys are not those of the database", err)
	}
}

// The contract is golden: UPDATE=1 rewrites it, and the difference is read as a change of the product.
func TestContract(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	text := s.Must("admin", http.MethodGet, "/api/v1/openapi.json", nil, http.StatusOK)
	text = strings.ReplaceAll(text, s.URL, "https://localhost:8443")
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(text), "", " "); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/openapi.json", indented.String())
	var faults strings.Builder
	for _, f := range fault.All() {
		if !strings.Contains(f.Code(), "TEST") {
			faults.WriteString(f.Code() + " " + f.Text() + "\n")
		}
	}
	golden(t, "testdata/faults.txt", faults.String())
	golden(t, "testdata/kinds.txt", strings.Join(app.Keywords(), "\n")+"\n")
	golden(t, "../../docs/settings.md", app.SettingsTable())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.FromSlash(file)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s has changed (UPDATE=1 rewrites it):\n%s", file, diff)
	}
}

func TestManagement(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	for path, want := range map[string]string{"/alive": "", "/ready": `"ready":true`, "/metrics": "horizon_http_request_seconds"} {
		s.Call("admin", http.MethodGet, "/api/v1/events/key", nil)
		r, err := http.Get(s.Manage + path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, err = b.ReadFrom(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || !strings.Contains(b.String(), want) {
			t.Errorf("%s: got %d %s %v, want %s", path, r.StatusCode, b.String(), err, want)
		}
	}
}

// A backup restored elsewhere holds, keeps its secrets, and goes on.
func TestBackup(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_POSTGRES") != "" {
		t.Log("the database server makes its own backups; the file holds the keys alone")
	}
	s := harness.New(t)
	s.User("ann", "configuration:*")
	s.Fresh()
	file := filepath.Join(t.TempDir(), "backup")
	phrase := secret.NewText("a passphrase for the test")
	if err := s.App.Backup(context.Background(), file, phrase); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := app.Unpack(file, dir, secret.NewText("wrong")); err == nil {
		t.Error("keys were opened with a wrong passphrase")
	}
	dir = t.TempDir()
	if _, err := app.Unpack(file, filepath.Join(dir, "data"), phrase); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Unpack(file, filepath.Join(dir, "data"), phrase); err == nil {
		t.Error("a folder that is not empty was restored into")
	}
	if os.Getenv("TEST_POSTGRES") != "" {
		return
	}
	restored := harness.Open(t, dir, filepath.Join(dir, "data", "horizon.db"), s.Clock)
	report, err := restored.App.Restored(context.Background())
	if err != nil || report.Problem != nil || report.Held == 0 {
		t.Errorf("got %+v %v", report, err)
	}
	restored.Must("admin", http.MethodGet, "/api/v1/security/identity/locals/ann", nil, http.StatusOK)
}
