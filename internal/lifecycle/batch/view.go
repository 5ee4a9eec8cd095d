package batch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// shownTo is the batch with what the caller may do with it.
func (b Batch) shownTo(tx *store.Tx, who access.Caller) Batch {
	b.CanRun = b.State == previewed && b.By == who.ID && b.Progress.Left > 0 && tx.Now().Before(b.RemoveAt)
	b.CanCancel = b.State == running && b.mayCancel(who) == nil
	return b
}

// Get returns a batch that the caller may see.
func (s *Service) Get(ctx context.Context, who access.Caller, id string) (r Batch, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		r, err = seen(tx, who, id)
		return err
	})
	return r, err
}

func seen(tx *store.Tx, who access.Caller, id string) (Batch, error) {
	b, err := byID(tx, id)
	if err == nil && !b.sees(who) {
		err = Missing.Detail("%s", id)
	}
	if err != nil {
		return Batch{}, err
	}
	return b.shownTo(tx, who), nil
}

// Search is which batches to look for.
type Search struct {
	State     string // "" is any
	Principal string // "" is anybody whose batches the caller may see
	query.Paging
}

// Page is a part of the batches that were found.
type Page struct {
	query.Paging
	Batches []Batch
	More    bool
}

// Find returns a page of the batches that the caller may see, the newest first.
func (s *Service) Find(ctx context.Context, who access.Caller, f Search) (p Page, err error) {
	if problem := f.Settle(nil); problem != "" {
		return Page{}, web.BadInput.Detail("%s", problem)
	}
	if f.State != "" && !slices.Contains(States(), f.State) {
		return Page{}, web.BadInput.Detail("status: one of %s", strings.Join(States(), ", "))
	}
	if !who.Can(Read) && !who.Can(Manage) {
		if f.Principal != "" && f.Principal != who.ID {
			return Page{}, who.May(Read)
		}
		f.Principal = who.ID
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := find(tx, `b.state <> 'preparing' AND ($1 = '' OR b.state = $1) AND ($2 = '' OR b.principal = $2) ORDER BY b.id DESC LIMIT $3 OFFSET $4`,
			f.State, f.Principal, f.Size+1, (f.Index-1)*f.Size)
		p = Page{Paging: f.Paging, More: len(all) > f.Size, Batches: all[:min(len(all), f.Size)]}
		for i, b := range p.Batches {
			p.Batches[i] = b.shownTo(tx, who)
		}
		return err
	})
	return p, err
}

// Outcome is what became of one certificate of a batch.
type Outcome struct {
	CertificateID string
	DN            string // "" when who wants it could not see the certificate
	Outcome       string
	RequestID     string
	Code, Message string // of the fault, where it was refused or failed
	Detail        string
}

// Which is which certificates of a batch to look at.
type Which struct {
	Outcome string // "" is any
	Code    string // of the fault; "" is any
	query.Paging
}

// Results is a part of what became of the certificates of a batch.
type Results struct {
	query.Paging
	Outcomes []Outcome
	More     bool
}

func (w *Which) settle() error {
	if problem := w.Settle(nil); problem != "" {
		return web.BadInput.Detail("%s", problem)
	}
	if w.Outcome != "" && !slices.Contains(Outcomes(), w.Outcome) {
		return web.BadInput.Detail("outcome: one of %s", strings.Join(Outcomes(), ", "))
	}
	return nil
}

// Results returns a page of what became of the certificates of a batch, in their order.
func (s *Service) Results(ctx context.Context, who access.Caller, id string, w Which) (r Results, err error) {
	if err := w.settle(); err != nil {
		return Results{}, err
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if _, err := seen(tx, who, id); err != nil {
			return err
		}
		items, err := w.read(tx, id, -1, w.Size+1, (w.Index-1)*w.Size)
		if err != nil {
			return err
		}
		r = Results{Paging: w.Paging, More: len(items) > w.Size}
		r.Outcomes = outcomes(items[:min(len(items), w.Size)])
		return nil
	})
	return r, err
}

// eachPart is how many are read at a time.
const eachPart = 500

// Each hands over what became of all certificates of a batch, a part at a time.
func (s *Service) Each(ctx context.Context, who access.Caller, id string, w Which, use func([]Outcome) error) error {
	if err := w.settle(); err != nil {
		return err
	}
	for behind := -1; ; {
		var items []item
		err := s.DB.Read(ctx, func(tx *store.Tx) error {
			_, err := seen(tx, who, id)
			if err == nil {
				items, err = w.read(tx, id, behind, eachPart, 0)
			}
			return err
		})
		if err == nil {
			err = use(outcomes(items))
		}
		if err != nil || len(items) < eachPart {
			return err
		}
		behind = items[len(items)-1].N
	}
}

// read returns certificates behind a place.
func (w Which) read(tx *store.Tx, id string, behind, most, skip int) ([]item, error) {
	where, args := `batch = $1 AND n > $2`, []any{id, behind, most, skip}
	if w.Outcome != "" {
		args = append(args, w.Outcome)
		where += fmt.Sprintf(` AND state = $%d`, len(args))
	}
	if w.Code != "" {
		args = append(args, w.Code)
		where += fmt.Sprintf(` AND code = $%d`, len(args))
	}
	all, err := store.All(tx, scanItem, `SELECT `+itemColumns+` FROM batch_item WHERE `+where+` ORDER BY n LIMIT $3 OFFSET $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the certificates of the batch %s: %w", id, err)
	}
	return all, nil
}

func outcomes(items []item) (all []Outcome) {
	for _, it := range items {
		all = append(all, Outcome{CertificateID: it.Certificate, DN: it.DN, Outcome: it.State, RequestID: it.Request, Code: it.Code, Message: it.Message, Detail: it.Detail})
	}
	return all
}
