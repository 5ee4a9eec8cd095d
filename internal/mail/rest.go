package mail

import (
	"net/http"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/web"
)

// Operations are those of the REST API on mail. They are an extension of the published API.
func (s *Service) Operations() []web.Operation {
	op := func(method, path, name string, status int, doc string) web.Op {
		right := Manage
		if method == http.MethodGet {
			right = Read
		}
		return web.Op{Right: right, Method: method, Path: "/system/mail" + path, Name: "Mail" + name, Doc: doc, Tag: "mail", Needs: access.LoggedIn, Status: status}
	}
	return []web.Operation{
		web.Handle(op(http.MethodPost, "/test", "Test", 200, "Sends a test message at once and returns what the mail server answers."), s.restTest),
		web.Handle(op(http.MethodGet, "/messages", "MessageList", 200, "Lists the messages that wait or could not be sent, without what they say."), s.restList),
		web.Handle(op(http.MethodPost, "/messages/{id}/retry", "MessageRetry", 200, "Sends a message again to those who have not got it."), s.restRetry),
		web.Handle(op(http.MethodDelete, "/messages/{id}", "MessageDelete", 204, "Gives a message up."), s.restDelete),
	}
}

// Entry is a message that was not sent yet, without what it says.
type Entry struct {
	ID          string   `json:"_id"`
	State       string   `json:"state" doc:"waiting or failed."`
	Subject     string   `json:"subject"`
	Recipients  []string `json:"recipients" doc:"All of them, as they were given."`
	Undelivered []string `json:"undelivered" doc:"Those who have not got it."`
	Attempts    int      `json:"attempts"`
	MaxAttempts int      `json:"maxAttempts"`
	Created     int64    `json:"created" doc:"Milliseconds since 1970, as all times."`
	NextAttempt int64    `json:"nextAttempt,omitempty"`
	Failed      int64    `json:"failed,omitempty" doc:"When it was given up."`
	Error       string   `json:"error,omitempty" doc:"Why the last attempt failed."`
}

func (l letter) entry() Entry {
	e := Entry{
		ID: l.ID, State: l.State, Subject: l.Subject, Recipients: l.Recipients, Undelivered: l.progress.undelivered(), Attempts: l.Attempts,
		MaxAttempts: l.Most, Created: l.Created.UnixMilli(), Failed: millis(l.Ended), Error: l.Error,
	}
	if l.State == Waiting {
		e.NextAttempt = millis(l.Due)
	}
	return e
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

type testIn struct {
	Body struct {
		To string `json:"to" required:"true" minLength:"1" maxLength:"1000" doc:"Who gets the test message."`
	}
}

// testOut is how a test went.
type testOut struct {
	MessageID string `json:"messageId"`
	Answer    string `json:"answer" doc:"What the mail server answered when it took the message."`
}

func (s *Service) restTest(c *web.Call, in testIn) (testOut, error) {
	id, answer, err := s.Test(c, c.Who, in.Body.To)
	return testOut{id, answer}, err
}

type listIn struct {
	State  string `query:"state" enum:"waiting,failed" doc:"Only messages in this state."`
	Before string `query:"before" maxLength:"64" doc:"Only messages older than the one with this id, the last of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most messages to return."`
}

func (s *Service) restList(c *web.Call, in listIn) ([]Entry, error) {
	return s.List(c, c.Who, in.State, in.Before, in.Limit)
}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Service) restRetry(c *web.Call, in byID) (Entry, error) { return s.Retry(c, c.Who, in.ID) }

func (s *Service) restDelete(c *web.Call, in byID) (web.None, error) {
	return web.None{}, s.Delete(c, c.Who, in.ID)
}
