package acme

import (
	"context"
	"errors"
	"log/slog"
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

// issuance is an order whose certificate is being issued.
type issuance struct {
	*Door
	order   order
	csr     *pki.CSR
	account *account
	who     access.Caller
	kept    *lifecycle.Enrollment // the request, once lifecycle keeps it
	valid   *order                // as the transaction that recorded the certificate left it
}

// start has the certificate issued in the background. Where there is no room for it, it is left for Resume.
func (i *issuance) start(ctx context.Context) (*run, error) {
	if one := i.runs.start(issuing+i.order.ID, true, i.run); one != nil {
		return one, nil
	}
	return nil, i.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return postponeIssuing(tx, i.order.ID, i.worker, roomWait)
	})
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
	e := i.kept
	if e == nil {
		wish := i.enrollment()
		e = &wish
	}
	got, err := i.Lifecycle.Enroll(limited, i.who, *e)
	switch {
	case err == nil && got.Noted && i.valid != nil:
		i.recent.put(i.order.ID, got)
		self.order = i.valid
		return nil
	case err == nil:
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
		Then: i.note,
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

// note makes the order valid in the transaction that records its certificate.
func (i *issuance) note(tx *store.Tx, got lifecycle.Issued) error {
	i.valid = nil
	o, facts, err := i.settled(tx, got, got.Certificate)
	if err != nil || o == nil {
		return err
	}
	act.Also(tx, event.AcmeOrderFinalize, event.Success, &facts, nil)
	i.valid = o
	return nil
}

// settled moves the order to valid and returns it with what its event tells; nil when it had been moved before.
func (i *issuance) settled(tx *store.Tx, got lifecycle.Issued, cert *pki.Certificate) (*order, event.Acme, error) {
	o, facts := i.order, i.facts()
	o.CertificateID, o.CertID, o.NotBefore, o.NotAfter = got.CertificateID, certID(cert), cert.NotBefore, cert.NotAfter
	facts.State, facts.CertificateID, facts.RequestID, facts.Serial = valid, got.CertificateID, got.RequestID, cert.Serial
	moved, err := issued(tx, &o)
	if err != nil || !moved {
		return nil, facts, err
	}
	o.Status, o.Error = valid, nil
	return &o, facts, nil
}

// done makes the order valid whose certificate was recorded before.
func (i *issuance) done(ctx context.Context, got lifecycle.Issued, self *run) error {
	cert, err := pki.ParseCertificate(got.DER)
	if err != nil {
		return i.failed(ctx, notIssued.Detail("what was issued is no certificate").Because(err))
	}
	facts := i.facts()
	var o *order
	err = act.Do(context.WithoutCancel(ctx), i.DB, i.who, event.AcmeOrderFinalize, &facts, func(tx *store.Tx) (err error) {
		if o, facts, err = i.settled(tx, got, cert); err == nil && o == nil {
			err = act.ErrAlready
		}
		return err
	})
	if err == nil {
		i.recent.put(i.order.ID, got)
		self.order = o
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
