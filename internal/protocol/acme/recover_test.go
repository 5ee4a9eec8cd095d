package acme

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/store"
)

// slow starts a server whose PKI is asked through a fake.
func slow(t testing.TB, hold time.Duration, change ...func(*Profile)) (*bench, *fakeIssuer) {
	t.Helper()
	b := start(t, change...)
	f := &fakeIssuer{issuer: b.life, t: t}
	b.issue = f
	b.restartWith(Limits{}, hold)
	return b, f
}

// A PKI that takes long: the answer is processing with the time to wait, and the order becomes valid by itself.
func TestSlowPKI(t *testing.T) {
	t.Parallel()
	b, f := slow(t, 5*time.Millisecond)
	gate := make(chan struct{})
	f.before = func(ctx context.Context, _ int) error {
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	key := newKey(t)
	a := c.finalize(o, key, "a.localhost").want(t, 200)
	if a.text(t, "status") != processing || a.header.Get("Retry-After") != "2" || a.json(t)["certificate"] != nil {
		t.Errorf("got %s, Retry-After %s", a.body, a.header.Get("Retry-After"))
	}
	c.finalize(o, key, "a.localhost").want(t, 200)
	if got := c.post(o.header.Get("Location"), "").want(t, 200).text(t, "status"); got != processing {
		t.Errorf("the order is %s", got)
	}
	close(gate)
	until(t, "the certificate", func() bool { return c.post(o.header.Get("Location"), "").text(t, "status") == valid })
	if f.calls() != 1 {
		t.Errorf("the PKI was asked %d times", f.calls())
	}
	c.download(c.post(o.header.Get("Location"), ""))
}

// A PKI that is busy is asked again; the order goes on processing meanwhile, and the same certificate comes out.
func TestBusyPKI(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Minute)
	f.before = func(_ context.Context, n int) error {
		if n == 1 {
			return errBusy.Wait(30 * time.Second)
		}
		return nil
	}
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	if got := c.finalize(o, newKey(t), "a.localhost").want(t, 200).text(t, "status"); got != processing {
		t.Errorf("the order is %s", got)
	}
	check(t, b.door.Resume(t.Context()))
	if f.calls() != 1 {
		t.Errorf("the PKI was asked again too early")
	}
	b.now.Advance(30 * time.Second)
	if got := c.post(o.header.Get("Location"), "").text(t, "status"); got != valid { // asking takes it up
		t.Errorf("the order is %s", got)
	}
	if f.calls() != 2 {
		t.Errorf("the PKI was asked %d times", f.calls())
	}
}

// A PKI that refuses for good makes the order invalid, with the reason.
func TestRefusingPKI(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Minute)
	f.before = func(context.Context, int) error { return lifecycle.PKIFailed.Detail("no").Because(errNever) }
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	b.events()
	a := c.finalize(o, newKey(t), "a.localhost").want(t, 200)
	if a.text(t, "status") != invalid || a.json(t)["error"].(map[string]any)["type"] != urn+"serverInternal" {
		t.Errorf("got %s", a.body)
	}
	e := find(t, b.fresh(), "ACME-ORDER-FINALIZE")
	if e.Status != "failure" || e.Detail("state") != invalid || !strings.Contains(e.Detail("message"), "did not issue") {
		t.Errorf("got %v", e.Details)
	}
}

// Killed between issuing and recording: the next process asks with the same key and gets the same certificate.
func TestResumeIssuance(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Millisecond)
	issued := make(chan struct{})
	stuck := make(chan struct{})
	f.after = func(n int) error {
		if n == 1 {
			close(issued)
			<-stuck // the process dies here
			return context.Canceled
		}
		return nil
	}
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	if got := c.finalize(o, newKey(t), "a.localhost").want(t, 200).text(t, "status"); got != processing {
		t.Fatalf("the order is %s", got)
	}
	<-issued
	old := b.door
	other, err := New(b.door.Options) // another process of the same node, on the same database
	check(t, err)
	t.Cleanup(other.Close)
	check(t, other.Resume(t.Context()))
	until(t, "the order to be valid", func() bool { return orderState(t, b, o) == valid })
	close(stuck)
	old.Close()
	if got := b.events("LIFECYCLE-ENROLL", "ACME-ORDER-FINALIZE"); !cmp.Equal(got, []string{"LIFECYCLE-ENROLL success", "ACME-ORDER-FINALIZE success"}) {
		t.Errorf("got %v", got)
	}
	if f.calls() != 2 {
		t.Errorf("the PKI was asked %d times", f.calls())
	}
}

// orderState reads the state of an order from the database.
func orderState(t testing.TB, b *bench, o answer) string {
	t.Helper()
	at := o.header.Get("Location")
	var got *order
	check(t, b.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		got, err = orderByID(tx, at[strings.LastIndexByte(at, '/')+1:])
		return err
	}))
	return got.Status
}

// Stopped while a challenge is verified: the next process goes on.
func TestResumeValidation(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.VerifyRetryCount = 2; p.VerifyRetryDelay = span.Duration(time.Hour) })
	b.restartWith(Limits{}, 10*time.Millisecond)
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	authz := o.list(t, "authorizations")[0]
	at, token := c.offered(authz, http01)
	c.post(at, "{}").want(t, 200)
	until(t, "the first attempt", func() bool { return c.post(at, "").json(t)["error"] != nil })
	path := strings.TrimPrefix(authz, b.host.PublicURL.String())
	b.restart()
	c.http, c.nonce = b.http.Client(), ""
	b.proof.put(token, authorizes(token, c.thumbprint()))
	check(t, b.door.Resume(t.Context()))
	c.settled(b.host.Link(path), valid)
	if got := b.events("ACME-CHALLENGE-VERIFY", "ACME-ORDER-UPDATE"); !cmp.Equal(got, []string{"ACME-CHALLENGE-VERIFY success", "ACME-ORDER-UPDATE success"}) {
		t.Errorf("got %v", got)
	}
}

// What another node works on is left alone until its turn has passed.
func TestAbandoned(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	d := &Door{worker: "n1/new"}
	for _, x := range []struct {
		worker string
		due    time.Time
		want   bool
	}{
		{"n1/new", now.Add(1), false}, {"n1/old", now.Add(1), true}, {"n2/x", now.Add(1), false}, {"n2/x", now, true}, {"", now.Add(1), false}, {"", now, true},
	} {
		if got := d.abandoned(x.worker, x.due, now); got != x.want {
			t.Errorf("%q due in %s: got %v", x.worker, x.due.Sub(now), got)
		}
	}
}

// A client that comes back after a restart resumes its order by asking for it.
func TestPollTakesUp(t *testing.T) {
	t.Parallel()
	b, f := slow(t, 20*time.Millisecond)
	f.before = func(_ context.Context, n int) error {
		if n == 1 {
			return context.Canceled // stopped before the PKI was asked
		}
		return nil
	}
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	c.finalize(o, newKey(t), "a.localhost").want(t, 200)
	b.now.Advance(busyWait)
	until(t, "the certificate", func() bool { return c.post(o.header.Get("Location"), "").text(t, "status") == valid })
}

// The order of an expired, unanswered PKI is given up in the end.
func TestGiveUpIssuance(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Minute)
	f.before = func(context.Context, int) error { return errors.New("the database is away") }
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	c.finalize(o, newKey(t), "a.localhost").want(t, 200)
	for range 3 {
		b.now.Advance(time.Minute)
		check(t, b.door.Resume(t.Context()))
		until(t, "the next try", func() bool { return b.door.runs.find(issuing+lastOf(o)) == nil })
	}
	if got := orderState(t, b, o); got != processing || f.calls() != 4 {
		t.Errorf("the order is %s after %d calls", got, f.calls())
	}
	b.now.Advance(9 * 24 * time.Hour)
	check(t, b.door.Resume(t.Context()))
	until(t, "the end", func() bool { return orderState(t, b, o) == invalid })
}

func lastOf(o answer) string {
	at := o.header.Get("Location")
	return at[strings.LastIndexByte(at, '/')+1:]
}

// More than there is room for stays in the database, and Resume goes on with it.
func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Millisecond)
	b.restartWith(Limits{Waiting: 1}, time.Millisecond)
	gate := make(chan struct{})
	f.before = func(context.Context, int) error { <-gate; return nil }
	c := b.account("web")
	var orders []answer
	for _, name := range []string{"a.localhost", "b.localhost"} {
		o := c.order(name).want(t, 201)
		c.prove(o)
		orders = append(orders, o)
	}
	for i, name := range []string{"a.localhost", "b.localhost"} {
		if got := c.finalize(orders[i], newKey(t), name).want(t, 200).text(t, "status"); got != processing {
			t.Errorf("%s: the order is %s", name, got)
		}
	}
	close(gate)
	until(t, "the first order", func() bool {
		return orderState(t, b, orders[0]) == valid && b.door.runs.find(issuing+lastOf(orders[0])) == nil
	})
	b.now.Advance(roomWait)
	check(t, b.door.Resume(t.Context()))
	until(t, "the second order", func() bool { return orderState(t, b, orders[1]) == valid })
}

// An order whose profile is gone waits for it, and is given up when it has expired.
func TestResumeWithoutProfile(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Minute)
	f.before = func(context.Context, int) error { return errBusy.Wait(time.Second) }
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	c.finalize(o, newKey(t), "a.localhost").want(t, 200)
	check(t, lifecycle.Profiles.Delete(t.Context(), b.deps(), system, "web"))
	b.now.Advance(2 * time.Second)
	check(t, b.door.Resume(t.Context()))
	if got := orderState(t, b, o); got != processing {
		t.Errorf("the order is %s", got)
	}
	b.now.Advance(8 * span.Day.Std())
	check(t, b.door.Resume(t.Context()))
	if got := orderState(t, b, o); got != invalid {
		t.Errorf("the order is %s", got)
	}
	if e := find(t, b.fresh(), "ACME-ORDER-FINALIZE"); e.Status != "failure" {
		t.Errorf("got %v", e)
	}
}

// Two nodes on one database: a nonce is taken once among them, and a change on one counts on the other.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	c.order("a.localhost").want(t, 201) // the account is in the memory of the first node
	first := b.door
	b.serve(Limits{}, 0)
	second := *c
	second.http, second.nonce = b.http.Client(), ""
	second.order("a.localhost").want(t, 201)
	second.changeKey()
	c.order("a.localhost").want(t, 400, "malformed", "signature") // the first node has the old key in memory
	c.key = second.key
	c.http, c.nonce = second.http, ""
	c.order("a.localhost").want(t, 201)
	if b.db.Dialect == store.SQLite {
		return
	}
	o, err := first.nonces.open(first.nonces.give())
	check(t, err)
	call := &call{r: httpRequest(t)}
	check(t, first.take(call, o))
	wantFault(t, b.door.take(call, o), badNonce, "used before")
}

// Two doors take up the same work once.
func TestResumeRace(t *testing.T) {
	t.Parallel()
	b, f := slow(t, time.Millisecond)
	f.before = func(_ context.Context, n int) error {
		if n == 1 {
			return errBusy.Wait(time.Second)
		}
		return nil
	}
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	c.finalize(o, newKey(t), "a.localhost").want(t, 200)
	until(t, "the PKI to be asked", func() bool { return b.door.runs.find(issuing+lastOf(o)) == nil })
	b.now.Advance(time.Second)
	done := make(chan error, 8)
	for n := range 8 {
		d, err := New(b.door.Options)
		check(t, err)
		t.Cleanup(d.Close)
		d.worker = "node" + itoa(n) + "/process"
		go func() { done <- d.Resume(t.Context()) }()
	}
	for range 8 {
		check(t, <-done)
	}
	until(t, "the order to be valid", func() bool { return orderState(t, b, o) == valid })
	if f.calls() != 2 {
		t.Errorf("the PKI was asked %d times", f.calls())
	}
}

// The caller of something taken up is the account, so that events name it.
func TestUnasked(t *testing.T) {
	t.Parallel()
	b := start(t)
	who := (&account{ID: "1", Profile: "web"}).caller(b.door.unasked("192.0.2.1"))
	if who.ID != "1" || who.Type != access.Acme || who.Call == "" || who.Address != "192.0.2.1" {
		t.Errorf("got %+v", who)
	}
}
