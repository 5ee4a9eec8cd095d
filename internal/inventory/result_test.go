package inventory

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/store"
)

// The last result of a trigger stands, one for each event, until what it is about is gone.
func TestResults(t *testing.T) {
	t.Parallel()
	db := open(t)
	ids := fill(t, db, 3)
	waits := Result{Trigger: "mail", Event: "on_expire", Type: "email", Ran: noon, Status: Troubled, Detail: "busy", Retryable: true, Retries: 3, Next: noon.Add(time.Minute)}
	sent := Result{Trigger: "mail", Event: "on_expire", Type: "email", Ran: noon.Add(time.Minute), Status: Succeeded}
	other := Result{Trigger: "mail", Event: "on_enroll", Type: "email", Ran: noon, Status: Failed, Detail: "gone", Retryable: true}
	set := func(object string, all ...Result) {
		t.Helper()
		write(t, db, func(tx *store.Tx) error {
			for _, r := range all {
				if err := SetResult(tx, object, r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	results := func() map[string][]Result {
		return read(t, db, func(tx *store.Tx) (map[string][]Result, error) { return Results(tx, append(ids, "")...) })
	}
	set(ids[0], waits)
	set(ids[1], waits, other, sent)
	if diff := cmp.Diff(map[string][]Result{ids[0]: {waits}, ids[1]: {other, sent}}, results()); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	for query, want := range map[string][]string{
		"trigger.results has warning": {ids[0]}, "trigger.results has failure": {ids[1]}, "trigger.results has success": {ids[1]},
		"trigger.results has no failure": {ids[0], ids[2]}, "trigger.results has failure and trigger.results has success": {ids[1]},
		"trigger.results has warning or trigger.results has failure": {ids[0], ids[1]},
	} {
		page, err := Find(context.Background(), db, system, Search{Query: query})
		var got []string
		for _, c := range page.Certificates {
			got = append(got, c.ID)
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", query, err, diff)
		}
	}
	write(t, db, func(tx *store.Tx) error { return ForgetResults(tx, ids[1]) })
	if diff := cmp.Diff(map[string][]Result{ids[0]: {waits}}, results()); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}
