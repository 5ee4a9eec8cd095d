package acme

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lifecycle"
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
	csr, bad := readCSR(in.CSR)
	var o *order
	started := false
	err := d.DB.Write(c.r.Context(), func(tx *store.Tx) error {
		started = false
		found, err := c.findOrder(tx, id)
		if err != nil {
			return err
		}
		c.facts.Identifiers, c.facts.State = values(found.Identifiers), found.Status
		if err := found.finalizable(tx.Now()); err != nil {
			return err
		}
		if found.Status == ready {
			if bad != nil {
				return bad
			}
			if err := c.acceptable(tx, csr, found); err != nil {
				return err
			}
			if started, err = startIssuing(tx, id, csr.DER, d.worker); err != nil {
				return err
			}
			found.Status, found.CSR, found.Worker = processing, csr.DER, d.worker
		}
		o = found
		return nil
	})
	if err != nil {
		return err
	}
	one := d.runs.find(issuing + id)
	if started {
		if one, err = d.issue(c.r.Context(), *o, csr, c.account, c.who); err != nil {
			return err
		}
	}
	return d.sendWhenIssued(c, o, one)
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

// issuance is an order whose certificate is being issued.
type issuance struct {
	*Door
	order   order
	csr     *pki.CSR
	account *account
	who     access.Caller
}

// issue has a certificate issued in the background. Where there is no room for it, it is left for Resume.
func (d *Door) issue(ctx context.Context, o order, csr *pki.CSR, of *account, who access.Caller) (*run, error) {
	i := &issuance{Door: d, order: o, csr: csr, account: of, who: who}
	if one := d.runs.start(issuing+o.ID, true, i.run); one != nil {
		return one, nil
	}
	return nil, d.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return postponeIssuing(tx, o.ID, d.worker, roomWait) })
}

func (i *issuance) run(ctx context.Context, self *run) {
	if err := i.enroll(ctx, self); err != nil && !errors.Is(err, act.ErrAlready) {
		i.Host.Log.Error("an issuance was not recorded", slog.String("order", i.order.ID), slog.Any("error", err))
	}
}

// enroll asks lifecycle, which returns the same certificate whenever it is asked for the same order.
func (i *issuance) enroll(ctx context.Context, self *run) error {
	limited, cancel := context.WithTimeout(ctx, issueTime)
	defer cancel()
	got, err := i.Lifecycle.Enroll(limited, i.who, i.enrollment())
	if err == nil {
		return i.done(ctx, got, self)
	}
	if wait := i.later(limited, err); wait > 0 {
		return i.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
			return postponeIssuing(tx, i.order.ID, i.worker, wait)
		})
	}
	if isRefusal(err) {
		self.err = err
		return i.refused(ctx, err)
	}
	return i.failed(ctx, err)
}

// isRefusal reports that the PKI was not asked: with another request the same order may do better.
func isRefusal(err error) bool {
	switch fault.Of(err).Kind() {
	case fault.Invalid, fault.Denied, fault.Missing:
		return true
	}
	return false
}

// later returns how long to wait before the PKI is asked again; 0 when the refusal is final.
func (i *issuance) later(ctx context.Context, err error) time.Duration {
	f := fault.Of(err)
	if i.DB.Clock.Now().After(i.order.Expires.Add(maxIssuing)) {
		return 0
	}
	switch {
	case f.After() > 0:
		return f.After()
	case ctx.Err() != nil || errors.Is(err, context.Canceled) || f.Kind() == fault.TooMany || f.Kind() == fault.Internal:
		return busyWait
	}
	return 0
}

// enrollment is the order as lifecycle is asked.
func (i *issuance) enrollment() lifecycle.Enrollment {
	o := i.order
	e := lifecycle.Enrollment{
		Profile: o.Profile, Key: "acme/" + o.ID, CSR: i.csr, Proven: sans(o.Identifiers), Wishes: o.Wishes, Facts: o.dictionary(i.account),
	}
	if len(i.account.Contacts) > 0 {
		e.Contact, _ = address(i.account.Contacts[0])
	}
	return e
}

// dictionary has what rules may refer to besides the request.
func (o order) dictionary(a *account) *rule.Map {
	m := rule.NewMap()
	set := func(value string, segments ...string) {
		if value != "" {
			m.Set(rule.Key(append([]string{"acme"}, segments...)...), value)
		}
	}
	set(o.IP, "order", "initialip")
	set(o.Wishes.Contact, "order", "mail")
	set(o.Wishes.Owner, "order", "owner")
	set(o.Wishes.Team, "order", "team")
	for name, value := range o.Wishes.Labels {
		set(value, "order", "label", name)
	}
	for name, value := range o.Wishes.Metadata {
		set(value, "order", "metadata", name)
	}
	set(a.IP, "account", "initialip")
	for n, contact := range a.Contacts {
		mail, _ := address(contact)
		set(mail, "account", "contact", strconv.Itoa(n+1))
	}
	return m
}

func (i *issuance) facts() event.Acme {
	return event.Acme{Profile: i.order.Profile, AccountID: i.order.Account, OrderID: i.order.ID, Identifiers: values(i.order.Identifiers)}
}

// done records the certificate: the order is valid.
func (i *issuance) done(ctx context.Context, got lifecycle.Issued, self *run) error {
	cert, err := pki.ParseCertificate(got.DER)
	if err != nil {
		return i.failed(ctx, notIssued.Detail("what was issued is no certificate").Because(err))
	}
	o := i.order
	o.CertificateID, o.CertID, o.NotBefore, o.NotAfter = got.CertificateID, certID(cert), cert.NotBefore, cert.NotAfter
	facts := i.facts()
	err = act.Do(context.WithoutCancel(ctx), i.DB, i.who, event.AcmeOrderFinalize, &facts, func(tx *store.Tx) error {
		facts = i.facts()
		facts.State, facts.CertificateID, facts.RequestID, facts.Serial = valid, got.CertificateID, got.RequestID, cert.Serial
		moved, err := issued(tx, &o)
		if err != nil {
			return err
		}
		return alreadyIf(!moved)
	})
	if err == nil {
		i.recent.put(o.ID, got)
		o.Status, o.Error = valid, nil
		self.order = &o
	}
	return err
}

// failed records why there is no certificate: the order is invalid.
func (i *issuance) failed(ctx context.Context, why error) error {
	return i.end(ctx, why, invalid, func(tx *store.Tx) (bool, error) { return notIssuable(tx, i.order.ID, problemOf(why)) })
}

// refused records why the request was refused: the order waits for another one (RFC 8555, 7.4).
func (i *issuance) refused(ctx context.Context, why error) error {
	return i.end(ctx, why, ready, func(tx *store.Tx) (bool, error) { return refuseRequest(tx, i.order, problemOf(why)) })
}

// end records a finalization that led to no certificate.
func (i *issuance) end(ctx context.Context, why error, state string, move func(*store.Tx) (bool, error)) error {
	facts := i.facts()
	err := act.Do(context.WithoutCancel(ctx), i.DB, i.who, event.AcmeOrderFinalize, &facts, func(tx *store.Tx) error {
		facts = i.facts()
		facts.State = state
		moved, err := move(tx)
		if err != nil {
			return err
		}
		if !moved {
			return act.ErrAlready
		}
		return act.Keep(event.Failure, why)
	})
	if errors.Is(err, act.ErrAlready) || errors.Is(err, why) {
		return nil
	}
	return err
}
