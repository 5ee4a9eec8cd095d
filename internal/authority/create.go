package authority

import (
	"context"
	"crypto"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// Kind is what events call a CA.
const Kind = "authority"

// Create makes a key and a CA with it: a root, or one below another CA of the engine.
func (e *Engine) Create(ctx context.Context, who access.Caller, s Spec) error {
	facts := event.Object{Kind: Kind, Name: clip(s.Name, maxName)}
	n, err := prepare(who, func() (*newborn, error) { return e.conceive(ctx, s) })
	if err != nil {
		return act.Refuse(ctx, e.DB, who, event.ConfAdd, &facts, err)
	}
	return act.Do(ctx, e.DB, who, event.ConfAdd, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		return e.insert(tx, who, n)
	})
}

// Ensure creates the CA of the spec unless there is one of its name, and returns the certificate that issues.
func (e *Engine) Ensure(ctx context.Context, who access.Caller, s Spec) (*pki.Certificate, error) {
	for tried := false; ; tried = true {
		d, err := e.directory(ctx)
		if err != nil {
			return nil, err
		}
		if c := d.names[s.Name]; c != nil {
			return c.current().cert, nil
		}
		err = e.Create(ctx, who, s)
		if err != nil && (tried || !isTaken(err, s.Name)) { // another node may have been faster
			return nil, err
		}
	}
}

// newborn is a CA, or a generation of one, that is signed and not stored yet.
type newborn struct {
	ca     *ca
	fresh  bool // the CA itself is new
	row    generationRow
	issued []*issuedRow // by other CAs, for this one
}

// prepare does what takes long, or signs, before the transaction; it asks for the right before it costs anything.
func prepare(who access.Caller, make func() (*newborn, error)) (*newborn, error) {
	if err := who.May(Manage); err != nil {
		return nil, err
	}
	return make()
}

// insert stores what was made, makes it known, and lets its revocation list be made.
func (e *Engine) insert(tx *store.Tx, who access.Caller, n *newborn) error {
	if err := e.order(tx); err != nil {
		return err
	}
	if err := n.insert(tx); err != nil || e.Registry == nil {
		return err
	}
	c, err := pki.ParseCertificate(n.row.certificate)
	if err != nil {
		return err
	}
	return e.Registry.Add(tx, who, n.ca.name, c)
}

func (n *newborn) insert(tx *store.Tx) error {
	if n.fresh {
		if err := insertAuthority(tx, n.ca); err != nil {
			return err
		}
	}
	if err := insertGeneration(tx, n.row); err != nil {
		return err
	}
	for _, i := range n.issued {
		if fresh, err := insertIssued(tx, i); err != nil || !fresh {
			return errOr(err, NoRenewal.Detail("somebody else has just renewed it"))
		}
	}
	return task.Insert(tx, listJob{Authority: n.ca.id}, task.Unique())
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// conceive makes key and certificate of a new CA.
func (e *Engine) conceive(ctx context.Context, s Spec) (*newborn, error) {
	s = s.complete()
	t, err := s.template()
	if err != nil {
		return nil, err
	}
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	if d.names[s.Name] != nil {
		return nil, Exists.Detail("%s", s.Name)
	}
	var above *generation
	if s.Parent != "" {
		parent, err := d.named(s.Parent)
		if err != nil {
			return nil, Invalid.Detail("parent: there is no certification authority named %s", clip(s.Parent, maxName))
		}
		above = parent.current()
		if err := below(above, t); err != nil {
			return nil, err
		}
	}
	n := &newborn{fresh: true, ca: &ca{id: e.DB.NewID(), name: s.Name, settings: s.Settings}}
	if above != nil {
		n.ca.parent = above.of.id
	}
	return n, e.birth(ctx, n, above, t, birth{keyType: s.KeyType, life: s.Lifetime.Std(), back: s.Settings.BackDate.Std()})
}

// below sets and checks the path length below a CA (RFC 5280, 4.2.1.9).
func below(above *generation, t *pki.Template) error {
	if t.PathLen == nil {
		t.PathLen = new(int)
	}
	if most := above.cert.PathLen; most != nil && *t.PathLen >= *most {
		return Invalid.Detail("pathLength: %s allows %d CAs below it, one after the other", above.of.name, *most)
	}
	return nil
}

// birth is what a template leaves open.
type birth struct {
	keyType pki.KeyType
	key     crypto.Signer // of an earlier generation, to be used again; or nil
	life    time.Duration
	back    time.Duration
}

// birth makes the key, unless there is one, and the certificate of the next generation of n.ca, signed by above or, when
// that is nil, by the key itself.
func (e *Engine) birth(ctx context.Context, n *newborn, above *generation, t *pki.Template, b birth) (err error) {
	number := int64(len(n.ca.all)) + 1
	n.row.authority, n.row.generation = n.ca.id, number
	key := b.key
	if key == nil {
		if key, err = pki.Generate(b.keyType); err != nil {
			return err
		}
		n.row.keyGeneration = number
		if n.row.key, err = e.keep(object(n.ca.id, number), key); err != nil {
			return err
		}
	}
	now := e.DB.Clock.Now()
	t.PublicKey, t.Serial = key.Public(), pki.NewSerial()
	if above == nil {
		t.NotBefore, t.NotAfter = now.Add(-b.back), now.Add(b.life)
		n.row.certificate, err = t.SelfSign(key)
		return err
	}
	if t.NotBefore, t.NotAfter, err = above.period(now, b.back, b.life); err != nil {
		return err
	}
	n.row.certificate, err = e.signBelow(ctx, n, above, t)
	return err
}

// signBelow lets a CA sign the certificate of another one, and notes what it has issued.
func (e *Engine) signBelow(ctx context.Context, n *newborn, above *generation, t *pki.Template) ([]byte, error) {
	e.point(t, above)
	by, err := e.issuer(ctx, above)
	if err != nil {
		return nil, err
	}
	der, err := by.Sign(t)
	n.issued = append(n.issued, &issuedRow{
		request: "ca/" + e.DB.NewID(), authority: above.of.id, generation: above.number, purpose: purposeCA,
		serial: serialOf(t.Serial), notAfter: t.NotAfter.Truncate(time.Second), certificate: der,
	})
	return der, err
}
