package harness

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/mail/mailtest"
)

// Stories runs every script of a folder, each on a server of its own. A script is a list of stanzas, separated by blank
// lines: a comment, a request, what comes back, and exactly the events that follow.
//
//	# Who may only read cannot add.
//	reader POST /api/v1/certificate/labels
//	{"name": "env"}
//	403 ~ SEC-PERM-001
//	event CONF-ADD failure ~ Insufficient permission
//
// "mail ADDRESS,... ~ text" is a message that was sent by then, with what it says: its subject, its text or the name of a file
// that is attached; messages are listed as exactly as events are. "smtp RCPT TO:<a@example.com> = 450 4.2.1 busy" is what the
// mail server answers from then on to lines that begin so; without an answer it is as usual again.
//
// "400 = BODY" compares the whole answer, where <any> stands for whatever is there; "~ !text" is a text that must not stand in it.
//
// "user NAME right..." makes an account; "csr NAME dn name..." makes a key and a request with DNS names, "selfsigned NAME dn
// name..." a key and a certificate: $NAME and $NAMEKEY. "advance 1h" moves the clock; "keep NAME member.path" keeps a member
// of the last answer, which $NAME then stands for. The caller "holder:CERT:KEY" has nothing but the key $KEY of the
// certificate $CERT, and proves to hold it; "claim:$NAME" is nobody known, with the claim of a request.
func Stories(t *testing.T, folder string, options ...Option) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in %s: %v", folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			s := New(t, options...)
			s.Fresh()
			tell(s, file)
		})
	}
}

// stanza is one step of a story.
type stanza struct {
	line   int
	text   []string
	events []string
	mails  []string
}

func tell(s *Server, file string) {
	s.T.Helper()
	kept := map[string]string{}
	for _, z := range read(s.T, file) {
		at := fmt.Sprintf("%s:%d", filepath.Base(file), z.line)
		last := z.do(s, at, kept)
		z.check(s, at, kept)
		if s.T.Failed() {
			s.T.Fatalf("%s: the story ends here; the last answer was %s", at, last)
		}
	}
}

func read(t testing.TB, file string) (all []stanza) {
	t.Helper()
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var z stanza
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		n++
		line := sc.Text()
		switch {
		case strings.TrimSpace(line) == "":
			if len(z.text) > 0 {
				all = append(all, z)
			}
			z = stanza{}
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "event "):
			z.events = append(z.events, strings.TrimPrefix(line, "event "))
		case strings.HasPrefix(line, "mail "):
			z.mails = append(z.mails, strings.TrimPrefix(line, "mail "))
		default:
			if len(z.text) == 0 {
				z.line = n
			}
			z.text = append(z.text, line)
		}
	}
	if len(z.text) > 0 {
		all = append(all, z)
	}
	return all
}

// do takes the step and returns the last answer.
func (z stanza) do(s *Server, at string, kept map[string]string) (last string) {
	s.T.Helper()
	words := strings.Fields(expanded(z.text[0], kept, escapedPath))
	switch words[0] {
	case "user":
		s.User(words[1], words[2:]...)
		return ""
	case "smtp":
		command, answer, _ := strings.Cut(strings.Join(words[1:], " "), " =")
		s.Mail.Answer(command, strings.TrimSpace(answer))
		return ""
	case "advance":
		s.Advance(duration(s.T, words[1]))
		return ""
	case "csr":
		kept[words[1]], kept[words[1]+"KEY"] = newCSR(s.T, words[2], words[3:])
		return ""
	case "selfsigned":
		kept[words[1]], kept[words[1]+"KEY"] = s.selfSigned(words[2], words[3:])
		return ""
	}
	body, rest := z.body()
	status, text, header := z.call(s, at, words, expanded(body, kept, escaped), kept)
	for _, line := range rest {
		if name, ok := strings.CutPrefix(line, "keep "); ok {
			name, path, _ := strings.Cut(name, " ")
			kept[name] = dig(s.T, text, path)
			continue
		}
		z.compare(s.T, at, expanded(line, kept, escaped), status, text, header)
	}
	return fmt.Sprintf("%d %s", status, text)
}

// call sends the request of the stanza.
func (z stanza) call(s *Server, at string, words []string, body string, kept map[string]string) (int, string, http.Header) {
	s.T.Helper()
	var sent any
	if body != "" {
		sent = body
	}
	if names, ok := strings.CutPrefix(words[0], "holder:"); ok {
		cert, key, _ := strings.Cut(names, ":")
		return s.prove(at, kept[cert], kept[key], words[1], words[2], sent)
	}
	if claim, ok := strings.CutPrefix(words[0], "claim:"); ok {
		return s.send("nobody", words[1], words[2], sent, []string{"Horizon-Claim", claim})
	}
	return s.send(words[0], words[1], words[2], sent, nil)
}

// expanded puts in what was kept, each text as it is written where it is put.
func expanded(text string, kept map[string]string, written func(string) string) string {
	return os.Expand(text, func(name string) string {
		if v, ok := kept[name]; ok {
			return written(v)
		}
		return "$" + name
	})
}

// plain is a text as it is.
func plain(text string) string { return text }

// escapedPath is a text as it stands in a path.
func escapedPath(text string) string {
	if strings.ContainsAny(text, " \n") {
		return url.PathEscape(text)
	}
	return text
}

// escaped is a text as it stands inside of JSON.
func escaped(text string) string { return strings.ReplaceAll(text, "\n", "\\n") }

// body splits the lines behind the request: what is sent, and what is expected.
func (z stanza) body() (body string, rest []string) {
	for i, line := range z.text[1:] {
		if len(line) >= 3 {
			if _, err := strconv.Atoi(line[:3]); err == nil {
				return body, z.text[1+i:]
			}
		}
		body += line + "\n"
	}
	return body, nil
}

// compare checks "201 ~ text ~ text": the status, and what must stand in the answer; or "400 = body".
func (z stanza) compare(t testing.TB, at, line string, status int, text string, header http.Header) {
	t.Helper()
	if want, body, ok := strings.Cut(line, " = "); ok && len(want) == 3 {
		got := fmt.Sprintf("%d %s %s", status, header.Get("Content-Type"), text)
		whole := fmt.Sprintf("%s %s %s", want, media(status), body)
		if diff := cmp.Diff(whole, got); diff != "" && !regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(whole), "<any>", ".*")+"$").MatchString(got) {
			t.Errorf("%s: the answer (-want +got):\n%s", at, diff)
		}
		return
	}
	parts := strings.Split(line, " ~ ")
	if want := strings.TrimSpace(parts[0]); want != strconv.Itoa(status) {
		t.Errorf("%s: got %d, want %s", at, status, want)
	}
	for _, p := range parts[1:] {
		without, absent := strings.CutPrefix(p, "!")
		switch {
		case absent && strings.Contains(text, without):
			t.Errorf("%s: the answer has %s", at, without)
		case !absent && !strings.Contains(text, p):
			t.Errorf("%s: the answer lacks %s", at, p)
		}
	}
}

// media is the type of an answer.
func media(status int) string {
	if status >= 400 {
		return "application/problem+json"
	}
	return "application/json"
}

// check compares the events that followed, in any order: several may belong to one instant.
func (z stanza) check(s *Server, at string, kept map[string]string) {
	s.T.Helper()
	fresh := s.Fresh()
	if z.text[0] == "" || strings.HasPrefix(z.text[0], "user ") {
		return
	}
	for _, want := range z.events {
		parts := strings.Split(expanded(want, kept, plain), " ~ ")
		i := slices.IndexFunc(fresh, func(e Event) bool { return e.String() == strings.TrimSpace(parts[0]) && says(e, parts[1:]) })
		if i < 0 {
			s.T.Errorf("%s: no event %s", at, want)
			continue
		}
		fresh = slices.Delete(fresh, i, i+1)
	}
	for _, e := range fresh {
		s.T.Errorf("%s: an event %s that was not expected: %v", at, e, e.Details)
	}
	z.checkMails(s, at, kept)
}

// checkMails compares the messages that were sent since the last step, in any order.
func (z stanza) checkMails(s *Server, at string, kept map[string]string) {
	s.T.Helper()
	all := s.Mails()
	fresh := all[s.read:]
	s.read = len(all)
	for _, want := range z.mails {
		parts := strings.Split(expanded(want, kept, plain), " ~ ")
		i := slices.IndexFunc(fresh, func(m mailtest.Mail) bool {
			return strings.Join(m.To, ",") == strings.TrimSpace(parts[0]) && holds(m, parts[1:])
		})
		if i < 0 {
			s.T.Errorf("%s: no message to %s", at, want)
			continue
		}
		fresh = slices.Delete(fresh, i, i+1)
	}
	for _, m := range fresh {
		s.T.Errorf("%s: a message to %v that was not expected: %s: %s", at, m.To, m.Subject, m.Body)
	}
}

func holds(m mailtest.Mail, parts []string) bool {
	text := m.Subject + "\n" + m.Body + "\n" + strings.Join(slices.Sorted(maps.Keys(m.Attachments)), "\n")
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
}

func says(e Event, parts []string) bool {
	var b strings.Builder
	for _, d := range e.Details {
		b.WriteString(d.Key + "=" + d.Value + "\n")
	}
	for _, p := range parts {
		if !strings.Contains(b.String(), p) {
			return false
		}
	}
	return true
}

// dig returns a member of a JSON answer by its path.
func dig(t testing.TB, text, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("keep %s: %v in %s", path, err, text)
	}
	for _, name := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				t.Fatalf("keep %s: there is no %s", path, name)
			}
			v = x[i]
		}
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func duration(t testing.TB, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
