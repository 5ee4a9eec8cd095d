package clients

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/harness"
)

// changedPassword makes the administrator's new password the one of the calls, and returns what the change left behind.
func (s *server) changedPassword(password string) []harness.Event {
	s.t.Helper()
	if len(password) < 12 {
		s.t.Fatalf("the new password is %q", password)
	}
	s.until("the old password is refused", func() bool {
		status, _ := s.call(http.MethodGet, "/api/v1/events/key", nil)
		return status == http.StatusUnauthorized
	})
	s.key = password
	all := s.since()
	kept := all[:0]
	for _, e := range all {
		if e.Code != "SEC-AUTHENTICATION" {
			kept = append(kept, e)
		}
	}
	return kept
}

// alter changes the database behind the server's back.
func (s *server) alter(statement string, args ...any) {
	s.t.Helper()
	driver, address := "sqlite", "file:"+s.database+"?_pragma=busy_timeout(10000)"
	if strings.HasPrefix(s.database, "postgres") {
		driver, address = "pgx", s.database
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	r, err := db.ExecContext(context.Background(), statement, args...)
	if err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		s.t.Fatalf("%s: %d rows, %v, want 1", statement, n, err)
	}
}

// verify runs events verify and wants its exit code and some words.
func (s *server) verify(code int, words string, args ...string) string {
	s.t.Helper()
	out, complaint, got := finish(s.t, s.command(append([]string{"events", "verify"}, args...)...))
	if got != code || !strings.Contains(out+complaint, words) {
		s.t.Errorf("events verify %s: exit code %d, want %d and %q:\n%s%s", strings.Join(args, " "), got, code, words, out, complaint)
	}
	return out
}

// The log on the command line: search, export, verification on the spot and elsewhere, and what was tampered with.
func TestEventLog(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := range 20 {
		s.must(http.MethodPost, "/api/v1/certificate/labels", map[string]string{"name": fmt.Sprintf("label-%d", i)}, http.StatusCreated)
	}
	all := s.since()

	found := strings.Split(strings.TrimSpace(s.ok("events", "search", "--json", `code equals "CONF-ADD" and detail.name equals "label-7"`)), "\n")
	var e harness.Event
	if err := json.Unmarshal([]byte(found[0]), &e); err != nil || len(found) != 1 || e.Code != "CONF-ADD" || e.Detail("name") != "label-7" {
		t.Errorf("a search found %s, %v", found, err)
	}
	if out := s.ok("events", "search", "--limit", "3"); strings.Count(out, "\n") != 3 {
		t.Errorf("a search for three events found\n%s", out)
	}
	if _, complaint, code := finish(t, s.command("events", "search", "code equal nonsense")); code != 1 || strings.Count(complaint, "\n") != 1 {
		t.Errorf("a query that is none: exit code %d, %s", code, complaint)
	}

	dir := t.TempDir()
	key, export, outside := filepath.Join(dir, "key"), filepath.Join(dir, "export"), filepath.Join(dir, "checkpoint")
	write(t, key, s.ok("events", "key"))
	_, checkpoint, ok := strings.Cut(s.verify(0, "entries hold"), "keep it outside):\n")
	if !ok {
		t.Fatal("verification prints no checkpoint")
	}
	write(t, outside, checkpoint)
	s.ok("events", "export", "--to", export)
	if _, _, code := finish(t, s.command("events", "export", "--to", export)); code != 1 {
		t.Error("an export overwrites a file that is there")
	}
	s.verify(0, "entries hold", "--checkpoint", outside)
	offline(t, 0, "entries hold", "--file", export, "--key", "@"+key)
	offline(t, 0, "entries hold", "--file", export, "--key", "@"+key, "--checkpoint", outside)
	offline(t, 1, "--key", "--file", export)

	label := all[10]
	evidence := filepath.Join(dir, "evidence")
	proven := s.must(http.MethodPost, "/api/v1/events/evidence", map[string]string{"query": `detail.kind equals "label" and detail.name contains "label-"`}, http.StatusOK)
	write(t, evidence, proven)
	offline(t, 0, "20 events stand in the log", evidence, "--key", "@"+key)
	offline(t, 0, "detail.kind", "--file", evidence, "--key", "@"+key)
	offline(t, 1, "--key", evidence)
	offline(t, 1, "give one file", evidence, "--file", evidence, "--key", "@"+key)
	write(t, evidence, strings.Replace(proven, label.Detail("name")+`"`, `innocent"`, 1))
	offline(t, 2, fmt.Sprint(label.Sequence), evidence, "--key", "@"+key)
	write(t, evidence, proven[:len(proven)/2])
	offline(t, 2, "cannot be read", evidence, "--key", "@"+key)
	forged := filepath.Join(dir, "forged")
	write(t, forged, strings.Replace(string(read(t, export)), label.Detail("name")+`"`, `innocent"`, 1))
	offline(t, 2, fmt.Sprint(label.Sequence), "--file", forged, "--key", "@"+key)
	_, other, err := note.GenerateKey(rand.Reader, "horizon.event.log")
	if err != nil {
		t.Fatal(err)
	}
	write(t, key, other)
	if out, complaint, code := horizon(t, nil, "events", "verify", "--file", export, "--key", "@"+key); code == 0 {
		t.Errorf("an export holds with the key of another log:\n%s%s", out, complaint)
	}

	s.alter("UPDATE event SET status = 'failure' WHERE seq = $1", label.Sequence)
	s.verify(2, fmt.Sprint(label.Sequence))
	out, _, code := finish(t, s.command("doctor"))
	if code != 1 || !strings.Contains(out, "the event log does not hold") {
		t.Errorf("the doctor sees nothing: exit code %d\n%s", code, out)
	}
	s.alter("UPDATE event SET status = 'success' WHERE seq = $1", label.Sequence)
	s.verify(0, "entries hold")
	last := all[len(all)-1].Sequence
	s.alter("DELETE FROM event WHERE seq = $1", last)
	s.verify(2, fmt.Sprint(last))
	s.tampered = true
}

// offline runs events verify far from the server's data.
func offline(t testing.TB, code int, words string, args ...string) {
	t.Helper()
	out, complaint, got := horizon(t, nil, append([]string{"events", "verify"}, args...)...)
	if got != code || !strings.Contains(out+complaint, words) {
		t.Errorf("events verify %s: exit code %d, want %d and %q:\n%s%s", strings.Join(args, " "), got, code, words, out, complaint)
	}
	if _, err := os.Stat("data"); err == nil {
		t.Error("a verification far from the data made a data folder")
	}
}

// Who follows the log sees an event when it happens.
func TestTail(t *testing.T) {
	t.Parallel()
	s := start(t)
	said := &lines{}
	c := s.command("events", "tail", "--json", `code equals "CONF-ADD"`)
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s.until("the past is shown", func() bool { return strings.Contains(said.String(), "mark-1") })
	s.must(http.MethodPost, "/api/v1/certificate/labels", map[string]string{"name": "followed"}, http.StatusCreated)
	s.until("the event is shown", func() bool { return strings.Contains(said.String(), "followed") })
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("following the log ended with %v:\n%s", err, said)
	}
	for line := range strings.Lines(said.String()) {
		if !strings.Contains(line, `"code":"CONF-ADD"`) {
			t.Errorf("the query does not cover %s", line)
		}
	}
}
