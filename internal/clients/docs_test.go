package clients

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	toldAbout  = regexp.MustCompile(`^(LIFECYCLE|REQUEST|WEBRA-CHALLENGE|SCHEDULED-TASK|TRIGGER)-`)
)

// The walk-through of the documentation does what it says, as it stands there.
func TestRequestsAsDocumented(t *testing.T) {
	s := start(t)
	s.asDocumented("requests.md")
	counts := map[string]int{}
	for _, e := range s.since() {
		if toldAbout.MatchString(e.Code) {
			counts[e.Code+" "+e.Status]++
		}
	}
	want := map[string]int{
		"REQUEST-SUBMIT success": 10, "REQUEST-APPROVE success": 5, // what the batch does is submitted and needs nobody's approval
		"LIFECYCLE-ENROLL success": 5, "LIFECYCLE-ESCROW success": 5, "LIFECYCLE-RENEW success": 1, "LIFECYCLE-REVOKE success": 4,
		"SCHEDULED-TASK-RUN success": 1, "SCHEDULED-TASK-COMPLETE success": 1,
		"WEBRA-CHALLENGE-SUBMIT success": 1, "TRIGGER-EMAIL failure": 1,
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// asDocumented runs the shell blocks of a document one after the other, in one shell that ends at the first failure.
func (s *server) asDocumented(document string) {
	s.t.Helper()
	for _, program := range []string{"bash", "curl", "jq", "openssl"} {
		need(s.t, program, program)
	}
	blocks := shellBlock.FindAllStringSubmatch(string(read(s.t, filepath.Join("../../docs", document))), -1)
	if len(blocks) == 0 {
		s.t.Fatalf("%s has no shell blocks", document)
	}
	var script strings.Builder
	for i, b := range blocks {
		fmt.Fprintf(&script, "echo '-- block %d' >&2\n%s", i+1, strings.ReplaceAll(b[1], "https://localhost:8443", s.url))
	}
	c := exec.Command("bash", "-euo", "pipefail", "-c", script.String())
	c.Dir = filepath.Dir(s.dir) // the documents call the data folder "data"
	c.Env = append(environment(), "PASSWORD="+s.key, "HORIZON_DATABASE="+s.database, "PATH="+filepath.Dir(product)+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, complaint, code := finish(s.t, c); code != 0 {
		s.t.Fatalf("%s: exit code %d\n%s\n%s", document, code, tail(out), tail(complaint))
	}
}

// tail is the end of a text.
func tail(text string) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-20):], "\n")
}
