package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
)

// The test message arrives, and what the mail server says of it is answered.
func TestMailTest(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("reader", "configuration:system:configuration:read")
	s.Call("reader", http.MethodGet, "/api/v1/security/principals/self", nil)
	s.Fresh()
	const path = "/api/v1/system/mail/test"
	text := s.Must("admin", http.MethodPost, path, `{"to": "Ann <ann@example.com>"}`, 200)
	if !strings.Contains(text, `"answer":"250 2.0.0 queued"`) || len(s.Mails()) != 1 || s.Mails()[0].To[0] != "ann@example.com" {
		t.Errorf("got %s and %v", text, s.Mails())
	}
	s.Mail.Answer("RCPT TO", "550 5.1.1 no such user")
	if text := s.Must("admin", http.MethodPost, path, `{"to": "ann@example.com"}`, 502); !strings.Contains(text, "RCPT TO: 550 5.1.1 no such user") {
		t.Errorf("got %s", text)
	}
	if text := s.Must("admin", http.MethodPost, path, `{"to": "ann"}`, 400); !strings.Contains(text, "MAIL-002") {
		t.Errorf("got %s", text)
	}
	s.Must("reader", http.MethodPost, path, `{"to": "ann@example.com"}`, 403)
	events(t, s, "CONF-TEST success", "CONF-TEST failure", "CONF-TEST failure", "CONF-TEST failure")
}

// What could not be sent is listed, sent again and deleted, each on record.
func TestMailMessages(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("reader", "configuration:system:configuration:read")
	s.Call("reader", http.MethodGet, "/api/v1/security/principals/self", nil)
	s.Mail.Answer("MAIL FROM", "553 5.1.8 not from you")
	ids := queue(t, s, "first", "second")
	s.Advance(0)
	events := func(want ...string) {
		t.Helper()
		events(t, s, want...)
	}
	s.Fresh()
	const path = "/api/v1/system/mail/messages"
	list := func(query string) (subjects []string) {
		t.Helper()
		var all []mail.Entry
		if err := json.Unmarshal([]byte(s.Must("reader", http.MethodGet, path+query, nil, 200)), &all); err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			if one.State != mail.Failed || !strings.Contains(one.Error, "553 5.1.8 not from you") {
				t.Errorf("got %+v, want it failed", one)
			}
			subjects = append(subjects, one.Subject)
		}
		return subjects
	}
	for query, want := range map[string][]string{
		"": {"second", "first"}, "?state=failed&limit=1": {"second"}, "?before=" + ids[1]: {"first"}, "?state=waiting": nil,
	} {
		if diff := cmp.Diff(want, list(query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	s.Mail.Answer("MAIL FROM", "")
	s.Must("reader", http.MethodPost, path+"/"+ids[0]+"/retry", nil, 403)
	s.Must("admin", http.MethodPost, path+"/"+ids[0]+"/retry", nil, 200)
	s.Advance(time.Second)
	events("CONF-UPDATE failure", "CONF-UPDATE success", "TRIGGER-EMAIL success")
	s.Must("reader", http.MethodDelete, path+"/"+ids[1], nil, 403)
	s.Must("admin", http.MethodDelete, path+"/"+ids[1], nil, 204)
	s.Must("admin", http.MethodDelete, path+"/"+ids[1], nil, 404)
	s.Must("admin", http.MethodPost, path+"/"+ids[0]+"/retry", nil, 404)
	events("CONF-DELETE failure", "CONF-DELETE success", "CONF-DELETE failure", "CONF-UPDATE failure")
	if got := list(""); len(got) != 0 || len(s.Mails()) != 1 {
		t.Errorf("got %v and %d messages, want none and 1", got, len(s.Mails()))
	}
}

func queue(t *testing.T, s *harness.Server, subjects ...string) (ids []string) {
	t.Helper()
	for _, subject := range subjects {
		err := s.App.DB.Write(context.Background(), func(tx *store.Tx) error {
			id, err := s.App.Mail.Queue(tx, mail.Message{To: []string{"ann@example.com"}, Subject: subject, Body: "b", Event: event.TriggerEmail})
			ids = append(ids, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// The doctor speaks to the mail server.
func TestDoctorMail(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	said := func() string {
		var b strings.Builder
		for _, f := range s.App.Doctor(context.Background()) {
			b.WriteString(f.Level + " " + f.Text + "\n")
		}
		return b.String()
	}
	if text := said(); !strings.Contains(text, "ok the mail server answers") || !strings.Contains(text, "ok 0 messages wait") {
		t.Errorf("got %s", text)
	}
	s.Mail.Answer("EHLO", "554 go away")
	s.Mail.Answer("HELO", "554 go away")
	if text := said(); !strings.Contains(text, "error the mail server: The mail server refused: EHLO: 554 go away") {
		t.Errorf("got %s", text)
	}
}
