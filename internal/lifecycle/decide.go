package lifecycle

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// Decision is what somebody decides about a request that waits.
type Decision struct {
	ID      string
	Comment string
	Sheet   Sheet // what an approver changes
	DryRun  bool
}

// Approve carries out a request that waits. Of two who approve at once one does, and the other is told.
func (s *Service) Approve(ctx context.Context, who access.Caller, v Decision) (Request, error) {
	key, err := s.makeKey(ctx, who, func(tx *store.Tx) (draft, error) { return s.approval(tx, who, v) }, secret.Text{})
	if err != nil {
		return Request{}, err
	}
	var d draft
	facts := event.Request{RequestID: clip(v.ID)}
	err = act.Do(ctx, s.DB, who, event.RequestApprove, &facts, func(tx *store.Tx) error {
		now, err := s.approval(tx, who, v)
		facts, d = now.facts(), now
		if facts.RequestID == "" {
			facts.RequestID = clip(v.ID)
		}
		if err != nil {
			return err
		}
		if err := s.approve(tx, &now, key); err != nil {
			return err
		}
		if err := s.raiseStep(tx, "approve", &now, who.Call); err != nil {
			return err
		}
		facts, d = now.facts(), now
		if v.DryRun {
			return errDryRun
		}
		return nil
	})
	switch {
	case errors.Is(err, errDryRun):
		return s.shown(who, d, secret.Text{})
	case err != nil:
		return Request{}, s.refused(ctx, who, d, err)
	}
	return s.finish(ctx, who, d, false)
}

// approval decides anew what a request that waits becomes, with what the approver changes.
func (s *Service) approval(tx *store.Tx, who access.Caller, v Decision) (d draft, err error) {
	if d, err = s.waiting(tx, who, v.ID); err != nil {
		return d, err
	}
	d.Approver, d.ApproverComment = who.ID, v.Comment
	if d.moved() {
		return d, WrongState.Detail("the certificate is on another profile by now")
	}
	requester := d.Caller
	d.Caller = who
	defer func() { d.Caller, d.stands = requester, mayDo }()
	switch d.Workflow {
	case enroll:
		if d.Content.Challenge {
			err = d.composeChallenge(tx, byApprover, v.Sheet, d.Content.Contact)
			break
		}
		if err := d.readKey(Sheet{CSR: d.CSR, KeyType: d.Content.KeyType}, nil); err != nil {
			return d, err
		}
		err = d.fill(tx, byApprover, v.Sheet, d.Content, d.Content.Contact)
	case renew:
		if err = d.renewable(); err == nil {
			d.inherit()
			err = d.readKey(Sheet{CSR: d.CSR, KeyType: d.Content.KeyType}, nil)
		}
	case revoke:
		err = d.revocable()
	case update, migrate:
		d.onto(contentOf(*d.c))
		err = d.composeChange(tx, byApprover, v.Sheet)
	case importer:
		err = d.approveImport(tx, v.Sheet)
	}
	return d, err
}

// approveImport decides anew what an import that waited becomes.
func (d *draft) approveImport(tx *store.Tx, sheet Sheet) (err error) {
	if d.parsed, err = pki.ParseCertificate(d.CSR); err != nil {
		return err
	}
	if d.c == nil {
		_, err := inventory.ByThumbprint(tx, d.parsed.Thumbprint)
		if err == nil {
			return knownAlready.Detail("it came into the inventory meanwhile")
		}
		if !errors.Is(err, inventory.Missing) {
			return err
		}
	}
	if d.managed() {
		d.onto(contentOf(*d.c))
	}
	return d.takeIn(tx, byApprover, sheet, true)
}

// moved reports whether the certificate has left the profile it was on when the request was submitted: whoever decides
// there has no say in it any more.
func (d *draft) moved() bool {
	return d.c != nil && d.Content.From != "" && d.c.Profile != d.Content.From
}

// onto lays what the request asks for over what the certificate holds by now: what it does not speak of stays as it is.
func (d *draft) onto(now content) {
	q, sheet := &d.Content, d.Sheet
	if sheet == nil {
		return
	}
	for _, one := range []struct {
		asked Field
		to    *string
		now   string
	}{{sheet.Owner, &q.Owner, now.Owner}, {sheet.Team, &q.Team, now.Team}, {sheet.Contact, &q.Contact, now.Contact}} {
		if !one.asked.Sent {
			*one.to = one.now
		}
	}
	q.Labels, q.Metadata = over(now.Labels, q.Labels, sheet.Labels), over(now.Metadata, q.Metadata, sheet.Metadata)
	if sheet.AutoRenew == nil {
		q.AutoRenew = now.AutoRenew
	}
}

// over returns the values there are by now, with those that were asked for in their stead.
func over(now, asked map[string]string, sent map[string]Field) map[string]string {
	all := maps.Clone(now)
	for name := range sent {
		if text, ok := asked[name]; ok {
			all[name] = text
		} else {
			delete(all, name)
		}
	}
	return all
}

// decidable returns a request that the caller may decide about.
func (s *Service) decidable(tx *store.Tx, who access.Caller, id string) (d draft, err error) {
	if d.request, err = byID(tx, id); err != nil {
		return d, err
	}
	if d.p, err = Profiles.Get(tx, d.Profile); err != nil {
		return d, err
	}
	if d.w, err = findWorkflow(d.Workflow, d.Module); err != nil {
		return d, err
	}
	return d, d.w.mayDecide(who, d.p, d.request)
}

// deniable returns a request that the caller may deny: one that waits, or that the PKI has not granted yet.
func (s *Service) deniable(tx *store.Tx, who access.Caller, id string) (draft, error) {
	if d, err := s.decidable(tx, who, id); err != nil || d.State == inProgress {
		return d, err
	}
	return s.waiting(tx, who, id)
}

// waiting returns a request that waits and that the caller may decide about.
func (s *Service) waiting(tx *store.Tx, who access.Caller, id string) (d draft, err error) {
	if d, err = s.decidable(tx, who, id); err != nil {
		return d, err
	}
	if d.State != pending {
		return d, WrongState.Detail("it is %s", wire(d.State))
	}
	if !tx.Now().Before(d.Expires) {
		return d, Expired.Detail("on %s", d.Expires.Format(time.RFC3339))
	}
	if d.CertificateID != "" {
		c, err := inventory.Get(tx, d.CertificateID)
		if err != nil {
			return d, err
		}
		d.c = &c
	}
	return d, nil
}

// approve moves the request on, and carries it out when nobody outside is to be asked.
func (s *Service) approve(tx *store.Tx, d *draft, key *keyPair) error {
	kept, _, err := s.keptKey(tx, d.ID)
	if err != nil {
		return err
	}
	if key != nil && key.password.IsZero() {
		key.password = kept.password
	}
	d.State, d.Expires, d.RemoveAt, d.Modified = processing, time.Time{}, time.Time{}, tx.Now()
	moved, err := move(tx, d.request, pending)
	if err != nil {
		return err
	}
	if !moved {
		return WrongState.Detail("somebody else decided about it at the same time")
	}
	if err := s.begin(tx, d, key); err != nil {
		return err
	}
	if err := setAsked(tx, d.request); err != nil {
		return err
	}
	private := secret.Text{}
	if kept.key != nil {
		pem, err := pki.EncodeKey(kept.key)
		if err != nil {
			return err
		}
		private = secret.NewText(pem)
	}
	if err := s.perform(tx, d, kept.password, private); err != nil || d.Workflow != importer {
		return err
	}
	return dropKey(tx, d.ID) // it waited with the request, to go into escrow and nowhere else
}

// Deny ends a request that waits, or that the PKI has not granted yet: the order is given up there.
func (s *Service) Deny(ctx context.Context, who access.Caller, v Decision) (Request, error) {
	return s.end(ctx, who, v, event.RequestDeny, denied, s.deniable)
}

// Cancel lets a requester take back a request that waits, or that the PKI has not granted yet: the order is given up there.
func (s *Service) Cancel(ctx context.Context, who access.Caller, v Decision) (Request, error) {
	return s.end(ctx, who, v, event.RequestCancel, canceled, s.own)
}

// own returns a request of the caller that waits, for a decision or for the PKI.
func (s *Service) own(tx *store.Tx, who access.Caller, id string) (d draft, err error) {
	if err := identified(who); err != nil {
		return d, err
	}
	if d.request, err = byID(tx, id); err != nil {
		return d, err
	}
	if d.p, err = Profiles.Get(tx, d.Profile); err != nil {
		return d, err
	}
	switch {
	case d.request.askedBy(who):
	case who.Known() != nil:
		return draft{}, NoRequest.Detail("%s", clip(id))
	case d.request.Caller.ID == "":
		return d, access.NotPermitted.Detail("only who has its claim can cancel the request")
	default:
		return d, access.NotPermitted.Detail("only %s, who asked, can cancel the request", d.request.Caller.ID)
	}
	if d.State != pending && d.State != inProgress {
		return d, WrongState.Detail("it is %s", wire(d.State))
	}
	return d, nil
}

// moments are the steps of a request that end it, as notifications spell them.
var moments = map[string]string{denied: "deny", canceled: "cancel"}

// end moves a request that waits to its end without carrying it out.
func (s *Service) end(ctx context.Context, who access.Caller, v Decision, t event.Type[event.Request], state string, find func(*store.Tx, access.Caller, string) (draft, error)) (Request, error) {
	facts := event.Request{RequestID: clip(v.ID)}
	err := act.Do(ctx, s.DB, who, t, &facts, func(tx *store.Tx) error {
		d, err := find(tx, who, v.ID)
		facts = d.facts()
		facts.RequestID = clip(v.ID)
		if err != nil {
			return err
		}
		if state == denied {
			d.Approver, d.ApproverComment = who.ID, v.Comment
		}
		from := d.State
		d.State, d.Modified, d.RemoveAt = state, tx.Now(), tx.Now().Add(grace)
		moved, err := move(tx, d.request, from)
		if err == nil && !moved {
			err = WrongState.Detail("somebody else decided about it at the same time")
		}
		if err != nil {
			return err
		}
		facts = d.facts()
		if err := dropKey(tx, d.ID); err != nil {
			return err
		}
		if from == inProgress {
			if err := task.Insert(tx, abandonment{RequestID: d.ID}); err != nil {
				return err
			}
		}
		return s.raiseStep(tx, moments[state], &d, who.Call)
	})
	if err != nil {
		return Request{}, err
	}
	return s.Request(ctx, who, v.ID)
}
