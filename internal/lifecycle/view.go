package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Request is a request as a caller may see it.
type Request struct {
	ID, Workflow, Module, Profile   string
	Status                          string // in the spelling of the contract
	DN, HolderID                    string
	Requester, Approver             string
	RequesterComment                string
	ApproverComment                 string
	Contact, Owner, Team            string
	Registered, Modified            time.Time
	Expires, RemoveAt               time.Time // zero when there is none
	Labels, Metadata                []inventory.Pair
	Error                           string // why it failed
	CertificateID                   string
	Certificate                     *inventory.Certificate // what it led to, when there is one
	Form                            Form                   // as it was accepted
	HolderCount, ProfileHolderCount int                    // valid certificates of the holder: of all, and of the profile
	RetryAt                         time.Time              // when the PKI is asked again; zero where it is not
	Retries                         int                    // how often it was
	Results                         []inventory.Result     // of the notifications about it
	PKCS12                          []byte
	Password                        secret.Text
	Claim                           secret.Text // in the answer to who asked without an account
	DryRun                          bool
	CanApprove, CanCancel           bool
}

// wire is a state in the spelling of the contract.
func wire(state string) string {
	if state == processing {
		return "approved"
	}
	return state
}

// Request returns a request that the caller may see.
func (s *Service) Request(ctx context.Context, who access.Caller, id string) (Request, error) {
	return s.answer(ctx, who, id, false)
}

// answer returns a request that the caller may see; submitted tells whether the caller has just submitted it.
func (s *Service) answer(ctx context.Context, who access.Caller, id string, submitted bool) (r Request, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		q, p, err := s.seen(tx, who, id)
		if err != nil {
			return err
		}
		r, err = s.view(tx, who, p, q, submitted)
		return err
	})
	return r, err
}

// seen returns a request that the caller may see, with its profile.
func (s *Service) seen(tx *store.Tx, who access.Caller, id string) (q request, p Profile, err error) {
	if err := identified(who); err != nil {
		return q, nil, err
	}
	if q, err = byID(tx, id); err != nil {
		return q, nil, err
	}
	if p, err = Profiles.Get(tx, q.Profile); err != nil {
		return q, nil, err
	}
	if !s.sees(who, p, q) {
		return q, nil, NoRequest.Detail("%s", id)
	}
	return q, p, nil
}

// sees reports whether the caller may see the request: who asked or answers for it, who may decide, and who audits.
func (s *Service) sees(who access.Caller, p Profile, q request) bool {
	w, ok := workflows[q.Workflow]
	if !ok {
		return false
	}
	if q.askedBy(who) || who.ID != "" && who.ID == q.Content.Owner || who.In(q.Content.Team) || who.IsSystem() {
		return true
	}
	if who.Certificate != "" && who.Certificate == q.CertificateID {
		return true
	}
	if who.Known() != nil { // who presents a claim sees what it is for, whatever the profile lets everyone do
		return false
	}
	l := p.Shared().Levels
	return mayOn(who, p, w.decide(l), "approve_"+w.word(), q.object()) == nil || mayOn(who, p, l.AuditRequest, "audit_request", q.object()) == nil
}

// view is the request as the caller may see it.
func (s *Service) view(tx *store.Tx, who access.Caller, p Profile, q request, submitted bool) (Request, error) {
	r := shown(q)
	w := workflows[q.Workflow]
	if q.State == pending {
		r.CanApprove = who.Known() == nil && w.mayDecide(who, p, q) == nil
		r.CanCancel = q.askedBy(who)
	}
	if q.State == inProgress {
		r.CanCancel = q.askedBy(who)
		l, _, err := s.findLater(tx, q.ID)
		if err != nil {
			return r, err
		}
		r.RetryAt, r.Retries = l.retryAt, l.polls
	}
	r.Form = formOf(p.Shared(), q.Content, r.CanApprove)
	if q.Content.Challenge && q.CertificateID == "" {
		r.Form = fixedForm(p.Shared(), q, r.CanApprove)
	}
	results, err := inventory.Results(tx, q.ID, q.CertificateID)
	if err != nil {
		return r, err
	}
	r.Results = results[q.ID]
	if q.CertificateID != "" && (q.Workflow == enroll || who.Known() == nil) {
		c, err := inventory.Get(tx, q.CertificateID)
		if err != nil && !errors.Is(err, inventory.Missing) {
			return r, err
		}
		if err == nil {
			c.Results = results[c.ID]
			r.Certificate = &c
			if r.DN == "" {
				r.DN = c.DN
			}
		}
	}
	if who.Known() != nil {
		return r, s.secrets(tx, who, p, q, &r, submitted)
	}
	if r.HolderCount, err = inventory.CountActive(tx, q.HolderID, "", tx.Now()); err != nil {
		return r, err
	}
	if r.ProfileHolderCount, err = inventory.CountActive(tx, q.HolderID, q.Profile, tx.Now()); err != nil {
		return r, err
	}
	return r, s.secrets(tx, who, p, q, &r, submitted)
}

// shown is what a request tells everyone who may see it.
func shown(q request) Request {
	r := Request{
		ID: q.ID, Workflow: q.Workflow, Module: q.Module, Profile: q.Profile, Status: wire(q.State), HolderID: q.HolderID,
		DN: q.Content.Subject.String(), Requester: q.Caller.ID, Approver: q.Approver, RequesterComment: q.RequesterComment, ApproverComment: q.ApproverComment,
		Contact: q.Content.Contact, Owner: q.Content.Owner, Team: q.Content.Team, Registered: q.Created, Modified: q.Modified,
		Expires: q.Expires, RemoveAt: q.RemoveAt, Labels: pairs(q.Content.Labels), Metadata: pairs(q.Content.Metadata),
		Error: q.Error, CertificateID: q.CertificateID,
	}
	if r.RemoveAt.IsZero() {
		r.RemoveAt = q.Modified.Add(grace)
	}
	return r
}

// shown is the answer to a dry run.
func (s *Service) shown(who access.Caller, d draft, password secret.Text) (Request, error) {
	r := shown(d.request)
	r.DryRun, r.Password = true, password
	r.Form = formOf(d.p.Shared(), d.Content, false)
	return r, nil
}
