package act_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

var errTaken = fault.Define("ACT-TEST-001", fault.Invalid, "The name is taken")

type bench struct {
	*act.DB
	log *event.Log
	now *clock.Manual
}

func open(t testing.TB, url string, now clock.Clock) bench {
	t.Helper()
	db := storetest.OpenURL(t, url, now)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := note.GenerateKey(rand.Reader, "log.test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err1 := note.NewSigner(private)
	key, err2 := note.NewVerifier(public)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return bench{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}, log: &event.Log{DB: db, Seals: seals, Signer: signer, Key: key}}
}

func start(t testing.TB) bench {
	t.Helper()
	now := clock.NewManual(time.UnixMilli(1_700_000_000_000))
	b := open(t, storetest.URL(t), now)
	b.now = now
	return b
}

// events seals what is pending and returns it as "CODE status key=value ...".
func (b bench) events(t testing.TB) (all []string) {
	t.Helper()
	b.log.Sink = func(e event.Event) {
		line := e.Code + " " + string(e.Status)
		for _, d := range e.Details {
			line += " " + d.Key + "=" + d.Value
		}
		all = append(all, line)
	}
	if _, err := b.log.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	return all
}

var ann = access.Caller{ID: "ann", Type: access.Local, Address: "192.0.2.1", Door: "rest", Verb: "POST", Path: "/x", Call: "c1"}

const annSays = " actorId=ann actorType=local ip=192.0.2.1 door=rest httpVerb=POST httpPath=/x correlationId=c1"

func add(b bench, who access.Caller, key string, end func(*store.Tx) error) error {
	facts := event.Object{Kind: "meta"}
	return act.Do(context.Background(), b.DB, who, event.ConfAdd, &facts, func(tx *store.Tx) error {
		facts = event.Object{Kind: "meta", Name: key}
		if _, err := tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, 'v')`, key); err != nil {
			return err
		}
		return end(tx)
	})
}

func TestDo(t *testing.T) {
	t.Parallel()
	b := start(t)
	also := func(tx *store.Tx) {
		act.Also(tx, event.LifecycleRevoke, event.Success, &event.Certificate{CertificateID: "c"}, nil)
	}
	for _, c := range []struct {
		key  string
		who  access.Caller
		end  func(*store.Tx) error
		want error
	}{
		{"done", ann, func(tx *store.Tx) error { also(tx); return nil }, nil},
		{"refused", ann, func(tx *store.Tx) error { also(tx); return errTaken.Detail("try another") }, errTaken},
		{"kept", ann, func(tx *store.Tx) error { also(tx); return act.Keep(event.Warning, errTaken) }, errTaken},
		{"broken", ann, func(*store.Tx) error { return errors.New("table 7 is gone") }, fault.Unexpected},
		{"denied", ann, func(*store.Tx) error { return ann.May("configuration:x") }, access.NotPermitted},
	} {
		err := add(b, c.who, c.key, c.end)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(fault.Of(err), c.want) {
			t.Errorf("%s: got %v, want %v", c.key, err, c.want)
		}
	}
	want := []string{
		"CONF-ADD success" + annSays + " kind=meta name=done",
		"LIFECYCLE-REVOKE success" + annSays + " certificateId=c",
		"CONF-ADD failure" + annSays + " kind=meta name=refused message=The name is taken: try another error=ACT-TEST-001",
		"CONF-ADD warning" + annSays + " kind=meta name=kept message=The name is taken error=ACT-TEST-001",
		"LIFECYCLE-REVOKE success" + annSays + " certificateId=c",
		"CONF-ADD failure" + annSays + " kind=meta name=broken message=Unexpected error error=INTERNAL-001",
		"CONF-ADD failure" + annSays + " kind=meta name=denied message=Insufficient permission: configuration:x is needed error=SEC-PERM-001",
	}
	if diff := cmp.Diff(want, b.events(t)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	var n int
	err := b.Read(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT count(*) FROM meta WHERE key IN ('done', 'kept')`, nil, &n)
		return err
	})
	if err != nil || n != 2 {
		t.Errorf("got %d changes (%v), want those that succeeded and were kept", n, err)
	}
}

// The success of a step that has queued something is recorded by that; anything else is recorded at once.
func TestLater(t *testing.T) {
	t.Parallel()
	b := start(t)
	who := access.Caller{ID: "ann"}
	for _, end := range []error{nil, act.Keep(event.Failure, errTaken), errTaken} {
		err := act.Do(context.Background(), b.DB, who, event.TriggerEmail, &event.Mail{Trigger: "note"}, func(tx *store.Tx) error {
			act.Later(tx)
			return end
		})
		if (end == nil) != (err == nil) {
			t.Errorf("got %v, want %v", err, end)
		}
	}
	if all := b.events(t); len(all) != 2 || !strings.HasPrefix(all[0], "TRIGGER-EMAIL failure") || !strings.HasPrefix(all[1], "TRIGGER-EMAIL failure") {
		t.Errorf("got %q, want the failures alone", all)
	}
}

// A code that has no success records none, and a caller who left is recorded all the same.
func TestStatuses(t *testing.T) {
	t.Parallel()
	b := start(t)
	facts := event.Acme{}
	do := func(ctx context.Context, err error) error {
		return act.Do(ctx, b.DB, ann, event.AcmeAccountRegister, &facts, func(*store.Tx) error { return err })
	}
	if err := do(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := do(gone, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the caller left", err)
	}
	want := []string{"ACME-ACCOUNT-REGISTER failure" + annSays + " message=Unexpected error error=INTERNAL-001"}
	if diff := cmp.Diff(want, b.events(t)); diff != "" {
		t.Error(diff)
	}
}

func TestLegacyCodes(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.LegacyCodes = true
	err := act.Note(context.Background(), b.DB, access.System("task", ""), event.PKIConnector, event.Failure, &event.Connector{Name: "ca"}, errTaken)
	if err != nil {
		t.Fatal(err)
	}
	says := " failure actorId=system actorType=system door=task connectorName=ca message=The name is taken error=ACT-TEST-001"
	if diff := cmp.Diff([]string{"PKI-CONNECTOR" + says, "ACTOR" + says}, b.events(t)); diff != "" {
		t.Error(diff)
	}
}

// Whoever is not known cannot fill the log; what is known is always recorded.
func TestFloods(t *testing.T) {
	t.Parallel()
	b := start(t)
	stranger := access.Caller{Address: "192.0.2.9", Door: "acme"}
	other := access.Caller{Address: "192.0.2.10", Door: "acme"}
	refuse := func(who access.Caller, n int) {
		for range n {
			err := act.Refuse(context.Background(), b.DB, who, event.AcmeOrderNew, &event.Acme{}, errTaken)
			if !errors.Is(err, errTaken) {
				t.Error(err)
			}
		}
	}
	refuse(stranger, 25)
	refuse(other, 1)
	refuse(ann, 12)
	b.now.Advance(time.Minute)
	refuse(stranger, 1)
	all := b.events(t)
	if len(all) != 10+1+12+1 {
		t.Fatalf("got %d events, want 10 of the stranger, one of the other, 12 of ann and one after a minute", len(all))
	}
	if last := all[len(all)-1]; !strings.HasSuffix(last, "suppressed=15 message=The name is taken error=ACT-TEST-001") {
		t.Errorf("got %q, want the number of those left out", last)
	}
}

// Under 32 goroutines each change has exactly its event, none of another.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	b := start(t)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			err := add(b, ann, fmt.Sprint("k", i), func(*store.Tx) error {
				if i%2 == 1 {
					return errTaken
				}
				return nil
			})
			if (err != nil) != (i%2 == 1) {
				t.Errorf("%d: got %v", i, err)
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for _, line := range b.events(t) {
		f := strings.Fields(line)
		seen[f[1]+strings.TrimPrefix(f[10], "name=")]++
	}
	for i := range 32 {
		key := []string{"success", "failure"}[i%2] + "k" + strconv.Itoa(i)
		if seen[key] != 1 {
			t.Errorf("got %d events %s, want one", seen[key], key)
		}
	}
}

// A process that is killed while it works loses nothing it has acknowledged, and what it recorded verifies.
func TestKill(t *testing.T) {
	t.Parallel()
	if url := os.Getenv("HORIZON_TEST_KILL"); url != "" {
		work(t, url)
		return
	}
	url := storetest.URL(t)
	acknowledged := map[string]bool{}
	for round := range 5 {
		kill(t, url, round, acknowledged)
	}
	b := open(t, url, nil)
	found := map[string]bool{}
	for _, e := range changes(t, b) {
		found[e] = true
	}
	for key := range acknowledged {
		if !found[key] {
			t.Errorf("%s was acknowledged and is lost", key)
		}
	}
	if len(acknowledged) < 50 {
		t.Fatalf("only %d changes were acknowledged before the kills", len(acknowledged))
	}
	recorded := map[string]bool{}
	for _, line := range b.events(t) {
		recorded[line[strings.LastIndex(line, "name=")+5:]] = true
	}
	for key := range found {
		if !recorded[key] {
			t.Errorf("%s was changed and not recorded", key)
		}
	}
	if len(recorded) != len(found) {
		t.Errorf("got %d events of %d changes", len(recorded), len(found))
	}
	r, err := b.log.Verify(context.Background(), event.VerifyOptions{})
	if err != nil || r.Problem != nil {
		t.Errorf("%v %v", err, r.Problem)
	}
}

func changes(t *testing.T, b bench) (all []string) {
	t.Helper()
	err := b.Read(context.Background(), func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT key FROM meta WHERE key LIKE 'r%'`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				return err
			}
			all = append(all, k)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// kill runs a process that writes, and kills it after it has acknowledged some changes.
func kill(t *testing.T, url string, round int, acknowledged map[string]bool) {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), "HORIZON_TEST_KILL="+url, "HORIZON_TEST_ROUND="+strconv.Itoa(round), "TEST_POSTGRES=")
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(out)
	for n := 0; s.Scan(); n++ {
		if key, ok := strings.CutPrefix(s.Text(), "done "); ok {
			acknowledged[key] = true
		}
		if n == 30+7*round {
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process ended by itself: %v\n%s", err, errs.String())
	}
}

// work changes things from 8 goroutines until it is killed, and says what was acknowledged.
func work(t *testing.T, url string) {
	b := open(t, url, nil)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("r%s-%d-%d", os.Getenv("HORIZON_TEST_ROUND"), g, i)
				if err := add(b, ann, key, func(*store.Tx) error { return nil }); err != nil {
					t.Error(err)
					return
				}
				_, _ = os.Stdout.WriteString("done " + key + "\n")
			}
		})
	}
	wg.Wait()
}

// A caller who is told gets the ids of the events as they stand in the log, of success, kept failure and refusal alike,
// and not of what was undone.
func TestReceipt(t *testing.T) {
	t.Parallel()
	b := start(t)
	var sealed []string
	for _, end := range []func(*store.Tx) error{
		func(tx *store.Tx) error {
			act.Also(tx, event.LifecycleRevoke, event.Success, &event.Certificate{CertificateID: "c"}, nil)
			return nil
		},
		func(*store.Tx) error { return act.Keep(event.Failure, errTaken) },
		func(tx *store.Tx) error {
			act.Also(tx, event.LifecycleRevoke, event.Success, &event.Certificate{CertificateID: "d"}, nil)
			return errTaken
		},
		func(*store.Tx) error { return act.ErrAlready },
	} {
		who := ann
		who.Receipt = &access.Receipt{}
		_ = add(b, who, fmt.Sprint("k", len(sealed)), end)
		sealed = nil
		b.log.Sink = func(e event.Event) { sealed = append(sealed, e.ID) }
		if _, err := b.log.Seal(context.Background()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sealed, who.Receipt.Events(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("events in the log and in the receipt:\n%s", diff)
		}
	}
	who := ann
	who.Receipt = &access.Receipt{}
	for i := range 2 * access.MaxReceipts {
		if err := add(b, who, fmt.Sprint("many", i), func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(who.Receipt.Events()); n != access.MaxReceipts {
		t.Errorf("the receipt names %d events, want the first %d", n, access.MaxReceipts)
	}
}
