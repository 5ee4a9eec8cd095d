package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/store"
)

// sealTime is how long after the last kill the log may take to hold everything: a lease has to run out.
const sealTime = time.Minute

// check compares what clients hold with what the server says of itself, then looks into the stopped server's database.
func (c *campaign) check(ctx context.Context) error {
	if err := c.scenario.ask(ctx); err != nil {
		return err
	}
	if err := c.server.Stop(); err != nil {
		return err
	}
	if err := c.checkDatabase(ctx); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, c.server.Binary, append([]string{"events", "verify"}, c.server.Where()...)...).CombinedOutput() //nolint:gosec // the server's own program
	if err != nil {
		c.tally.complain("the log does not verify: %v: %s", err, out)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	fmt.Printf("%s; the log: %s\n", c.scenario.done(), first)
	return nil
}

// administrator is a client of the REST API with all rights.
func (c *campaign) administrator(ctx context.Context) (*load.REST, error) {
	roots, err := c.roots(ctx)
	return load.NewREST(load.Connected(roots), c.server.URL), err
}

// finding counts what must not be.
type finding struct{ query, wrong string }

// count complains about what is found.
func (t *tally) count(tx *store.Tx, all []finding) error {
	for _, one := range all {
		var n int
		if _, err := tx.Get(one.query, nil, &n); err != nil {
			return fmt.Errorf("%s: %w", one.wrong, err)
		}
		if n > 0 {
			t.complain("%d %s", n, one.wrong)
		}
	}
	return nil
}

// checkDatabase looks for work that was left undone, and for certificates beside the books.
func (c *campaign) checkDatabase(ctx context.Context) (err error) {
	db, done, err := c.database.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return db.Read(ctx, func(tx *store.Tx) error {
		return errors.Join(c.scenario.look(tx), c.tally.count(tx, []finding{
			{`SELECT count(*) FROM request WHERE state = 'processing'`, "requests are still in processing"},
			{`SELECT count(*) FROM request WHERE state = 'failed'`, "requests have failed"},
			{`SELECT count(*) FROM (SELECT request_id FROM certificate GROUP BY request_id HAVING count(*) > 1) x`, "requests have two certificates"},
			{`SELECT count(*) FROM authority_issued i WHERE i.purpose = 'leaf' AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.request_id = i.request AND c.der = i.certificate)`,
				"certificates the CA has signed are not in the inventory"},
			{`SELECT count(*) FROM certificate c WHERE NOT EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = c.request_id AND i.certificate = c.der)`,
				"certificates of the inventory are not in the CA's books"},
			{`SELECT count(*) FROM event_pending`, "events are not sealed after the stop"},
		}))
	})
}
