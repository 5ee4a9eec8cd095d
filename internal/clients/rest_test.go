package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/horizon-clm/horizon/internal/harness"
)

// call sends a request as the administrator.
func (s *server) call(method, path string, body any) (int, string) {
	s.t.Helper()
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, s.url+path, in)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-API-ID", "administrator")
	r.Header.Set("X-API-KEY", s.key)
	w, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return w.StatusCode, string(text)
}

// must sends a request that has to be answered with the status, and returns the body.
func (s *server) must(method, path string, body any, status int) string {
	s.t.Helper()
	got, text := s.call(method, path, body)
	if got != status {
		s.t.Fatalf("%s %s: got %d %s, want %d", method, path, got, text, status)
	}
	return text
}

// into sends a request that has to be answered with the status, and decodes the body.
func (s *server) into(to any, method, path string, body any, status int) {
	s.t.Helper()
	text := s.must(method, path, body, status)
	if err := json.Unmarshal([]byte(text), to); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// profile changes the profile of the quick start.
func (s *server) profile(change func(map[string]any)) {
	s.t.Helper()
	p := map[string]any{}
	s.into(&p, http.MethodGet, profiles+"/quickstart", nil, http.StatusOK)
	change(p)
	s.must(http.MethodPut, profiles, p, http.StatusOK)
}

// search returns the events a query describes, the oldest first.
func (s *server) search(query string) (all []harness.Event) {
	s.t.Helper()
	for page := 1; ; page++ {
		var out struct {
			Results []harness.Event `json:"results"`
			HasMore bool            `json:"hasMore"`
		}
		s.into(&out, http.MethodPost, "/api/v1/events/search", map[string]any{
			"query": query, "pageIndex": page, "pageSize": 1000, "sortedBy": []map[string]string{{"element": "sequence", "order": "Asc"}},
		}, http.StatusOK)
		all = append(all, out.Results...)
		if !out.HasMore {
			return all
		}
	}
}

// since returns the events since the last look, without those of the look itself: a label is added as a mark, and once
// that is sealed, so is everything before it.
func (s *server) since() (all []harness.Event) {
	s.t.Helper()
	s.marks++
	mark := fmt.Sprintf("mark-%d", s.marks)
	s.must(http.MethodPost, "/api/v1/certificate/labels", map[string]string{"name": mark}, http.StatusCreated)
	end := -1
	s.until("the mark is in the log", func() bool {
		all = s.search(fmt.Sprintf("sequence > %d", s.next-1))
		end = slices.IndexFunc(all, func(e harness.Event) bool { return e.Code == "CONF-ADD" && e.Detail("name") == mark })
		return end >= 0
	})
	s.next = all[end].Sequence + 1
	return slices.DeleteFunc(all[:end], func(e harness.Event) bool { return e.Code == "SEC-AUTHENTICATION" && e.Status == "success" })
}

// skip leaves out the events so far.
func (s *server) skip() { s.t.Helper(); s.since() }

// expect wants exactly these events since the last look, in this order, and returns them.
func (s *server) expect(want ...string) []harness.Event {
	s.t.Helper()
	got := s.since()
	if diff := cmp.Diff(want, texts(got), cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("events (-want +got):\n%s%s", diff, told(got))
	}
	return got
}

// expectSet is expect where several things happen at one time, so that only each thing's own order is certain.
func (s *server) expectSet(want ...string) []harness.Event {
	s.t.Helper()
	got := s.since()
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(texts(got))), cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("events, sorted (-want +got):\n%s%s", diff, told(got))
	}
	return got
}

func texts(events []harness.Event) (all []string) {
	for _, e := range events {
		all = append(all, e.String())
	}
	return all
}

// told is what the events say, for whoever reads why a test failed.
func told(events []harness.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%d %s", e.Sequence, e)
		for _, d := range e.Details {
			fmt.Fprintf(&b, " %s=%q", d.Key, d.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// one returns the only event of a code.
func (s *server) one(events []harness.Event, code string) harness.Event {
	s.t.Helper()
	i := slices.IndexFunc(events, func(e harness.Event) bool { return e.Code == code })
	if i < 0 {
		s.t.Fatalf("there is no %s among\n%s", code, told(events))
	}
	return events[i]
}

// cover adds the events of this server to what the tests have seen.
func (s *server) cover() {
	if s.t.Failed() {
		return
	}
	harness.Cover(s.t, func() []harness.Event {
		s.skip()
		return s.search("")
	})
}

// The events of an order that succeeds, from its placing to the download.
var order = []string{
	"ACME-ORDER-NEW success", "ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success", "ACME-ORDER-UPDATE success",
	"LIFECYCLE-ENROLL success", "ACME-ORDER-FINALIZE success", "ACME-ORDER-CERTIFICATE success",
}
