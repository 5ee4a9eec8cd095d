package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

// requester asks for certificates over REST, and has what is asked decided by somebody else.
type requester struct {
	*worker
	asker   *load.REST // may only ask
	officer *load.REST // decides
	robot   *load.REST // has it carried out at once, and sees keys of others

	deed  deed // in flight; guarded by the worker's mu
	known []known
}

// deed is a call that has not been answered.
type deed struct {
	comment string // of a request that is submitted
	id      string // of a request that is decided
}

// known is what was acknowledged of a request that has come to its end.
type known struct {
	load.Request
	wish load.Wish
	by   *load.REST // who asked
}

// Ways of a request.
const (
	direct   = "direct" // carried out at once
	approved = "approve"
	refused  = "deny"
)

// plan is how one certificate is asked for, renewed and revoked.
type plan struct {
	central               bool // the server makes the keys
	enroll, renew, revoke string
}

var plans = []plan{
	{false, approved, approved, approved},
	{true, approved, direct, direct},
	{false, refused, "", ""},
	{true, approved, approved, approved},
	{true, direct, direct, approved},
	{false, direct, refused, direct},
	{true, refused, "", ""},
}

// one takes a name from its first request to the revocation of its first certificate.
func (r *requester) one(ctx context.Context) error {
	p, name := plans[(r.number+r.count)%len(plans)], fmt.Sprintf("r%d-%d.chaos.localhost", r.number, r.count)
	w, err := load.NewWish(profile, name, p.central)
	if err != nil {
		return err
	}
	first, err := r.ask(ctx, w, p.enroll)
	if err != nil || p.enroll == refused {
		return err
	}
	if w, err = load.RenewalOf(first.CertificateID, name, p.central); err != nil {
		return err
	}
	if _, err = r.ask(ctx, w, p.renew); err != nil {
		return err
	}
	_, err = r.ask(ctx, load.Wish{Workflow: load.Revoke, Name: name, CertificateID: first.CertificateID}, p.revoke)
	return err
}

// ask takes one request to its end.
func (r *requester) ask(ctx context.Context, w load.Wish, way string) (q load.Request, err error) {
	w.Comment = w.Workflow + " " + w.Name
	by := r.asker
	if way == direct {
		by = r.robot
	}
	q, err = r.settle(ctx, deed{comment: w.Comment}, func(ctx context.Context) (load.Request, error) { return by.Submit(ctx, w) },
		func(ctx context.Context) (*load.Request, error) { return by.Said(ctx, w.Comment) })
	if err != nil {
		return q, err
	}
	want := load.Completed
	if way != direct {
		if q, err = r.decide(ctx, way, q); err != nil {
			return q, err
		}
		if way == refused {
			want = load.Denied
		}
	}
	if q, err = r.end(ctx, by, q.ID); err != nil {
		return q, err
	}
	if q.Status != want {
		return q, fmt.Errorf("%s: the request %s is %s (%s), want %s", w.Comment, q.ID, q.Status, q.Error, want)
	}
	k := known{q, w, by}
	r.known = append(r.known, k)
	return q, k.holds(q)
}

// decide decides about a request that waits.
func (r *requester) decide(ctx context.Context, verb string, q load.Request) (load.Request, error) {
	if q.Status != load.Pending {
		return q, fmt.Errorf("%s: the request %s is %s before anybody has decided", q.Comment, q.ID, q.Status)
	}
	return r.settle(ctx, deed{id: q.ID}, func(ctx context.Context) (load.Request, error) { return r.officer.Decide(ctx, verb, q) },
		func(ctx context.Context) (*load.Request, error) {
			now, err := r.officer.Request(ctx, q.ID)
			if err != nil || now.Status == load.Pending {
				return nil, err
			}
			return &now, nil
		})
}

// settle sends something until it is known what became of it. When the answer was lost, found tells whether it was carried
// out; what was not is sent again.
func (r *requester) settle(ctx context.Context, d deed, send func(context.Context) (load.Request, error), found func(context.Context) (*load.Request, error)) (q load.Request, err error) {
	lost := false
	err = r.through(ctx, func(ctx context.Context) error {
		if lost {
			if err := r.again(ctx); err != nil {
				return err
			}
			f, err := found(ctx)
			if err != nil {
				return err
			}
			if f != nil {
				q = *f
				return nil
			}
		}
		lost = true
		r.note(d)
		var err error
		q, err = send(r.traced(ctx))
		return err
	})
	r.note(deed{})
	return q, err
}

func (r *requester) note(d deed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deed = d
}

const (
	endTime = 90 * time.Second // for a request to be carried out
	endLook = 20 * time.Millisecond
)

// end waits until a request has come to its end, and returns it as its requester sees it.
func (r *requester) end(ctx context.Context, by *load.REST, id string) (q load.Request, err error) {
	until := time.Now().Add(endTime)
	err = r.through(ctx, func(ctx context.Context) (err error) {
		for {
			if q, err = by.Request(ctx, id); err != nil || q.Status != load.Approved {
				return err
			}
			if time.Now().After(until) {
				return errors.New("the request " + id + " is not carried out")
			}
			if err := sleep(ctx, endLook); err != nil {
				return err
			}
		}
	})
	return q, err
}

// again asks for a request that had come to its end before: it must be as it was.
func (r *requester) again(ctx context.Context) error {
	if len(r.known) == 0 {
		return nil
	}
	k := r.known[r.random.IntN(len(r.known))]
	q, err := k.by.Request(ctx, k.ID)
	if err != nil {
		return err
	}
	return k.holds(q)
}

// holds compares a request with what was acknowledged, and with what was wished for.
func (k known) holds(q load.Request) error {
	if q.Status != k.Status || q.CertificateID != k.CertificateID {
		return fmt.Errorf("%s: the request %s is %s with the certificate %q, and was acknowledged as %s with %q", k.wish.Comment, k.ID, q.Status, q.CertificateID, k.Status, k.CertificateID)
	}
	switch {
	case q.Status == load.Denied:
		return nil
	case k.wish.Workflow == load.Revoke:
		if q.Certificate == nil || !q.Certificate.Revoked {
			return fmt.Errorf("%s: the certificate %s is not revoked", k.wish.Comment, k.CertificateID)
		}
		return nil
	case q.Certificate == nil || q.Certificate.PEM != k.Certificate.PEM:
		return fmt.Errorf("%s: the certificate is another one than was acknowledged", k.wish.Comment)
	}
	return q.Suits(k.wish)
}
