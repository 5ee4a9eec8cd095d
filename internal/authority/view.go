package authority

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// CA is what is known of a CA.
type CA struct {
	ID, Name, Parent string // Parent is the name of the CA above, if the engine has it
	Settings         Settings
	Created          time.Time
	Generations      []Generation // oldest first; the last one issues
	Issued           int          // certificates that have not ended and are not revoked, counted up to MaxCount
}

// MaxCount is up to where the certificates of a CA are counted.
const MaxCount = 10000

// Generation is one certificate of a CA.
type Generation struct {
	Number, Key    int64 // Key is the generation that brought the key
	Certificate    *pki.Certificate
	Cross          *pki.Certificate // of the same key, signed by the key before; or nil
	Chains         [][][]byte       // of what it issues, in DER, issuer first
	List           *List            // without its DER; nil until the first one is made
	ListURL        string
	CertificateURL string
	OCSPURL        string
}

// List returns every CA the caller may read, by name.
func (e *Engine) List(ctx context.Context, who access.Caller) (all []CA, err error) {
	err = e.reading(ctx, who, func(tx *store.Tx, d *directory) error {
		all = make([]CA, 0, len(d.order))
		known, err := heads(tx)
		if err != nil {
			return err
		}
		for _, c := range d.order {
			one, err := e.view(tx, d, c, known)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}

// Get returns the CA of a name.
func (e *Engine) Get(ctx context.Context, who access.Caller, name string) (one CA, err error) {
	err = e.reading(ctx, who, func(tx *store.Tx, d *directory) error {
		c, err := d.named(name)
		if err != nil {
			return err
		}
		known, err := heads(tx)
		if err != nil {
			return err
		}
		one, err = e.view(tx, d, c, known)
		return err
	})
	return one, err
}

// reading asks for the right to read, which who may manage has too.
func (e *Engine) reading(ctx context.Context, who access.Caller, fn func(*store.Tx, *directory) error) error {
	return e.DB.Read(ctx, func(tx *store.Tx) error {
		if !who.Can(Manage) {
			if err := who.May(Read); err != nil {
				return err
			}
		}
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

func (e *Engine) view(tx *store.Tx, d *directory, c *ca, known map[listKey]List) (CA, error) {
	one := CA{ID: c.id, Name: c.name, Settings: c.settings, Created: c.created}
	if parent := d.ids[c.parent]; parent != nil {
		one.Parent = parent.name
	}
	for _, g := range c.all {
		v := Generation{
			Number: g.number, Key: g.key, Certificate: g.cert, Cross: g.cross, Chains: g.chainsAt(tx.Now()),
			ListURL: e.ListURL(c.name, g.number), CertificateURL: e.CertificateURL(c.name, g.number), OCSPURL: e.OCSPURL(c.name),
		}
		if l, ok := known[listKey{c.id, g.key}]; ok {
			v.List = &l
		}
		one.Generations = append(one.Generations, v)
	}
	var err error
	one.Issued, err = valid(tx, c.id, MaxCount)
	return one, err
}
