package main

import (
	"context"
	"fmt"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Where certificates belong. The names of certificates follow from their numbers, so that whoever measures knows some.
const (
	module    = "acme"
	domain    = "load.example"
	connector = "quickstart"
	refusals  = 1000 // one event of so many is a refused registration
)

var profiles = []string{"quickstart", "web-servers", "devices", "mail", "vpn"}

var refused = fault.Define("LOAD-001", fault.Denied, "The account is not wanted")

// known returns how many certificates earlier runs have added.
func (l *loader) known(ctx context.Context) (n int, err error) {
	err = l.App.DB.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT count(*) FROM certificate WHERE issuer = $1`, []any{caIssuer}, &n)
		return err
	})
	return n, err
}

// add signs the certificates of a portion, then records all of it in one transaction.
func (l *loader) add(ctx context.Context, p portion) error {
	all := make([]made, p.certificates)
	for i := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := p.first + i
		c, err := l.press.make(n, l.App.DB.Clock.Now())
		if err != nil {
			return fmt.Errorf("issuing certificate %d: %w", n, err)
		}
		all[i] = made{number: n, request: l.App.DB.NewID(), Certificate: c}
	}
	if err := l.record(ctx, p, all); err != nil {
		return fmt.Errorf("recording certificate %d and those that follow: %w", p.first, err)
	}
	l.certificates.Add(int64(len(all)))
	l.events.Add(int64(p.enrolled + p.others))
	return nil
}

// caller is the account that asks for a portion.
func (l *loader) caller(p portion) access.Caller {
	n := p.number
	return access.Caller{
		ID: fmt.Sprintf("load-%04d", n%1000), Type: access.Acme, Provider: profiles[0], Address: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255),
		Door: "acme", Verb: "POST", Path: "/acme/quickstart/order", Call: l.App.DB.NewID(),
	}
}

// record adds certificates and events. The first of them is what the step is about, the others happen along with it.
func (l *loader) record(ctx context.Context, p portion, all []made) error {
	who := l.caller(p)
	if p.enrolled+p.others == 0 {
		return l.App.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := l.keep(tx, who, all)
			return err
		})
	}
	facts := event.Acme{}
	begin := l.App.DB.NewID()
	return act.Do(ctx, l.App.DB, who, event.AcmeOrderNew, &facts, func(tx *store.Tx) error {
		facts = event.Acme{Profile: profiles[0], AccountID: who.ID, OrderID: begin, State: "pending"}
		ids, err := l.keep(tx, who, all)
		if err != nil {
			return err
		}
		for i, m := range all[:p.enrolled] {
			f := m.facts(ids[i], who)
			act.Also(tx, event.LifecycleEnroll, event.Success, &f, nil)
		}
		l.further(tx, who, p, all)
		return nil
	})
}

// further adds the events beside those of certificates; one was added by the step itself.
func (l *loader) further(tx *store.Tx, who access.Caller, p portion, all []made) {
	for i := 1; i < p.others; i++ {
		f := event.Acme{Profile: profiles[0], AccountID: who.ID, OrderID: tx.NewID()}
		if len(all) > 0 {
			m := all[i%len(all)]
			f.Identifiers, f.Serial, f.RequestID = []string{m.Subject.Values(pki.CN)[0]}, m.Serial, m.request
		}
		switch n := p.first + i; {
		case n%refusals == 1:
			act.Also(tx, event.AcmeAccountRegister, event.Failure, &event.Acme{Profile: profiles[0]}, refused)
		case n%3 == 0:
			f.Challenge, f.State = "http-01", "valid"
			act.Also(tx, event.AcmeChallengeVerify, event.Success, &f, nil)
		case n%3 == 1:
			f.State = "ready"
			act.Also(tx, event.AcmeOrderUpdate, event.Success, &f, nil)
		default:
			f.State = "valid"
			act.Also(tx, event.AcmeOrderFinalize, event.Success, &f, nil)
		}
	}
}

// keep puts certificates into the inventory and into the books of their CA.
func (l *loader) keep(tx *store.Tx, who access.Caller, all []made) (ids []string, err error) {
	list := make([]inventory.New, len(all))
	for i, m := range all {
		list[i] = inventory.New{
			Certificate: m.Certificate, Module: module, Profile: m.profile(), Trusted: true,
			Ownership: inventory.Ownership{Owner: who.ID, Team: fmt.Sprintf("team-%02d", m.number%50), ContactEmail: "load@example.com"},
			Origin:    inventory.Origin{Requester: who.ID, RequesterType: who.Type, RequestID: m.request, Connector: connector, CA: m.IssuerDN},
			Metadata:  []inventory.Pair{{Key: "pki_connector", Value: connector}},
			Labels:    []inventory.Pair{{Key: "env", Value: []string{"prod", "test"}[m.number%2]}},
		}
	}
	if ids, err = inventory.AddAll(tx, list); err != nil {
		return nil, err
	}
	return ids, l.signer.enter(tx, all)
}

func (m made) profile() string { return profiles[m.number%len(profiles)] }

// facts are what the event of the certificate tells.
func (m made) facts(id string, who access.Caller) event.Certificate {
	return event.Certificate{
		CertificateID: id, DN: m.DN, Serial: m.Serial, Issuer: m.IssuerDN, Profile: m.profile(), ProfileModule: module,
		NotBefore: m.NotBefore, NotAfter: m.NotAfter, Owner: who.ID, Names: []string{m.SANs[0].Value}, KeyType: string(m.KeyType),
		HolderID: m.HolderID, RequestID: m.request, CA: m.IssuerDN, Connector: connector,
	}
}
