package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/store"
)

// batches are clients that enroll certificates, and revoke them together by a query.
type batches struct{ requests }

// bulk has a batch run to its end.
type bulk struct{ *requester }

const batchOf = 12 // certificates

// Pairs of neighbouring steps.
const (
	begunUntouched = iota
	partDone
	doneUnended
	batchPairs
)

func (*batches) steps() []step {
	all := make([]step, batchPairs)
	all[begunUntouched] = step{name: "batch begun - first certificate", extra: true}
	all[partDone] = step{name: "some certificates - all of a batch"}
	all[doneUnended] = step{name: "all certificates - end of a batch", extra: true}
	return all
}

func (s *batches) employ(ctx context.Context, c *campaign) (all []client, err error) {
	if _, err = s.requests.employ(ctx, c); err != nil {
		return nil, err
	}
	for _, one := range s.clients {
		all = append(all, bulk{one})
	}
	return all, nil
}

// left counts how far batches are.
func (s *batches) left(ctx context.Context, db *store.DB) (inFlight int, between []int, err error) {
	const (
		open    = `EXISTS (SELECT 1 FROM batch_item i WHERE i.batch = b.id AND i.state IN ('left', 'underway'))`
		begun   = `EXISTS (SELECT 1 FROM batch_item i WHERE i.batch = b.id AND i.state = 'done')`
		running = `SELECT count(*) FROM batch b WHERE b.state = 'running'`
	)
	err = db.Read(ctx, func(tx *store.Tx) error {
		inFlight, between = 0, make([]int, batchPairs)
		for _, one := range []struct {
			query string
			to    *int
		}{
			{running, &inFlight}, {running + ` AND NOT ` + begun, &between[begunUntouched]},
			{running + ` AND ` + begun + ` AND ` + open, &between[partDone]}, {running + ` AND NOT ` + open, &between[doneUnended]},
		} {
			if _, err := tx.Get(one.query, nil, one.to); err != nil {
				return err
			}
		}
		inFlight += len(s.deeds())
		return nil
	})
	return inFlight, between, err
}

// progress is what is read of a batch.
type progress struct {
	ID       string `json:"_id"`
	Status   string `json:"status"`
	Preview  struct{ Found, Direct int }
	Progress struct{ Done, Asked, Refused, Failed int }
}

// one enrolls certificates and revokes them by one batch.
func (b bulk) one(ctx context.Context) error {
	prefix := fmt.Sprintf("b%d-%d-", b.number, b.count)
	for i := range batchOf {
		w, err := load.NewWish(profile, fmt.Sprintf("%s%d.chaos.localhost", prefix, i), false)
		if err != nil {
			return err
		}
		if _, err := b.ask(ctx, w, direct); err != nil {
			return err
		}
	}
	var p progress
	in := map[string]any{"workflow": load.Revoke, "query": `dn contains "CN=` + prefix + `"`, "requesterComment": "batch " + prefix, "template": map[string]string{"revocationReason": "superseded"}}
	err := b.through(ctx, func(ctx context.Context) error { // a preview whose answer is lost is nobody's
		return b.robot.Call(ctx, http.MethodPost, "/api/v1/batches", in, &p)
	})
	if err != nil {
		return err
	}
	if p.Preview.Found != batchOf || p.Preview.Direct != batchOf {
		return fmt.Errorf("batch %s: the preview finds %d certificates, %d of them to be revoked at once, want %d", prefix, p.Preview.Found, p.Preview.Direct, batchOf)
	}
	if err := b.run(ctx, &p); err != nil {
		return err
	}
	if p.Progress.Done != batchOf {
		return fmt.Errorf("batch %s is %s with %+v, want %d done", prefix, p.Status, p.Progress, batchOf)
	}
	return b.outcomes(ctx, p.ID)
}

// run begins a batch, and waits for its end.
func (b bulk) run(ctx context.Context, p *progress) error {
	until, at := time.Now().Add(endTime), "/api/v1/batches/"+p.ID
	return b.through(ctx, func(ctx context.Context) error {
		for {
			if err := b.robot.Call(ctx, http.MethodGet, at, nil, p); err != nil {
				return err
			}
			switch {
			case p.Status == "previewed":
				if err := b.robot.Call(b.traced(ctx), http.MethodPost, at+"/run", nil, nil); err != nil {
					return err
				}
			case p.Status != "running":
				return nil
			}
			if time.Now().After(until) {
				return errors.New("the batch " + p.ID + " does not come to its end")
			}
			if err := sleep(ctx, endLook); err != nil {
				return err
			}
		}
	})
}

// outcomes keeps what became of every certificate of a batch, as a revocation that was acknowledged.
func (b bulk) outcomes(ctx context.Context, id string) error {
	var out struct {
		Results []struct{ CertificateID, Outcome, RequestID string }
	}
	err := b.through(ctx, func(ctx context.Context) error {
		return b.robot.Call(ctx, http.MethodGet, "/api/v1/batches/"+id+"/outcomes", nil, &out)
	})
	if err != nil {
		return err
	}
	if len(out.Results) != batchOf {
		return fmt.Errorf("the batch %s has %d outcomes, want %d", id, len(out.Results), batchOf)
	}
	for _, one := range out.Results {
		if one.Outcome != "done" || one.RequestID == "" {
			return fmt.Errorf("the batch %s: the certificate %s is %s by the request %q", id, one.CertificateID, one.Outcome, one.RequestID)
		}
		q := load.Request{ID: one.RequestID, Workflow: load.Revoke, Status: load.Completed, CertificateID: one.CertificateID}
		b.known = append(b.known, known{q, load.Wish{Workflow: load.Revoke, CertificateID: one.CertificateID, Comment: "batch " + id}, b.robot})
	}
	return nil
}

// ask compares requests and certificates with what was acknowledged, and counts the events of every batch.
func (s *batches) ask(ctx context.Context) error {
	if err := s.requests.ask(ctx); err != nil {
		return err
	}
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	tasks := map[string]map[string]int{}
	err = admin.All(ctx, load.Search{What: "events", Query: `code in ["SCHEDULED-TASK-RUN", "SCHEDULED-TASK-COMPLETE"]`}, func(x load.Item) {
		id := x.Detail("taskId")
		if tasks[id] == nil {
			tasks[id] = map[string]int{}
		}
		tasks[id][x.Code+" "+x.Status]++
	})
	for id, events := range tasks {
		if len(events) != 2 || events["SCHEDULED-TASK-RUN success"] != 1 || events["SCHEDULED-TASK-COMPLETE success"] != 1 {
			s.tally.complain("the batch %s has the events %v, want its beginning and its end once each", id, events)
		}
	}
	return err
}

// look counts the batches that were left, but for previews whose answer was lost, besides what is counted of every request.
func (s *batches) look(tx *store.Tx) error {
	return errors.Join(s.requests.look(tx), s.tally.count(tx, []finding{
		{`SELECT count(*) FROM batch WHERE state NOT IN ('preparing', 'previewed', 'completed')`, "batches have not come to their end"},
		{`SELECT count(*) FROM batch_item i JOIN batch b ON b.id = i.batch WHERE b.state = 'completed' AND i.state <> 'done'`, "certificates of batches are not done"},
	}))
}
