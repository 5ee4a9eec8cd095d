package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "horizon.yaml")
	text := "listen: 0.0.0.0:9443\nlog:\n  level: debug\ndns:\n  resolvers: [\"192.0.2.1:53\", \"192.0.2.2:53\"]\nevents:\n  retention: 30 days\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := app.Load(file, []string{"HOME=/", "HORIZON_LISTEN=0.0.0.0:9444", "HORIZON_EVENTS_LEGACY_CODES=true", "HORIZON_ADMIN_PASSWORD=geheim"}, map[string]string{"data": "/data"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range c.Effective() {
		got[s.Key] = s.Value + " | " + strings.TrimSuffix(s.Source, file)
	}
	for key, want := range map[string]string{
		"data": "/data | flag", "listen": "0.0.0.0:9444 | environment HORIZON_LISTEN", "http": "0.0.0.0:9445 | derived",
		"management": "0.0.0.0:9446 | derived", "public.url": "https://localhost:9444 | derived", "log.level": "debug | file ",
		"dns.resolvers": "192.0.2.1:53,192.0.2.2:53 | file ", "events.legacyCodes": "true | environment HORIZON_EVENTS_LEGACY_CODES",
		"events.retention": "30 days | file ", "admin.password": "[secret] | environment HORIZON_ADMIN_PASSWORD", "database": "/data/horizon.db | derived",
	} {
		if got[key] != want {
			t.Errorf("%s: got %q, want %q", key, got[key], want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env   string
		flags map[string]string
		want  string
	}{
		{"HORIZON_LISTNE=x", nil, "unknown key HORIZON_LISTNE"},
		{"", map[string]string{"listen": "8443"}, "listen: "},
		{"", map[string]string{"listen": "127.0.0.1:99999"}, "listen: "},
		{"HORIZON_LOG_LEVEL=loud", nil, "log.level: "},
		{"HORIZON_LOG_EVENTS=perhaps", nil, "log.events (environment HORIZON_LOG_EVENTS): true or false"},
		{"HORIZON_EVENTS_RETENTION=1 fortnight", nil, "events.retention"},
		{"HORIZON_PUBLIC_URL=localhost", nil, "public.url: "},
		{"HORIZON_TLS_KEY=x", nil, "tls.certificate and tls.key"},
		{"HORIZON_DNS_RESOLVERS=192.0.2.1", nil, "dns.resolvers: "},
		{"HORIZON_PROXIES_TRUSTED=many", nil, "proxies.trusted: "},
		{"HORIZON_MAIL_TLS=ssl", nil, "mail.tls: "},
		{"HORIZON_MAIL_PORT=smtp", nil, "mail.port (environment HORIZON_MAIL_PORT): a whole number"},
		{"HORIZON_MAIL_FROM=horizon", nil, "mail.from: "},
		{"HORIZON_MAIL_PASSWORD=x", nil, "mail.user: "},
		{"HORIZON_EVENTS_SEAL_SECRET=short", nil, "events.sealSecret: "},
	} {
		_, err := app.Load("", []string{c.env}, c.flags)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: got %v, want %q", c.env, c.flags, err, c.want)
		}
	}
	file := filepath.Join(t.TempDir(), "horizon.yaml")
	if err := os.WriteFile(file, []byte("lisen: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Load(file, nil, nil); err == nil || !strings.Contains(err.Error(), `unknown key "lisen"`) {
		t.Errorf("got %v, want the unknown key", err)
	}
}

// Events sealed with a secret that was replaced still verify when it is named.
func TestReplacedSealSecret(t *testing.T) {
	t.Parallel()
	dir, url, now := t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	first := harness.Open(t, dir, url, now, harness.With("events.sealSecret", "the first secret of all"))
	first.Fresh()
	now.Advance(time.Minute)
	for old, want := range map[string]int{"": http.StatusBadRequest, "the first secret of all": http.StatusNoContent} {
		s := harness.Open(t, dir, url, now, harness.With("events.sealSecret", "another secret by now"), harness.With("events.previousSealSecrets", old))
		s.Must("admin", http.MethodGet, "/api/v1/events/verify", nil, want)
		now.Advance(time.Minute)
	}
}
