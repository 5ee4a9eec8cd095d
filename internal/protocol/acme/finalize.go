package acme

import (
	"errors"
	"net/http"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

const (
	issuing    = "issue/"            // the name of a run that issues, before the id of its order
	issueTime  = 4 * time.Minute     // for one try
	issueTurn  = 5 * time.Minute     // how long others leave an issuance alone
	busyWait   = 5 * time.Second     // when the PKI does not say how long to wait
	roomWait   = time.Second         // when there was no room
	maxIssuing = 24 * time.Hour      // after its order has expired, an issuance the PKI does not answer is given up
	keepFailed = 30 * 24 * time.Hour // how long what has ended can still be looked at
)

// finalize has the certificate of an order issued (RFC 8555, 7.4). It answers when that is done, or has taken too long to
// wait for. Asked again, it answers with the order.
func (d *Door) finalize(c *call) error {
	var in struct {
		CSR string `json:"csr"`
	}
	if err := c.m.into(&in); err != nil {
		return err
	}
	id := c.args[0]
	if !store.IsID(id) {
		return notHere
	}
	c.facts.OrderID = id
	i := &issuance{Door: d, account: c.account, who: c.who}
	var bad error
	i.csr, bad = readCSR(in.CSR)
	started, err := i.accept(c, id, bad, true)
	if errors.Is(err, errNotKept) { // lifecycle refuses: the order keeps why, so it is accepted first
		started, err = i.accept(c, id, bad, false)
	}
	if err != nil {
		return err
	}
	one := d.runs.find(issuing + id)
	if started {
		if one, err = i.start(c.r.Context()); err != nil {
			return err
		}
	}
	o := i.order
	return d.sendWhenIssued(c, &o, one)
}

var errNotKept = errors.New("acme: lifecycle does not keep the request")

// accept moves the order to processing and, in the same transaction, has lifecycle keep the request. It reports whether
// there is something to issue.
func (i *issuance) accept(c *call, id string, bad error, keep bool) (started bool, err error) {
	err = i.DB.Write(c.r.Context(), func(tx *store.Tx) error {
		started, i.kept = false, nil
		found, err := c.findOrder(tx, id)
		if err != nil {
			return err
		}
		c.facts.Identifiers, c.facts.State = values(found.Identifiers), found.Status
		if err := found.finalizable(tx.Now()); err != nil {
			return err
		}
		i.order = *found
		if found.Status != ready {
			return nil
		}
		if bad != nil {
			return bad
		}
		if err := c.acceptable(tx, i.csr, found); err != nil {
			return err
		}
		if started, err = startIssuing(tx, id, i.csr.DER, i.worker); err != nil {
			return err
		}
		i.order.Status, i.order.CSR, i.order.Worker = processing, i.csr.DER, i.worker
		if !started || !keep {
			return nil
		}
		k, err := i.Lifecycle.Keep(tx, i.who, i.enrollment())
		if err != nil {
			return errors.Join(errNotKept, err)
		}
		i.kept = &k
		return nil
	})
	return started, err
}

// sendWhenIssued waits for an issuance that is under way and answers with the order as it is then, or with why the
// request was refused.
func (d *Door) sendWhenIssued(c *call, o *order, one *run) error {
	for joins := 0; o.Status == processing && joins < maxJoins; joins++ {
		if one == nil && o.Worker == d.worker { // another request stored it a moment ago
			one = d.about(c, o.ID)
		}
		waited := one != nil
		err := one.wait(c.r.Context(), d.Hold)
		if err != nil {
			return &recorded{err}
		}
		if end, _ := one.ended(); end != nil {
			return d.sendOrder(c, http.StatusOK, end)
		}
		if o, err = d.orderOf(c, o.ID); err != nil {
			return err
		}
		if waited || o.Worker != d.worker {
			break
		}
	}
	if o.Status == processing {
		var err error
		if o, err = d.takenUp(c, o); err != nil {
			return err
		}
	}
	return d.sendOrder(c, http.StatusOK, o)
}

const (
	maxJoins = 20
	joinWait = time.Millisecond
)

// about returns the run of an order that is about to begin.
func (d *Door) about(c *call, id string) *run {
	var none run
	none.done = make(chan struct{})
	if one := d.runs.find(issuing + id); one != nil {
		return one
	}
	_ = none.wait(c.r.Context(), joinWait)
	return d.runs.find(issuing + id)
}

// readCSR reads a request from base64url of its DER.
func readCSR(text string) (*pki.CSR, error) {
	der, err := decode64(text)
	if err != nil || len(der) == 0 {
		return nil, badCSR.Detail("it is not base64url of DER without padding")
	}
	csr, err := pki.ParseCSR(der)
	if err != nil {
		return nil, badCSR.Detail("%s", fault.Of(err).Reason()).Because(err)
	}
	return csr, nil
}

// acceptable refuses a CSR for something else than the order, or with the key of an account (RFC 8555, 11.1).
func (c *call) acceptable(tx *store.Tx, csr *pki.CSR, o *order) error {
	if err := matches(csr, o.Identifiers); err != nil {
		return err
	}
	if err := pki.CheckKey(csr.PublicKey); err != nil {
		return badCSR.Detail("%s", fault.Of(err).Reason())
	}
	print, ok := thumbprintOf(csr.PublicKey)
	if !ok {
		return nil
	}
	taken, err := isAccountKey(tx, o.Profile, print)
	if err != nil {
		return err
	}
	if taken {
		return badCSR.Detail("its key is that of an account")
	}
	return nil
}
