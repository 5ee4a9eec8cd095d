package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// orders are clients that order certificates by ACME.
type orders struct {
	*campaign
	responder *load.Responder
	clients   []*orderer

	mu       sync.Mutex // guards promises
	promises map[string][sha256.Size]byte
}

func (*orders) steps() []step {
	return []step{
		{name: "accepted - request stored", extra: true},
		{name: "request stored - CA signed"}, {name: "CA signed - certificate recorded"}, {name: "certificate recorded - answer sent"},
		{name: "  of these, the order was valid", extra: true},
	}
}

// employ registers the clients.
func (o *orders) employ(ctx context.Context, c *campaign) (all []client, err error) {
	o.campaign, o.promises = c, map[string][sha256.Size]byte{}
	roots, err := c.roots(ctx)
	if err != nil {
		return nil, err
	}
	for i := range c.Clients {
		h := load.Connected(roots)
		a, err := load.NewClient(h, c.server.Directory())
		if err != nil {
			return nil, err
		}
		if err := a.Register(ctx); err != nil {
			return nil, err
		}
		one := &orderer{worker: c.worker(i, h), all: o, acme: a}
		o.clients, all = append(o.clients, one), append(all, one)
	}
	return all, nil
}

// issuedRow is a certificate the CA keeps for an order.
type issuedRow struct {
	order string
	print [sha256.Size]byte
}

const (
	notStored = `SELECT count(*) FROM acme_order o WHERE o.status = 'processing' AND NOT EXISTS (SELECT 1 FROM request r WHERE r.wish = 'acme/' || o.id)`
	notSigned = `SELECT count(*) FROM request r WHERE r.state = 'processing' AND NOT EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = r.id)`
	notKept   = `SELECT count(*) FROM request r WHERE r.state = 'processing' AND EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = r.id)`
	notTold   = `SELECT count(*) FROM acme_order o JOIN request r ON r.wish = 'acme/' || o.id WHERE r.state = 'completed' AND o.status <> 'valid'`
	// promisedRows are the certificates of orders that are not at their end, or have only just come to it.
	promisedRows = `SELECT o.id, i.certificate FROM acme_order o JOIN request r ON r.wish = 'acme/' || o.id
		JOIN authority_issued i ON i.request = r.id WHERE o.status = 'processing' OR o.id IN (SELECT id FROM acme_order ORDER BY id DESC LIMIT 200)`
)

// left counts where orders are, and keeps the certificates that exist for them: those clients must get.
func (o *orders) left(ctx context.Context, db *store.DB) (inFlight int, between []int, err error) {
	between = make([]int, 5)
	err = db.Read(ctx, func(tx *store.Tx) error {
		for i, query := range []string{notStored, notSigned, notKept, notTold} {
			if _, err := tx.Get(query, nil, &between[i]); err != nil {
				return err
			}
		}
		var err error
		if inFlight, between[4], err = o.unsent(tx); err != nil {
			return err
		}
		between[3] += between[4]
		issued, err := store.All(tx, func(r *sql.Rows) (i issuedRow, err error) {
			var der []byte
			err = r.Scan(&i.order, &der)
			i.print = sha256.Sum256(der)
			return i, err
		}, promisedRows)
		o.promise(issued)
		return err
	})
	return inFlight, between, err
}

// unsent counts orders clients wait for, and those of them that are valid without their client knowing it.
func (o *orders) unsent(tx *store.Tx) (inFlight, unsent int, err error) {
	for _, one := range o.clients {
		one.mu.Lock()
		order, state := one.order, one.state
		one.mu.Unlock()
		if order == nil {
			continue
		}
		inFlight++
		if state == load.Valid {
			continue
		}
		var status string
		if _, err := tx.Get(`SELECT status FROM acme_order WHERE id = $1`, []any{idOf(order)}, &status); err != nil {
			return 0, 0, err
		}
		if status == load.Valid {
			unsent++
		}
	}
	return inFlight, unsent, nil
}

// promise keeps the certificates that exist for orders: their clients must get these and no others.
func (o *orders) promise(issued []issuedRow) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, i := range issued {
		if before, ok := o.promises[i.order]; ok && before != i.print {
			o.tally.complain("order %s has another certificate after a kill than after an earlier one", i.order)
		}
		o.promises[i.order] = i.print
	}
}

// promised compares a certificate that was handed out with the one that is known of its order.
func (o *orders) promised(order string, print [sha256.Size]byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if before, ok := o.promises[order]; ok && before != print {
		return fmt.Errorf("order %s was answered with another certificate than the CA had signed before the kill", order)
	}
	o.promises[order] = print
	return nil
}

// held returns the names of the certificates clients hold, by serial number.
func (o *orders) held() (map[string]string, error) {
	held, n := map[string]string{}, 0
	for _, one := range o.clients {
		for _, order := range one.finished {
			leaf, err := order.Leaf()
			if err != nil {
				return nil, err
			}
			n++
			held[pki.SerialHex(leaf.SerialNumber)] = order.Name
		}
	}
	if len(held) != n {
		o.tally.complain("clients hold %d serial numbers in %d certificates", len(held), n)
	}
	return held, nil
}

func (o *orders) done() string {
	n := 0
	for _, one := range o.clients {
		n += len(one.finished)
	}
	return fmt.Sprintf("%d certificates in the hands of clients", n)
}

// ask looks for every certificate in the inventory and in the log.
func (o *orders) ask(ctx context.Context) error {
	held, err := o.held()
	if err != nil {
		return err
	}
	r, err := o.administrator(ctx)
	if err != nil {
		return err
	}
	inventory, names := map[string]bool{}, map[string]int{}
	err = r.All(ctx, load.Search{What: "certificates", Query: `profile equals "quickstart"`, Fields: []string{"serial", "dn"}}, func(x load.Item) {
		inventory[x.Serial] = true
		names[x.DN]++
	})
	if err != nil {
		return err
	}
	for serial, name := range held {
		if !inventory[serial] {
			o.tally.complain("%s: the certificate %s its client holds is not in the inventory", name, serial)
		}
	}
	for name, n := range names {
		if n > 1 {
			o.tally.complain("%s: %d certificates were issued for one order", name, n)
		}
	}
	enrolled, err := o.enrolled(ctx, r, len(inventory))
	if err != nil {
		return err
	}
	for serial := range inventory {
		if n := enrolled[serial]; n != 1 {
			o.tally.complain("the certificate %s (%s) has %d events of its issuance in the log", serial, held[serial], n)
		}
	}
	return nil
}

// enrolled counts the events of issuances by serial number, once the log holds as many as are wanted.
func (o *orders) enrolled(ctx context.Context, r *load.REST, want int) (all map[string]int, err error) {
	for until := time.Now().Add(sealTime); ; {
		all = map[string]int{}
		err := r.All(ctx, load.Search{What: "events", Query: `code equals "LIFECYCLE-ENROLL" and status equals "success"`}, func(x load.Item) {
			if serial := x.Detail("certificateSerial"); serial != "" {
				all[serial]++
			}
		})
		if err != nil || len(all) >= want || time.Now().After(until) {
			return all, err
		}
		if err := sleep(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

// look counts orders beside the books.
func (o *orders) look(tx *store.Tx) error {
	return o.tally.count(tx, []finding{
		{`SELECT count(*) FROM acme_order WHERE status = 'processing'`, "orders are still in processing"},
		{`SELECT count(*) FROM acme_order WHERE status = 'invalid'`, "orders became invalid"},
		{`SELECT count(*) FROM (SELECT wish FROM request GROUP BY wish HAVING count(*) > 1) x`, "orders have two requests"},
		{`SELECT count(*) FROM acme_order o WHERE o.status = 'valid' AND NOT EXISTS (SELECT 1 FROM certificate c JOIN request r ON r.id = c.request_id WHERE c.id = o.certificate_id AND r.wish = 'acme/' || o.id)`,
			"orders name another certificate than their request"},
	})
}
