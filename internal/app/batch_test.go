package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

const batches = "/api/v1/batches"

// progress is how far a batch has come, as the API tells it.
type progress struct {
	Done, Asked, Refused, Failed, Underway, Left int
}

// batch is a batch as the API tells it.
type batch struct {
	ID       string `json:"_id"`
	Status   string
	Reason   string
	Progress progress
}

func batchOf(t testing.TB, text string) (b batch) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// shop makes a CA, a profile with a label and a user who may do everything with its certificates.
func shop(s *harness.Server) {
	s.T.Helper()
	post := func(path string, body any) {
		s.T.Helper()
		s.Must("admin", http.MethodPost, path, body, http.StatusCreated)
	}
	post("/api/v1/authorities", map[string]any{"name": "lab"})
	post("/api/v1/pki/connectors", map[string]any{"name": "lab", "type": "integrated", "authority": "lab"})
	post("/api/v1/certificate/labels", map[string]any{"name": "environment"})
	post("/api/v1/certificate/profiles", map[string]any{
		"module": "webra", "name": "web", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab",
		"authorizationLevels": map[string]any{}, "requestsPolicy": map[string]any{}, "selfPermissions": map[string]any{"selfUpdate": true},
		"certificateTemplate": map[string]any{
			"subject": []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}},
			"labels":  []any{map[string]any{"label": "environment", "editableByRequester": true}},
		},
		"cryptoPolicy": map[string]any{"centralized": true, "decentralized": true, "p12passwordMode": "random", "defaultKeyType": "ec-secp256r1"},
	})
	s.User("robot", "lifecycle:webra:web:*")
}

// stock has so many certificates issued.
func stock(s *harness.Server, n int) {
	s.T.Helper()
	for i := range n {
		s.Must("robot", http.MethodPost, "/api/v1/requests/submit", map[string]any{
			"workflow": "enroll", "module": "webra", "profile": "web",
			"template": map[string]any{"subject": []any{map[string]any{"element": "cn.1", "value": fmt.Sprintf("h%d.example.org", i)}}},
		}, http.StatusCreated)
	}
	s.Fresh()
}

// ofAll previews a batch of all certificates.
func ofAll(s *harness.Server, who, workflow string, template map[string]any) batch {
	s.T.Helper()
	return batchOf(s.T, s.Must(who, http.MethodPost, batches, map[string]any{"workflow": workflow, "query": `profile equals "web"`, "template": template}, http.StatusCreated))
}

func labelled(value string) map[string]any {
	return map[string]any{"labels": []any{map[string]any{"label": "environment", "value": value}}}
}

func run(s *harness.Server, who, id string) {
	s.T.Helper()
	s.Must(who, http.MethodPost, batches+"/"+id+"/run", nil, http.StatusOK)
}

func look(s *harness.Server, who, id string) batch {
	s.T.Helper()
	return batchOf(s.T, s.Must(who, http.MethodGet, batches+"/"+id, nil, http.StatusOK))
}

// during works what is due and, when so many commits with events have been seen, does something in the middle of it.
func during(s *harness.Server, commits int, then func(cancel func())) {
	s.T.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	woken := s.App.DB.Woken("event")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.App.Tasks.Due(ctx) // how it ends is seen by what it has done
	}()
	for range commits {
		select {
		case <-woken:
		case <-ended:
			s.T.Fatal("it ended before its middle")
		}
	}
	then(cancel)
	<-ended
}

// tally counts events by certificate, code and status.
func tally(events []harness.Event, codes ...string) map[string]int {
	all := map[string]int{}
	for _, e := range events {
		for _, code := range codes {
			if e.Code == code {
				all[e.Detail("certificateId")+" "+e.String()]++
			}
		}
	}
	return all
}

// A batch that is killed, again and again, at any instant is finished by whoever comes next: each certificate has its
// events once, and none is left out.
func TestBatchKilled(t *testing.T) {
	t.Parallel()
	const n = 120
	url, now := storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	home := t.TempDir()
	s := harness.Open(t, home, url, now)
	shop(s)
	stock(s, n)
	for _, step := range []struct {
		workflow, code string
		template       map[string]any
	}{{"update", "LIFECYCLE-UPDATE", labelled("prod")}, {"revoke", "LIFECYCLE-REVOKE", nil}} {
		b := ofAll(s, "robot", step.workflow, step.template)
		run(s, "robot", b.ID)
		for life := range 3 {
			during(s, 25, func(cancel func()) { cancel() })
			if p := look(s, "robot", b.ID).Progress; p.Left == 0 || p.Done == 0 {
				t.Fatalf("life %d of the %s: got %+v, want that it was killed in the middle", life, step.workflow, p)
			}
			s = another(t, s, home, url, now)
		}
		s.Advance(2 * time.Minute)
		s.Advance(2 * time.Minute) // what the CA had begun is looked at again
		got := look(s, "robot", b.ID)
		if diff := cmp.Diff(batch{b.ID, "completed", "", progress{Done: n}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.workflow, diff)
		}
		all := tally(slices.DeleteFunc(s.Events(""), func(e harness.Event) bool {
			return e.Code == "REQUEST-SUBMIT" && e.Detail("requestWorkflow") != step.workflow
		}), "REQUEST-SUBMIT", step.code)
		if len(all) < 2*n {
			t.Errorf("%s: got %d different events, want two for each of %d certificates", step.workflow, len(all), n)
		}
		maps.DeleteFunc(all, func(key string, times int) bool { return times == 1 && strings.HasSuffix(key, " success") })
		for key, times := range all { // of a kill while the CA was asked, a warning
			if !strings.HasSuffix(key, " warning") || times > 3 {
				t.Errorf("%d times %s", times, key)
			}
		}
	}
}

// another is the server that comes after one that was killed. The clock goes on, so that the dead are known to be.
func another(t *testing.T, before *harness.Server, home, url string, now *clock.Manual) *harness.Server {
	t.Helper()
	dir := home
	if strings.HasPrefix(url, "postgres") {
		dir = t.TempDir()
		copyKeys(t, filepath.Join(home, "data", "keys"), filepath.Join(dir, "data", "keys"))
	}
	now.Advance(2 * time.Minute)
	s := harness.Open(t, dir, url, now)
	s.Knows(before, "robot")
	return s
}

// A batch that is stopped begins nothing more; what was left is tried again by another one.
func TestBatchStopped(t *testing.T) {
	t.Parallel()
	const n = 200 // many more than are done while the call is on its way
	s := harness.New(t)
	shop(s)
	stock(s, n)
	s.User("warden", "configuration:batch:manage")
	b := ofAll(s, "robot", "update", labelled("prod"))
	run(s, "robot", b.ID)
	s.Fresh()
	during(s, 2, func(func()) {
		got := batchOf(t, s.Must("warden", http.MethodPost, batches+"/"+b.ID+"/cancel", nil, http.StatusOK))
		if got.Status != "canceling" || !strings.Contains(got.Reason, "by warden") {
			t.Errorf("got %+v", got)
		}
	})
	got := look(s, "robot", b.ID)
	if got.Status != "canceled" || got.Progress.Left == 0 || got.Progress.Done+got.Progress.Left != n {
		t.Errorf("got %+v", got)
	}
	events := s.Fresh()
	if done := len(tally(events, "LIFECYCLE-UPDATE")); done != got.Progress.Done {
		t.Errorf("got %d events, want %d", done, got.Progress.Done)
	}
	if ends := tally(events, "SCHEDULED-TASK-COMPLETE"); ends[" SCHEDULED-TASK-COMPLETE warning"] != 1 || len(ends) != 1 {
		t.Errorf("got %v, want one warning", ends)
	}
	s.Advance(time.Minute)
	if more := tally(s.Fresh(), "LIFECYCLE-UPDATE"); len(more) != 0 {
		t.Errorf("a batch that was stopped went on: %v", more)
	}
	rest := batchOf(t, s.Must("robot", http.MethodPost, batches+"/"+b.ID+"/retry", nil, http.StatusCreated))
	run(s, "robot", rest.ID)
	s.Advance(time.Second)
	if p := look(s, "robot", rest.ID).Progress; p != (progress{Done: got.Progress.Left}) {
		t.Errorf("the rest: got %+v, want %d done", p, got.Progress.Left)
	}
}

// Rights count as they are when it is a certificate's turn.
func TestBatchRights(t *testing.T) {
	t.Parallel()
	const n = 60
	s := harness.New(t)
	shop(s)
	stock(s, n)
	grant := func(enabled bool, permissions ...string) {
		t.Helper()
		values := []map[string]string{}
		for _, p := range permissions {
			values = append(values, map[string]string{"value": p})
		}
		s.Must("admin", http.MethodPut, "/api/v1/security/principalinfos", map[string]any{"identifier": "robot", "enabled": enabled, "permissions": values}, http.StatusOK)
	}
	b := ofAll(s, "robot", "revoke", nil)
	run(s, "robot", b.ID)
	during(s, 10, func(func()) { grant(true, "lifecycle:webra:web:search") })
	got := look(s, "robot", b.ID)
	if p := got.Progress; got.Status != "completed" || p.Done == 0 || p.Asked == 0 || p.Done+p.Asked != n {
		t.Errorf("without the right, owners ask: got %+v", got)
	}

	// Owners may update, whatever rights they hold; but nobody does who is switched off.
	b = ofAll(s, "robot", "update", labelled("prod"))
	run(s, "robot", b.ID)
	s.Fresh()
	during(s, 20, func(func()) { grant(false) })
	got = batchOf(t, s.Must("admin", http.MethodGet, batches+"/"+b.ID, nil, http.StatusOK))
	if got.Status != "canceled" || got.Progress.Left == 0 || !strings.Contains(got.Reason, "robot does not exist or is not enabled any more") {
		t.Errorf("switched off: got %+v", got)
	}
	if done := tally(s.Fresh(), "LIFECYCLE-UPDATE"); len(done) < got.Progress.Done {
		t.Errorf("got %d events of %d certificates", len(done), got.Progress.Done)
	}
}

// What the CA does not do is asked for again, and fails in the end: the batch waits for it.
func TestBatchFails(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	shop(s)
	stock(s, 1)
	s.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "nowhere"}, http.StatusCreated)
	s.Must("admin", http.MethodPut, "/api/v1/pki/connectors", map[string]any{"name": "lab", "type": "integrated", "authority": "nowhere"}, http.StatusOK)
	s.Lose("nowhere")
	b := ofAll(s, "robot", "revoke", nil)
	run(s, "robot", b.ID)
	s.Advance(time.Second)
	if got := look(s, "robot", b.ID); got.Status != "running" || got.Progress != (progress{Underway: 1}) {
		t.Errorf("got %+v", got)
	}
	for range 20 {
		s.Advance(time.Hour)
	}
	if got := look(s, "robot", b.ID); got.Status != "completed" || got.Progress != (progress{Failed: 1}) {
		t.Errorf("got %+v", got)
	}
	if text := s.Must("robot", http.MethodGet, batches+"/"+b.ID+"/outcomes", nil, http.StatusOK); !strings.Contains(text, `"outcome":"failed"`) || !strings.Contains(text, `"error":"BATCH-009"`) {
		t.Errorf("got %s", text)
	}
}

// Batches have a size, a number and a time.
func TestBatchLimits(t *testing.T) {
	t.Parallel()
	s := harness.New(t, harness.With("batch.size", "2"), harness.With("batch.running", "1"))
	shop(s)
	stock(s, 3)
	refused := func(path string, body any, status int, says ...string) {
		t.Helper()
		got, text := s.Call("robot", http.MethodPost, batches+path, body)
		for _, want := range says {
			if got != status || !strings.Contains(text, want) {
				t.Errorf("%s %v: got %d %s, want %d %s", path, body, got, text, status, want)
			}
		}
	}
	refused("", map[string]any{"workflow": "revoke", "query": "id exists"}, 400, "BATCH-002", "the query finds more than 2")
	refused("", map[string]any{"workflow": "revoke", "certificates": []string{"a", "b", "c"}}, 400, "BATCH-002", "3 are listed, at most 2")
	one := func() batch {
		t.Helper()
		return batchOf(t, s.Must("robot", http.MethodPost, batches, map[string]any{"workflow": "update", "query": `dn contains "h1."`, "template": labelled("prod")}, http.StatusCreated))
	}
	first, second := one(), one()
	run(s, "robot", first.ID)
	refused("/"+second.ID+"/run", nil, 429, "BATCH-006", "at most 1")
	s.Advance(time.Second)
	run(s, "robot", second.ID)
	late := ""
	for range 20 {
		late = one().ID
	}
	refused("", map[string]any{"workflow": "revoke", "query": `dn contains "h1."`}, 429, "BATCH-006", "20 previews of yours")
	s.Clock.Advance(time.Hour) // nobody has tidied up yet
	refused("/"+late+"/run", nil, 409, "BATCH-004")
	s.Advance(20 * time.Minute)
	refused("/"+late+"/run", nil, 404, "BATCH-001")
	list := func(want int) {
		t.Helper()
		var page struct{ Results []batch }
		if err := json.Unmarshal([]byte(s.Must("robot", http.MethodGet, batches, nil, http.StatusOK)), &page); err != nil || len(page.Results) != want {
			t.Errorf("got %v %v, want %d batches", page, err, want)
		}
	}
	list(2)
	s.Advance(31 * 24 * time.Hour)
	list(0)
}
