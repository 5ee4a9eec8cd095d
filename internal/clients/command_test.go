package clients

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// horizon runs the command line without any server.
func horizon(t testing.TB, environ []string, args ...string) (out, complaint string, code int) {
	t.Helper()
	c := exec.Command(product, args...)
	c.Dir = t.TempDir()
	c.Env = append(environment(), environ...)
	return finish(t, c)
}

// refuses wants one clear line, exit code 1, and nothing else.
func refuses(t testing.TB, environ, args []string, reason string) string {
	t.Helper()
	out, complaint, code := horizon(t, environ, args...)
	if code != 1 || out != "" || strings.Count(complaint, "\n") != 1 || !strings.HasPrefix(complaint, "horizon: ") || !strings.Contains(complaint, reason) {
		t.Errorf("horizon %s: exit code %d, want 1 and one line with %q\nout: %s\ncomplaint: %s", strings.Join(args, " "), code, reason, out, complaint)
	}
	return complaint
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out, complaint, code := horizon(t, nil, "version")
	if code != 0 || complaint != "" || !regexp.MustCompile(`^horizon \S+ go1\.\S+ \S+/\S+\n$`).MatchString(out) {
		t.Errorf("exit code %d, %q %q", code, out, complaint)
	}
	if _, complaint, code := horizon(t, nil, "nonsense"); code == 0 || !strings.Contains(complaint, "nonsense") {
		t.Errorf("an unknown command: exit code %d, %q", code, complaint)
	}
}

// The effective configuration names where each value comes from, and shows no secret.
func TestConfig(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "horizon.yaml")
	write(t, file, "listen: 127.0.0.1:9001\nlog:\n  level: warn\ndns:\n  resolvers: [127.0.0.1:53, 127.0.0.1:54]\nevents:\n  sealSecret: a-secret-of-the-file\n")
	environ := []string{
		"HORIZON_CONFIG=" + file, "HORIZON_LISTEN=127.0.0.1:9002", "HORIZON_LOG_FORMAT=json", "HORIZON_ADMIN_PASSWORD=a-secret-of-the-environment",
		"HORIZON_EVENTS_LEGACY_CODES=true",
	}
	out, complaint, code := horizon(t, environ, "config", "--data", "/tmp/of-the-flag", "--database", "postgres://u:a-secret-of-the-flag@localhost/db")
	if code != 0 || complaint != "" {
		t.Fatalf("exit code %d, %s", code, complaint)
	}
	for key, want := range map[string]string{
		"data": "/tmp/of-the-flag flag", "listen": "127.0.0.1:9002 environment HORIZON_LISTEN", "log.level": "warn file " + file,
		"log.format": "json environment HORIZON_LOG_FORMAT", "dns.resolvers": "127.0.0.1:53,127.0.0.1:54 file " + file,
		"events.sealSecret": "[secret] file " + file, "admin.password": "[secret] environment HORIZON_ADMIN_PASSWORD",
		"events.legacyCodes": "true environment HORIZON_EVENTS_LEGACY_CODES", "management": "127.0.0.1:9004 derived", "public.url": "https://localhost:9002 derived",
		"log.events": "false default",
	} {
		if !strings.Contains(spaced(out), "\n"+key+" "+want+"\n") {
			t.Errorf("%s is not %q in\n%s", key, want, out)
		}
	}
	if strings.Contains(out, "a-secret") || !strings.Contains(out, "postgres://") {
		t.Errorf("secrets are shown, or more is hidden:\n%s", out)
	}
}

// spaced writes one space between words.
func spaced(text string) string {
	var b strings.Builder
	b.WriteByte('\n')
	for line := range strings.Lines(text) {
		b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}

// What is wrong with the configuration is said in one line, before anything listens or is written.
func TestBadConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "horizon.yaml")
	write(t, file, "lissten: 127.0.0.1:9001\n")
	broken := filepath.Join(dir, "broken.yaml")
	write(t, broken, "listen: [\n")
	data := filepath.Join(dir, "data")
	for reason, one := range map[string]struct{ environ, args []string }{
		`unknown key "lissten"`:       {nil, []string{"serve", "--data", data, "--config", file}},
		"broken.yaml":                 {nil, []string{"serve", "--data", data, "--config", broken}},
		"absent.yaml":                 {nil, []string{"serve", "--data", data, "--config", filepath.Join(dir, "absent.yaml")}},
		"HORIZON_LISSTEN":             {[]string{"HORIZON_LISSTEN=x"}, []string{"config"}},
		"listen: ":                    {nil, []string{"serve", "--data", data, "--listen", "everywhere"}},
		"public.url: ":                {nil, []string{"serve", "--data", data, "--public-url", "ftp://x"}},
		"log.level: ":                 {[]string{"HORIZON_LOG_LEVEL=loud"}, []string{"serve", "--data", data}},
		"shutdown ":                   {[]string{"HORIZON_SHUTDOWN=soon"}, []string{"serve", "--data", data}},
		"tls.certificate and tls.key": {[]string{"HORIZON_TLS_KEY=/x"}, []string{"serve", "--data", data}},
	} {
		refuses(t, one.environ, one.args, reason)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a data folder was made for a configuration that is refused")
	}
}

// A port that is taken, and a database that is not there.
func TestBadStart(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	s := fresh(t)
	for _, flag := range []string{"--listen", "--http", "--management"} {
		args := []string{"serve", "--data", s.dir, "--database", s.database}
		for i := 0; i < len(s.args); i += 2 {
			if s.args[i] != flag {
				args = append(args, s.args[i], s.args[i+1])
			}
		}
		refuses(t, nil, append(args, flag, l.Addr().String()), l.Addr().String())
	}
	if out := s.ok("events", "search"); out != "" {
		t.Errorf("a start that failed left events behind:\n%s", out)
	}
	nobody := fmt.Sprintf("postgres://user:a-secret@127.0.0.1:%d/horizon?connect_timeout=5", ports(t, 1)[0])
	for _, command := range [][]string{{"serve"}, {"events", "search"}, {"doctor"}} {
		said := refuses(t, nil, append(command, "--data", s.dir, "--database", nobody), "127.0.0.1")
		if strings.Contains(said, "a-secret") {
			t.Errorf("the password of the database is shown: %s", said)
		}
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, command := range [][]string{{"events", "search"}, {"events", "verify"}, {"doctor"}, {"admin", "reset-password"}, {"backup", "--to", nowhere, "--without-keys"}} {
		refuses(t, nil, append(command, "--data", nowhere), "there is no server in "+nowhere)
	}
	refuses(t, nil, []string{"serve", "--data", nowhere, "--database", "mysql://localhost/x"}, "neither postgres://")
}

// The doctor, and a password for who is locked out, beside a running server.
func TestAdmin(t *testing.T) {
	t.Parallel()
	s := start(t)
	if out := s.ok("doctor"); strings.Count(out, "warning") != 1 || !strings.Contains(out, "no backup of the keys was ever made") {
		t.Errorf("the doctor finds something else than that there is no backup:\n%s", out)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "phrase"), "a passphrase for the test\n")
	s.ok("backup", "--to", filepath.Join(dir, "backup"), "--passphrase-file", filepath.Join(dir, "phrase"))
	if out := s.ok("doctor"); strings.Contains(out, "warning") || strings.Contains(out, "error") || !strings.Contains(out, "the event log has") {
		t.Errorf("the doctor finds something wrong with a healthy server:\n%s", out)
	}
	s.expect()
	password := strings.TrimSpace(s.ok("admin", "reset-password"))
	if got := texts(s.changedPassword(password)); len(got) != 1 {
		t.Errorf("a new password left the events %s, want one", got)
	}
	if out, complaint, code := finish(t, s.command("admin", "reset-password", "stranger")); code != 1 || out != "" || !strings.Contains(complaint, "stranger") {
		t.Errorf("a password for nobody: exit code %d, %s%s", code, out, complaint)
	}
}

// A second start sets nothing up; the stop before it is in the log.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	s.run()
	first := s.since()
	for _, code := range []string{
		"BOOTSTRAP-PASSWORD-POLICY", "BOOTSTRAP-LOCAL-IDENTITY-PROVIDER", "BOOTSTRAP-ADMINISTRATOR-ACCOUNT", "BOOTSTRAP-ADMINISTRATOR-PRINCIPAL",
		"BOOTSTRAP-GRADING-RULESET", "BOOTSTRAP-GRADING-POLICY", "BOOTSTRAP-SYSTEM-CONFIGURATION", "SERVICE-START",
	} {
		s.one(first, code)
	}
	s.stop()
	s.run()
	s.expect("SERVICE-STOP success", "SERVICE-START success")
	r, err := s.client.Get(s.url + "/api/v1/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusOK && r.StatusCode != http.StatusUnauthorized {
		t.Errorf("after a restart the API answers %d", r.StatusCode)
	}
}
