package batch

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

const (
	lookPart    = 200              // certificates looked at on one state of the database
	lookTime    = 20 * time.Second // for all of them
	examples    = 5                // of one reason
	previewLife = time.Hour        // until a preview can no longer be run
	maxPreviews = 20               // of one principal that wait to be run
	addPart     = 250              // certificates written down in one transaction
)

// Prepare fixes the certificates of a batch, looks at each, and keeps what it found out: that is what Run runs. It takes
// no longer than a search and then 20 seconds; what it has not looked at by then is counted as unchecked. Nothing is done
// to any certificate, and nothing is recorded.
func (s *Service) Prepare(ctx context.Context, who access.Caller, w Wish) (Batch, error) {
	if err := w.check(who); err != nil {
		return Batch{}, err
	}
	ids, err := s.find(ctx, who, w)
	if err != nil {
		return Batch{}, err
	}
	return s.prepare(ctx, who, w, ids)
}

// find returns the certificates the wish is about, each once.
func (s *Service) find(ctx context.Context, who access.Caller, w Wish) ([]string, error) {
	most := s.Limits.Certificates
	if w.Listed {
		if len(w.Certificates) > most {
			return nil, TooLarge.Detail("%d are listed, at most %d are allowed", len(w.Certificates), most)
		}
		return listed(w.Certificates)
	}
	ids, more, err := inventory.Identifiers(ctx, s.DB.DB, who, w.Query, most)
	if err == nil && more {
		err = TooLarge.Detail("the query finds more than %d; narrow it, or do it in parts", most)
	}
	return ids, err
}

// listed checks identifiers, and leaves out what is there twice.
func listed(all []string) (ids []string, err error) {
	seen := make(map[string]bool, len(all))
	for i, id := range all {
		id = strings.ToLower(id)
		if !store.IsID(id) {
			return nil, web.BadInput.Detail("certificates[%d]: it is not the identifier of a certificate", i)
		}
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// prepare looks at the certificates and keeps the batch.
func (s *Service) prepare(ctx context.Context, who access.Caller, w Wish, ids []string) (Batch, error) {
	items, preview, err := s.look(ctx, who, w, ids)
	if err != nil {
		return Batch{}, err
	}
	b := Batch{State: previewed, By: who.ID, Wish: w, Preview: preview, Progress: preview.progress(), who: who, CanRun: preview.Refused < preview.Found}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Lock("batch/" + who.ID); err != nil {
			return err
		}
		n, err := count(tx, who.ID, preparing, previewed)
		if err != nil {
			return err
		}
		if n >= maxPreviews {
			return TooMany.Detail("%d previews of yours wait to be run; discard some of them", n)
		}
		b.ID, b.Created = tx.NewID(), tx.Now()
		b.RemoveAt = b.Created.Add(previewLife)
		return add(tx, b, preparing)
	})
	if err != nil {
		return Batch{}, err
	}
	for part := range slices.Chunk(items, addPart) { // none of them holds others up for long
		if err := s.DB.Write(ctx, func(tx *store.Tx) error { return addItems(tx, b.ID, part) }); err != nil {
			return Batch{}, err
		}
	}
	return b, s.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := move(tx, b.ID, previewed, preparing)
		return err
	})
}

// look finds out what would become of each certificate.
func (s *Service) look(ctx context.Context, who access.Caller, w Wish, ids []string) ([]item, Preview, error) {
	p := Preview{Found: len(ids)}
	items := make([]item, len(ids))
	for i, id := range ids {
		items[i] = item{N: i, Certificate: id, State: left}
	}
	until := s.DB.Clock.Now().Add(lookTime)
	for part := range slices.Chunk(items, lookPart) {
		if s.DB.Clock.Now().After(until) {
			p.Unchecked += len(part)
			continue
		}
		var found Preview
		err := s.DB.Read(ctx, func(tx *store.Tx) error {
			found = Preview{}
			for i := range part {
				if err := s.lookAt(tx, who, w, &part[i], &found); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, p, err
		}
		p.merge(found)
	}
	return items, p, nil
}

// lookAt finds out what would become of one certificate.
func (s *Service) lookAt(tx *store.Tx, who access.Caller, w Wish, it *item, p *Preview) error {
	it.State, it.Code, it.Message, it.Detail, it.DN = left, "", "", "", ""
	prospect, err := s.Lifecycle.Assess(tx, who, w.ask(it.Certificate))
	if prospect.About != nil {
		it.DN = prospect.About.DN
	}
	f := fault.Of(err)
	switch {
	case err != nil && f.Kind() == fault.Internal:
		return err
	case err != nil:
		it.refuse(refused, f)
		p.merge(Preview{Refused: 1, Reasons: []Reason{{it.Code, it.Message, 1, []Example{{it.Certificate, it.DN, it.Detail}}}}})
	case prospect.Waits:
		p.Ask++
	default:
		p.Direct++
	}
	return nil
}

// progress is how far a batch has come before it is run.
func (p Preview) progress() Progress { return Progress{Refused: p.Refused, Left: p.Found - p.Refused} }

// merge adds what was found out about further certificates.
func (p *Preview) merge(more Preview) {
	p.Direct, p.Ask, p.Refused = p.Direct+more.Direct, p.Ask+more.Ask, p.Refused+more.Refused
	for _, r := range more.Reasons {
		i := slices.IndexFunc(p.Reasons, func(have Reason) bool { return have.Code == r.Code })
		if i < 0 {
			p.Reasons = append(p.Reasons, r)
			continue
		}
		p.Reasons[i].Count += r.Count
		room := max(0, examples-len(p.Reasons[i].Examples))
		p.Reasons[i].Examples = append(p.Reasons[i].Examples, r.Examples[:min(room, len(r.Examples))]...)
	}
}

// Retry prepares a batch of what an earlier one, that has ended, has not done: what was refused or failed, and what was
// left when it was stopped.
func (s *Service) Retry(ctx context.Context, who access.Caller, id string) (Batch, error) {
	var b Batch
	var ids []string
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if b, err = own(tx, who, id); err != nil {
			return err
		}
		if b.State != completed && b.State != stopped {
			return WrongState.Detail("it is %s; what has ended can be tried again", b.State)
		}
		ids, err = certificates(tx, id, left, refused, failed)
		return err
	})
	if err != nil {
		return Batch{}, err
	}
	if len(ids) == 0 {
		return Batch{}, Nothing.Detail("every certificate of the batch was dealt with")
	}
	return s.prepare(ctx, who, b.Wish, ids)
}
