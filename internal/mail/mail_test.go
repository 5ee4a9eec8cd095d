package mail_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sumdbnote "golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/mail/mailtest"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/task"
)

// bench is the service with its queue, whose clock moves by hand.
type bench struct {
	*mail.Service
	t     *testing.T
	tasks *task.Runner
	now   *clock.Manual
	sink  *mailtest.Server
	log   *event.Log
	seen  []string
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start returns a service that sends to a sink, with the settings edit leaves.
func start(t *testing.T, edit func(*mail.Settings)) *bench {
	t.Helper()
	b := &bench{t: t, now: clock.NewManual(time.UnixMilli(1_800_000_000_000)), sink: mailtest.Start(t)}
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	check(t, err)
	folder, err := secret.OpenFolder(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	keys, err := secret.OpenKeyring(folder)
	check(t, err)
	to := mail.Settings{Host: b.sink.Host, Port: b.sink.Port, TLS: mail.PlainText, From: "Horizon <pki@example.com>"}
	if edit != nil {
		edit(&to)
	}
	db := &act.DB{DB: storetest.Open(t, b.now), Pen: event.Pen{Seals: seals}}
	b.Service, err = mail.New(db, keys, to)
	check(t, err)
	private, public, err := sumdbnote.GenerateKey(rand.Reader, "log.test")
	check(t, err)
	signer, err := sumdbnote.NewSigner(private)
	check(t, err)
	key, err := sumdbnote.NewVerifier(public)
	check(t, err)
	b.log = &event.Log{DB: db.DB, Seals: seals, Signer: signer, Key: key}
	b.tasks, err = task.New(db.DB, b.Jobs(), nil)
	check(t, err)
	return b
}

func (b *bench) queue(m mail.Message) (id string) {
	b.t.Helper()
	check(b.t, b.DB.Write(context.Background(), func(tx *store.Tx) (err error) {
		id, err = b.Queue(tx, m)
		return err
	}))
	return id
}

// advance moves the clock and sends what became due.
func (b *bench) advance(d time.Duration) {
	b.t.Helper()
	b.now.Advance(d)
	check(b.t, b.tasks.Due(context.Background()))
}

func (b *bench) list() []mail.Entry {
	b.t.Helper()
	all, err := b.List(context.Background(), access.System("test", ""), "", "", 100)
	check(b.t, err)
	return all
}

// events returns all that is on record, with who got the message and who did not.
func (b *bench) events() []string {
	b.t.Helper()
	b.log.Sink = func(e event.Event) {
		line := e.Code + " " + string(e.Status)
		for _, d := range e.Details {
			switch d.Key {
			case "recipient":
				line += " " + d.Value
			case "refusedRecipient":
				line += " refused " + d.Value
			}
		}
		b.seen = append(b.seen, line)
	}
	_, err := b.log.Seal(context.Background())
	check(b.t, err)
	return b.seen
}

var note = mail.Message{
	To: []string{"Ann <ann@example.com>"}, Subject: "Ende naht — ä", Body: "Grüße\n.\nfrom the server\n",
	Event: event.TriggerEmail, Facts: event.Mail{Trigger: "expiry", CertificateID: "c1"},
}

// A message arrives as it was written, once, and is gone from the queue.
func TestSend(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	m := note
	m.CC, m.BCC, m.ReplyTo = []string{"bob@example.com"}, []string{"eve@example.com", "ann@example.com"}, "help@example.com"
	m.Headers = []mail.Header{{Name: "X-Priority", Value: "1"}}
	m.HTML = true
	m.Attachments = []mail.Attachment{{Name: "key ä.p12", Media: "application/x-pkcs12", Bytes: []byte("\x00\x01secret")}}
	id := b.queue(m)
	b.advance(0)
	b.advance(time.Hour)
	mails := b.sink.Mails()
	if len(mails) != 1 || len(b.list()) != 0 {
		t.Fatalf("got %d messages and %d in the queue, want 1 and none", len(mails), len(b.list()))
	}
	got := mails[0]
	header := map[string]string{}
	for _, name := range []string{"From", "To", "Cc", "Bcc", "Reply-To", "Date", "Message-Id", "Auto-Submitted", "X-Priority"} {
		header[name] = got.Header.Get(name)
	}
	want := map[string]string{
		"From": `"Horizon" <pki@example.com>`, "To": `"Ann" <ann@example.com>`, "Cc": "<bob@example.com>", "Bcc": "", "Reply-To": "<help@example.com>",
		"Date": "Fri, 15 Jan 2027 08:00:00 +0000", "Message-Id": "<" + id + "@example.com>", "Auto-Submitted": "auto-generated", "X-Priority": "1",
	}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	got.Header = nil
	if diff := cmp.Diff(mailtest.Mail{
		From: "pki@example.com", To: []string{"ann@example.com", "bob@example.com", "eve@example.com"}, Subject: m.Subject, Type: "text/html", Body: m.Body,
		Attachments: map[string]string{"key ä.p12": "\x00\x01secret"},
	}, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"TRIGGER-EMAIL success ann@example.com bob@example.com eve@example.com"}, b.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// What the server cannot take now is tried again after a minute, then after twice as long each time, and given up in
// the end; then an operator sends it again.
func TestRetry(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.sink.Answer("MAIL FROM", "451 4.3.0 try later")
	m := note
	m.Attempts = 4
	id := b.queue(m)
	b.advance(0)
	for n, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		b.advance(wait - time.Second)
		one := b.list()[0]
		if one.Attempts != n+1 || one.State != mail.Waiting || one.NextAttempt != b.now.Now().Add(time.Second).UnixMilli() {
			t.Fatalf("got %+v at %d, want %d attempts and the next in a second", one, b.now.Now().UnixMilli(), n+1)
		}
		b.advance(time.Second)
	}
	one := b.list()[0]
	if one.State != mail.Failed || one.Attempts != 4 || !strings.Contains(one.Error, "MAIL FROM: 451 4.3.0 try later") {
		t.Errorf("got %+v, want it failed after 4 attempts", one)
	}
	b.sink.Answer("MAIL FROM", "")
	if _, err := b.Service.Retry(context.Background(), access.System("test", ""), id); err != nil {
		t.Fatal(err)
	}
	b.advance(0)
	if got := len(b.sink.Mails()); got != 1 || len(b.list()) != 0 {
		t.Errorf("got %d messages and %d in the queue, want 1 and none", got, len(b.list()))
	}
	want := []string{"TRIGGER-EMAIL failure refused ann@example.com", "CONF-UPDATE success", "TRIGGER-EMAIL success ann@example.com"}
	if diff := cmp.Diff(want, b.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A recipient the server does not know keeps the message from nobody else.
func TestRefusedRecipient(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.sink.Answer("RCPT TO:<gone@example.com>", "550 5.1.1 no such user")
	b.sink.Answer("RCPT TO:<busy@example.com>", "450 4.2.1 busy")
	m := note
	m.To = []string{"ann@example.com", "gone@example.com", "busy@example.com"}
	var told []mail.Outcome
	b.Told = func(_ *store.Tx, o mail.Outcome) error {
		told = append(told, o)
		return nil
	}
	b.queue(m)
	b.advance(0)
	if one := b.list()[0]; one.State != mail.Waiting || !cmp.Equal(one.Undelivered, []string{"busy@example.com", "gone@example.com"}) {
		t.Errorf("got %+v, want it waiting for two", one)
	}
	b.sink.Answer("RCPT TO:<busy@example.com>", "")
	b.advance(time.Minute)
	if one := b.list()[0]; one.State != mail.Failed || !cmp.Equal(one.Undelivered, []string{"gone@example.com"}) || !strings.Contains(one.Error, "550 5.1.1 no such user") {
		t.Errorf("got %+v, want it failed for one", one)
	}
	var to [][]string
	for _, m := range b.sink.Mails() {
		to = append(to, m.To)
	}
	if diff := cmp.Diff([][]string{{"ann@example.com"}, {"busy@example.com"}}, to); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
	outcomes := []mail.Outcome{
		{Facts: note.Facts, Status: event.Failure, Why: "The mail server refused: RCPT TO: 450 4.2.1 busy", Left: 10, Next: b.now.Now()},
		{Facts: note.Facts, Status: event.Warning, Why: "The mail server refused: RCPT TO: 550 5.1.1 no such user"},
	}
	if diff := cmp.Diff(outcomes, told); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	want := []string{"TRIGGER-EMAIL warning ann@example.com busy@example.com refused gone@example.com"}
	if diff := cmp.Diff(want, b.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A message that is refused for good, or that nobody can take, is given up at once.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		edit   func(*mail.Settings)
		answer [2]string
		want   string
	}{
		{"refused at its end", nil, [2]string{".", "554 5.7.1 spam"}, "DATA: 554 5.7.1 spam"},
		{"refused at its beginning", nil, [2]string{"MAIL FROM", "553 5.1.8 bad sender"}, "MAIL FROM: 553"},
		{"without a mail server", func(s *mail.Settings) { s.Host = "" }, [2]string{"-", "-"}, "No mail server is configured"},
		{"without a sender", func(s *mail.Settings) { s.From = "" }, [2]string{"-", "-"}, "mail.from is not set"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, test.edit)
			b.sink.Answer(test.answer[0], test.answer[1])
			b.queue(note)
			b.advance(0)
			one := b.list()[0]
			if one.State != mail.Failed || one.Attempts != 1 || !strings.Contains(one.Error, test.want) {
				t.Errorf("got %+v, want it failed with %q", one, test.want)
			}
			if diff := cmp.Diff([]string{"TRIGGER-EMAIL failure refused ann@example.com"}, b.events()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			b.advance(31 * 24 * time.Hour)
			check(t, b.Tend(context.Background()))
			if len(b.list()) != 0 {
				t.Errorf("got %d messages after a month, want none", len(b.list()))
			}
		})
	}
}

// What a login or a better day would change is tried again.
func TestTriedAgain(t *testing.T) {
	t.Parallel()
	for _, answer := range [][2]string{{"MAIL FROM", "530 5.7.0 authentication required"}, {"EHLO", "554 5.3.2 not today"}, {"DATA", "452 4.3.1 disk full"}} {
		t.Run(answer[1], func(t *testing.T) {
			t.Parallel()
			b := start(t, nil)
			b.sink.Answer(answer[0], answer[1])
			if answer[0] == "EHLO" {
				b.sink.Answer("HELO", answer[1])
			}
			b.queue(mail.Message{To: []string{"ann@example.com"}, Subject: "s", Body: "b"})
			b.advance(0)
			if one := b.list()[0]; one.State != mail.Waiting || !strings.Contains(one.Error, answer[1]) {
				t.Errorf("got %+v, want it waiting with %q", one, answer[1])
			}
			b.sink.Answer(answer[0], "")
			b.sink.Answer("HELO", "")
			b.advance(time.Minute)
			if len(b.list()) != 0 || len(b.events()) != 0 {
				t.Errorf("got %d messages and events %v, want none", len(b.list()), b.events())
			}
		})
	}
}

// A message whose job was lost is found, and one that was changed meanwhile is not sent by the old job.
func TestTend(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	id := b.queue(note)
	b.now.Advance(2 * time.Hour)
	check(t, b.Tend(context.Background()))
	_, err := b.Service.Retry(context.Background(), access.System("test", ""), id)
	check(t, err)
	b.advance(0)
	if got := len(b.sink.Mails()); got != 1 {
		t.Errorf("got %d messages by three jobs, want 1", got)
	}
}

// What a message says is not in the database.
func TestSealed(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	m := note
	m.Body = "https://pki.example.com/reset/token-of-the-test"
	b.queue(m)
	check(t, b.DB.Read(context.Background(), func(tx *store.Tx) error {
		var content []byte
		var rest string
		_, err := tx.Get(`SELECT content, recipients || subject || progress || record || error FROM mail_message`, nil, &content, &rest)
		if strings.Contains(string(content)+rest, "token-of-the-test") {
			t.Error("the body stands in the table in clear")
		}
		return err
	}))
}

// What was sealed anew is sent as before.
func TestReseal(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	for range 20 {
		b.queue(note)
	}
	visited, place := 0, ""
	for first := true; first || place != ""; first = false {
		check(t, b.DB.Write(context.Background(), func(tx *store.Tx) (err error) {
			place, err = b.Sealed(tx, place, 100, func(purpose, object string, sealed []byte) ([]byte, error) {
				visited++
				plain, err := b.Keys.Open(purpose, object, sealed)
				if err != nil {
					return nil, err
				}
				return b.Keys.Seal(purpose, object, plain)
			})
			return err
		}))
	}
	b.advance(0)
	if got := len(b.sink.Mails()); visited != 20 || got != 20 {
		t.Errorf("visited %d and sent %d, want 20", visited, got)
	}
}

func TestCheckMessage(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	ok := mail.Message{To: []string{"ann@example.com"}, Subject: "s", Body: "b"}
	for _, test := range []struct {
		name string
		edit func(*mail.Message)
		want string // part of the fault; "" is none
	}{
		{"as it is", func(*mail.Message) {}, ""},
		{"a domain with letters of its own", func(m *mail.Message) { m.To = []string{"Jörg <joerg@bücher.example>"} }, ""},
		{"nobody", func(m *mail.Message) { m.To = nil }, "to: 1 to 100 recipients"},
		{"everybody", func(m *mail.Message) { m.BCC = make([]string, 101) }, "to: 1 to 100 recipients"},
		{"a header behind the address", func(m *mail.Message) { m.To = []string{"ann@example.com\r\nBcc: eve@example.com"} }, "is not a mail address"},
		{"a header behind the name", func(m *mail.Message) { m.From = "x\r\nBcc: eve@example.com <a@example.com>" }, "is not a mail address"},
		{"a command behind the address", func(m *mail.Message) { m.CC = []string{`"a>\r\nRCPT TO:<eve"@example.com`} }, "is not a mail address"},
		{"two addresses in one", func(m *mail.Message) { m.To = []string{"a@example.com, b@example.com"} }, "is not a mail address"},
		{"letters in the local part", func(m *mail.Message) { m.To = []string{"jörg@example.com"} }, "is not a mail address"},
		{"a bad address to reply to", func(m *mail.Message) { m.ReplyTo = "help" }, "is not a mail address"},
		{"a header behind the subject", func(m *mail.Message) { m.Subject = "s\nBcc: eve@example.com" }, "subject: one line"},
		{"no subject", func(m *mail.Message) { m.Subject = "" }, "subject: one line"},
		{"a long body", func(m *mail.Message) { m.Body = strings.Repeat("b", 1<<20+1) }, "body: "},
		{"a header of the envelope", func(m *mail.Message) { m.Headers = []mail.Header{{Name: "bcc", Value: "x"}} }, `headers: "bcc" cannot be set`},
		{"a header of the content", func(m *mail.Message) { m.Headers = []mail.Header{{Name: "Content-Type", Value: "x"}} }, "cannot be set"},
		{"a header with a colon", func(m *mail.Message) { m.Headers = []mail.Header{{Name: "X:Bcc", Value: "x"}} }, "cannot be set"},
		{"a header of two lines", func(m *mail.Message) { m.Headers = []mail.Header{{Name: "X-A", Value: "x\r\nBcc: y"}} }, "the value of X-A is one line"},
		{"a file in a folder", func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "../a", Media: "text/plain"}} }, "is not the name of a file"},
		{"a media type of its own", func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a", Media: "text\r\nX: y"}} }, "is not a media type"},
		{"a large file", func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "a", Media: "text/plain", Bytes: make([]byte, 10<<20+1)}}
		}, "together at most"},
		{"endless attempts", func(m *mail.Message) { m.Attempts = 101 }, "attempts: 1 to 100"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := ok
			test.edit(&m)
			err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
				_, err := b.Queue(tx, m)
				return err
			})
			if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, mail.Invalid) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	password := secret.NewText("p")
	for _, test := range []struct {
		name string
		is   mail.Settings
		want string
	}{
		{"nothing", mail.Settings{}, ""},
		{"a host", mail.Settings{Host: "mail.example.com", From: "PKI <pki@example.com>"}, ""},
		{"a login within TLS", mail.Settings{Host: "mail.example.com", User: "u", Password: password}, ""},
		{"a login on this machine", mail.Settings{Host: "localhost", TLS: "none", User: "u", Password: password}, ""},
		{"a login for all to read", mail.Settings{Host: "mail.example.com", TLS: "none", User: "u", Password: password}, "mail.tls: a password"},
		{"a password of nobody", mail.Settings{Password: password}, "mail.user: "},
		{"no such way", mail.Settings{TLS: "ssl"}, "mail.tls: "},
		{"a bad port", mail.Settings{Port: 70000}, "mail.port: "},
		{"a bad sender", mail.Settings{From: "pki"}, "mail.from: "},
		{"a bad name", mail.Settings{Hello: "a b"}, "mail.hello: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := test.is.Check(); test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// What is read as an address can stand in a command and in a header, and reads the same again.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"a@example.com", "Ann <a@example.com>", `"a b"@c`, "=?utf-8?q?=0d=0aBcc:x?= <a@b.c>", "jörg <j@bücher.example>", "a@[192.0.2.1]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := mail.ParseAddress(text)
		if err != nil {
			return
		}
		if strings.ContainsAny(a.Address, " \r\n<>\x00") || strings.ContainsAny(a.String(), "\r\n\x00") {
			t.Fatalf("%q was read as %q", text, a.String())
		}
		if again, err := mail.ParseAddress(a.String()); err != nil || again.Address != a.Address {
			t.Errorf("%q reads as %v (%v), want %v", a.String(), again, err, a)
		}
	})
}
