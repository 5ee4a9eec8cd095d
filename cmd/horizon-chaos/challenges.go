package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/store"
)

// challenges are clients that ask for one-time challenges, and enroll with each once.
type challenges struct{ requests }

// presenter asks for a challenge and presents it.
type presenter struct{ *requester }

// Pairs of neighbouring steps.
const (
	takenUnsigned = iota
	usedUnrecorded
	usedUnsent
	challengePairs
)

func (*challenges) steps() []step {
	all := make([]step, challengePairs)
	all[takenUnsigned] = step{name: "challenge taken - CA signed", extra: true}
	all[usedUnrecorded] = step{name: "CA signed - challenge used", extra: true}
	all[usedUnsent] = step{name: "challenge used - answer sent"}
	return all
}

func (s *challenges) employ(ctx context.Context, c *campaign) (all []client, err error) {
	if _, err = s.requests.employ(ctx, c); err != nil {
		return nil, err
	}
	admin, err := c.administrator(ctx)
	if err != nil {
		return nil, err
	}
	var p map[string]any
	if err := admin.Call(ctx, http.MethodGet, "/api/v1/certificate/profiles/"+profile, nil, &p); err != nil {
		return nil, err
	}
	p["authorizationMode"] = "challenge"
	if err := admin.Call(ctx, http.MethodPut, "/api/v1/certificate/profiles", p, nil); err != nil {
		return nil, err
	}
	for _, one := range s.clients {
		all = append(all, presenter{one})
	}
	return all, nil
}

// left counts where challenges are.
func (s *challenges) left(ctx context.Context, db *store.DB) (inFlight int, between []int, err error) {
	const taken = `SELECT count(*) FROM challenge c JOIN request r ON r.id = c.enrollment WHERE r.state = 'processing' AND EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = r.id) = $1`
	err = db.Read(ctx, func(tx *store.Tx) error {
		inFlight, between = 0, make([]int, challengePairs)
		if _, err := tx.Get(taken, []any{false}, &between[takenUnsigned]); err != nil {
			return err
		}
		if _, err := tx.Get(taken, []any{true}, &between[usedUnrecorded]); err != nil {
			return err
		}
		for _, d := range s.deeds() {
			inFlight++
			n := 0
			if _, err := tx.Get(`SELECT count(*) FROM challenge WHERE request = $1 AND used IS NOT NULL`, []any{d.id}, &n); err != nil {
				return err
			}
			between[usedUnsent] += n
		}
		return nil
	})
	return inFlight, between, err
}

// one takes a challenge from the request for it to its second use, which must be refused.
func (p presenter) one(ctx context.Context) error {
	name := fmt.Sprintf("c%d-%d.chaos.localhost", p.number, p.count)
	w := load.Wish{Workflow: load.Enroll, Profile: profile, Name: name, Comment: "challenge " + name}
	asked, err := p.settle(ctx, deed{comment: w.Comment}, func(ctx context.Context) (load.Request, error) { return p.robot.Submit(ctx, w) },
		func(ctx context.Context) (*load.Request, error) { return p.robot.Said(ctx, w.Comment) })
	if err != nil {
		return err
	}
	if asked.Status != load.Completed || asked.Password == nil {
		return fmt.Errorf("%s: the request %s is %s, and tells no challenge", w.Comment, asked.ID, asked.Status)
	}
	if w, err = load.NewWish(profile, name, false); err != nil {
		return err
	}
	w.Comment = "challenge " + name
	der, err := p.enroll(ctx, asked, w)
	if err != nil {
		return err
	}
	q, err := p.end(ctx, p.robot, asked.ID)
	if err != nil {
		return err
	}
	if q.Certificate == nil || der != "" && q.Certificate.PEM != der {
		return fmt.Errorf("%s: the request %s does not tell the certificate that was handed out", w.Comment, q.ID)
	}
	k := known{q, w, p.robot}
	p.known = append(p.known, k)
	if err := k.holds(q); err != nil {
		return err
	}
	other, err := load.NewWish(profile, name, false)
	if err != nil {
		return err
	}
	err = p.through(ctx, func(ctx context.Context) error { _, err := p.present(ctx, asked, other); return err })
	if !refusedFor(err, "it was used") {
		return fmt.Errorf("%s: the second use of a challenge was not refused: %w", w.Comment, err)
	}
	return nil
}

// enroll presents a challenge until it is known what came of it, and returns the certificate, or "" when its answer was lost.
func (p presenter) enroll(ctx context.Context, asked load.Request, w load.Wish) (der string, err error) {
	until, lost := time.Now().Add(endTime), false
	p.note(deed{id: asked.ID})
	defer p.note(deed{})
	err = p.through(ctx, func(ctx context.Context) (err error) {
		for {
			der, err = p.present(p.traced(ctx), asked, w)
			switch {
			case refusedFor(err, "it is being used") && time.Now().Before(until):
				if err := sleep(ctx, endLook); err != nil {
					return err
				}
				continue
			case lost && refusedFor(err, "it was used"):
				return nil
			}
			lost = true
			return err
		}
	})
	return der, err
}

// present uses a challenge.
func (p presenter) present(ctx context.Context, asked load.Request, w load.Wish) (string, error) {
	var out struct {
		Certificate string `json:"certificate"`
	}
	csr := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: w.CSR}))
	err := p.robot.Call(ctx, http.MethodPost, "/api/v1/challenge/submit",
		map[string]any{"profile": profile, "challenge": asked.Password.Value, "template": map[string]string{"csr": csr}}, &out)
	return out.Certificate, err
}

// refusedFor reports whether the server has refused a challenge for a reason.
func refusedFor(err error, why string) bool {
	var r *load.Refusal
	return errors.As(err, &r) && strings.Contains(r.Text, "WEBRA-ENROLL-015") && strings.Contains(r.Text, why)
}

// ask compares what was handed out with the inventory, and counts the events of every challenge.
func (s *challenges) ask(ctx context.Context) error {
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	inventory := map[string]load.Item{}
	err = admin.All(ctx, load.Search{What: "certificates", Query: `profile equals "` + profile + `"`, Fields: []string{"_id", "certificate"}}, func(x load.Item) { inventory[x.ID] = x })
	if err != nil {
		return err
	}
	n := 0
	for _, c := range s.clients {
		for _, k := range c.known {
			n++
			if inventory[k.CertificateID].Certificate != k.Certificate.PEM {
				s.tally.complain("%s: the inventory does not have the certificate %s", k.wish.Comment, k.CertificateID)
			}
		}
	}
	if n != len(inventory) {
		s.tally.complain("%d certificates were issued for %d challenges", len(inventory), n)
	}
	if err := s.readEvents(ctx, admin, n); err != nil {
		return err
	}
	for _, c := range s.clients {
		for _, k := range c.known {
			for _, code := range []string{"REQUEST-SUBMIT success", "WEBRA-CHALLENGE-SUBMIT success", "LIFECYCLE-ENROLL success"} {
				if got := s.events[k.ID][code]; got != 1 {
					s.tally.complain("%s: %d events %s, want 1", k.wish.Comment, got, code)
				}
			}
		}
	}
	return nil
}

// look counts the challenges whose use was left undone.
func (s *challenges) look(tx *store.Tx) error {
	return s.tally.count(tx, []finding{
		{`SELECT count(*) FROM challenge WHERE enrollment IS NOT NULL AND used IS NULL`, "challenges are taken, and nothing came of it"},
		{`SELECT count(*) FROM challenge WHERE used IS NOT NULL AND NOT handed`, "certificates of challenges were not handed out"},
		{`SELECT count(*) FROM (SELECT requester_comment FROM request WHERE sheet IS NOT NULL GROUP BY requester_comment HAVING count(*) > 1) x`, "wishes were kept as two requests"},
	})
}

func (s *challenges) done() string {
	n := 0
	for _, c := range s.clients {
		n += len(c.known)
	}
	return fmt.Sprintf("acknowledged: %d challenges used", n)
}
