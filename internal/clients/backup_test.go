package clients

import (
	"crypto/elliptic"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// load keeps ordering certificates until it is told to stop, which lets the last orders end and returns all serial numbers.
func (s *server) load(r *responder, workers int) (stop func() []*big.Int) {
	s.t.Helper()
	var mu sync.Mutex
	var enough atomic.Bool
	var serials []*big.Int
	var all sync.WaitGroup
	for w := range workers {
		a, err := s.register(r, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		all.Go(func() {
			for n := 0; !enough.Load(); n++ {
				chain, _, err := a.obtain(s.t.Context(), ecKey(s.t, elliptic.P256()), "http-01", fmt.Sprintf("load-%d-%d.localhost", w, n))
				if err != nil {
					s.t.Errorf("an order under load: %v", err)
					return
				}
				mu.Lock()
				serials = append(serials, parse(s.t, chain)[0].SerialNumber)
				mu.Unlock()
			}
		})
	}
	s.until("the load has begun", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(serials) >= workers || s.t.Failed()
	})
	return func() []*big.Int { enough.Store(true); all.Wait(); return serials }
}

// A backup of a server that works becomes a server that goes on: its log holds, its CA signs, no serial number comes twice.
func TestBackup(t *testing.T) {
	t.Parallel()
	s := start(t)
	dir := t.TempDir()
	file, phrase := filepath.Join(dir, "backup"), filepath.Join(dir, "passphrase")
	write(t, phrase, "a passphrase for the test\n")
	for _, args := range [][]string{{}, {"--passphrase-file", phrase, "--without-keys"}} {
		if _, complaint, code := finish(t, s.command(append([]string{"backup", "--to", file}, args...)...)); code != 1 || !strings.Contains(complaint, "--without-keys") {
			t.Errorf("backup %s: exit code %d, %s", args, code, complaint)
		}
	}
	answers := respond(s)
	stop := s.load(answers, 2)
	out := s.ok("backup", "--to", file, "--passphrase-file", phrase)
	bare := s.ok("backup", "--to", file+".bare", "--without-keys")
	serials := stop()
	if !strings.Contains(bare, "WARNING") || !strings.Contains(bare, filepath.Join(s.dir, "keys")) {
		t.Errorf("a backup without keys does not say so:\n%s", bare)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has the mode %v, %v", info.Mode(), err)
	}
	postgres := strings.HasPrefix(s.database, "postgres")
	if strings.Contains(out, "pg_dump") != postgres {
		t.Errorf("what is in the backup of %s:\n%s", s.database, out)
	}
	s.stop()

	into := filepath.Join(dir, "restored")
	database := filepath.Join(into, "horizon.db")
	if postgres {
		database = s.database // pg_dump's part
	}
	restored := at(t, into, database)
	write(t, filepath.Join(dir, "wrong"), "another passphrase\n")
	wrong := at(t, filepath.Join(dir, "wrongly"), filepath.Join(dir, "wrongly", "horizon.db"))
	if _, complaint, code := finish(t, wrong.command("restore", "--from", file, "--passphrase-file", filepath.Join(dir, "wrong"))); code != 1 || strings.Count(complaint, "\n") != 1 {
		t.Errorf("a wrong passphrase: exit code %d, %s", code, complaint)
	}
	said := restored.ok("restore", "--from", file, "--passphrase-file", phrase)
	if !strings.Contains(said, "events hold") || !strings.Contains(said, "horizon.event.log") {
		t.Errorf("the restored log is not verified, or its checkpoint not printed:\n%s", said)
	}
	if _, complaint, code := finish(t, restored.command("restore", "--from", file, "--passphrase-file", phrase)); code != 1 || !strings.Contains(complaint, "not empty") {
		t.Errorf("a folder in use was restored into: exit code %d, %s", code, complaint)
	}

	restored.marks = 1000
	restored.run()
	restored.ok("events", "verify")
	restored.skip()
	a, err := restored.register(answers, nil) // the profile with its ports was restored too
	if err != nil {
		t.Fatal(err)
	}
	chain, _, err := a.obtain(t.Context(), ecKey(t, elliptic.P256()), "http-01", "restored.localhost")
	if err != nil {
		t.Fatal(err)
	}
	restored.expect(order...)
	one := parse(t, chain)
	restored.holds(one, "restored.localhost")
	restored.good(one)
	for _, serial := range serials {
		if serial.Cmp(one[0].SerialNumber) == 0 {
			t.Errorf("the serial number %x was given out twice", serial)
		}
	}
	var count struct {
		Results []struct{} `json:"results"`
	}
	restored.into(&count, http.MethodPost, "/api/v1/certificates/search", map[string]any{"query": `san contains "load-"`}, http.StatusOK)
	if len(count.Results) == 0 {
		t.Error("the restored inventory has none of the certificates issued before")
	}
}
