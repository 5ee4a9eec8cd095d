package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/store"
)

// requests are clients that submit, approve, deny, renew and revoke over REST.
type requests struct {
	*campaign
	clients []*requester
	events  map[string]map[string]int // how many of each code there are, by request
}

const profile = "chaos"

// Pairs of neighbouring steps.
const (
	submittedUnsent = iota
	deniedUnsent
	decidedUnsigned
	signedUnrecorded
	recordedUnsent
	decidedUnrevoked
	revokedUnrecorded
	revocationUnsent
	pairs
)

func (*requests) steps() []step {
	all := make([]step, pairs)
	for i, name := range map[int]string{
		submittedUnsent: "request kept - answer sent", deniedUnsent: "denial kept - answer sent",
		decidedUnsigned: "decision kept - CA signed", signedUnrecorded: "CA signed - certificate recorded", recordedUnsent: "certificate recorded - answer sent",
		decidedUnrevoked: "revocation kept - CA revoked", revokedUnrecorded: "CA revoked - revocation recorded", revocationUnsent: "revocation recorded - answer sent",
	} {
		all[i].name = name
	}
	return all
}

// right is a permission on the profile.
func right(word string) string { return "lifecycle:" + load.Module + ":" + profile + ":" + word }

// employ makes the profile, the accounts and the clients. Each client has a session for every account: verifying a password
// takes longer than the server lives.
func (s *requests) employ(ctx context.Context, c *campaign) (all []client, err error) {
	s.campaign = c
	admin, err := c.administrator(ctx)
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		admin.MakeProfile(ctx, profile),
		admin.MakeAccount(ctx, "asker", right("request_enroll"), right("request_renew"), right("request_revoke")),
		admin.MakeAccount(ctx, "officer", right("approve_enroll"), right("approve_renew"), right("approve_revoke")),
		admin.MakeAccount(ctx, "robot", right("enroll_api"), right("renew_api"), right("revoke"), right("search")),
	)
	if err != nil {
		return nil, err
	}
	roots, err := c.roots(ctx)
	if err != nil {
		return nil, err
	}
	for i := range c.Clients {
		h := load.Connected(roots)
		any := load.NewREST(h, c.server.URL)
		one := &requester{worker: c.worker(i, h), asker: any.As("asker"), officer: any.As("officer"), robot: any.As("robot")}
		for _, account := range []*load.REST{one.asker, one.officer, one.robot} {
			if err := account.Open(ctx); err != nil {
				return nil, err
			}
		}
		s.clients, all = append(s.clients, one), append(all, one)
	}
	return all, nil
}

const (
	issuing  = `SELECT count(*) FROM request r WHERE r.state = 'processing' AND r.workflow <> 'revoke' AND EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = r.id) = $1`
	revoking = `SELECT count(*) FROM request r WHERE r.state = 'processing' AND r.workflow = 'revoke' AND EXISTS (
		SELECT 1 FROM certificate c JOIN authority_issued i ON i.request = c.request_id JOIN authority_revoked v ON v.authority = i.authority AND v.serial = i.serial
		WHERE c.id = r.certificate_id) = $1`
)

// left counts where requests are.
func (s *requests) left(ctx context.Context, db *store.DB) (inFlight int, between []int, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		inFlight, between = 0, make([]int, pairs)
		for _, one := range []struct {
			query string
			done  bool
			to    int
		}{{issuing, false, decidedUnsigned}, {issuing, true, signedUnrecorded}, {revoking, false, decidedUnrevoked}, {revoking, true, revokedUnrecorded}} {
			if _, err := tx.Get(one.query, []any{one.done}, &between[one.to]); err != nil {
				return err
			}
		}
		for _, d := range s.deeds() {
			inFlight++
			if i, err := d.left(tx); err != nil {
				return err
			} else if i >= 0 {
				between[i]++
			}
		}
		return nil
	})
	return inFlight, between, err
}

// deeds are what the clients wait for.
func (s *requests) deeds() (all []deed) {
	for _, c := range s.clients {
		c.mu.Lock()
		if c.deed != (deed{}) {
			all = append(all, c.deed)
		}
		c.mu.Unlock()
	}
	return all
}

// left says whether the server had done all of a deed whose answer was not received; -1 says that it had not.
func (d deed) left(tx *store.Tx) (int, error) {
	var state, workflow string
	ok, err := tx.Get(`SELECT state, workflow FROM request WHERE id = $1 OR requester_comment = $2`, []any{d.id, d.comment}, &state, &workflow)
	if err != nil || !ok {
		return -1, err
	}
	switch {
	case state == load.Pending && d.id == "":
		return submittedUnsent, nil
	case state == load.Denied:
		return deniedUnsent, nil
	case state == load.Completed && workflow == load.Revoke:
		return revocationUnsent, nil
	case state == load.Completed:
		return recordedUnsent, nil
	}
	return -1, nil
}

func (s *requests) done() string {
	n := map[string]int{}
	for _, c := range s.clients {
		for _, k := range c.known {
			word := k.wish.Workflow
			if k.Status == load.Denied {
				word = load.Denied
			}
			n[word]++
		}
	}
	return fmt.Sprintf("acknowledged: %d enrollments, %d renewals, %d revocations, %d denials", n[load.Enroll], n[load.Renew], n[load.Revoke], n[load.Denied])
}

// look counts what is beside the books, and compares requests with their events.
func (s *requests) look(tx *store.Tx) error {
	err := s.tally.count(tx, []finding{
		{`SELECT count(*) FROM request WHERE state = 'pending'`, "requests wait for a decision although their clients have gone on"},
		{`SELECT count(*) FROM (SELECT requester_comment FROM request GROUP BY requester_comment, CASE WHEN requester_comment LIKE 'batch %' THEN certificate_id ELSE '' END HAVING count(*) > 1) x`, "wishes were kept as two requests"},
		{`SELECT count(*) FROM request r WHERE r.state = 'completed' AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.id = r.certificate_id)`, "completed requests have no certificate"},
		{`SELECT count(*) FROM request r WHERE r.state = 'completed' AND r.workflow <> 'revoke' AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.id = r.certificate_id AND c.request_id = r.id)`,
			"completed requests name the certificate of another"},
		{`SELECT count(*) FROM request r WHERE r.workflow = 'renew' AND r.state = 'completed' AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.successor = r.certificate_id)`,
			"renewals are not known to the certificate they renew"},
		{`SELECT count(*) FROM certificate c JOIN authority_issued i ON i.request = c.request_id WHERE c.revoked <> EXISTS (SELECT 1 FROM authority_revoked v WHERE v.authority = i.authority AND v.serial = i.serial)`,
			"certificates are revoked in the inventory and not at the CA, or the other way round"},
		{`SELECT count(*) FROM certificate c WHERE c.revoked <> EXISTS (SELECT 1 FROM request r WHERE r.workflow = 'revoke' AND r.state = 'completed' AND r.certificate_id = c.id)`,
			"certificates are revoked without a request, or not revoked in spite of one"},
		{`SELECT count(*) FROM request_key k WHERE NOT EXISTS (SELECT 1 FROM request r WHERE r.id = k.request AND r.state = 'completed')`, "keys are kept for requests that led to nothing"},
		{`SELECT count(*) FROM request_key k JOIN request r ON r.id = k.request JOIN certificate c ON c.id = r.certificate_id WHERE NOT c.escrowed OR NOT EXISTS (SELECT 1 FROM escrow e WHERE e.certificate = c.id)`,
			"keys are not in escrow"},
	})
	if err != nil {
		return err
	}
	return s.compareEvents(tx)
}
