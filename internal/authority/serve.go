package authority

import (
	"context"
	"fmt"
	"sync"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// lists remembers the lists that are served.
type lists struct {
	mu   sync.Mutex // guards kept
	kept map[listKey]*List
	make sync.Mutex // held by who makes the first list of a key
}

func (l *lists) get(k listKey, number int64) *List {
	l.mu.Lock()
	defer l.mu.Unlock()
	if kept := l.kept[k]; kept != nil && kept.Number == number {
		return kept
	}
	return nil
}

func (l *lists) keep(k listKey, one *List) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == nil {
		l.kept = map[listKey]*List{}
	}
	l.kept[k] = one
}

// CRL returns the newest revocation list of the key of a generation; the first one is made when it is asked for.
func (e *Engine) CRL(ctx context.Context, name string, number int64) (*List, error) {
	g, err := e.find(ctx, name, number)
	if err != nil {
		return nil, err
	}
	l, err := e.stored(ctx, g)
	if err != nil || l != nil {
		return l, err
	}
	e.lists.make.Lock()
	defer e.lists.make.Unlock()
	if l, err = e.stored(ctx, g); err != nil || l != nil {
		return l, err
	}
	return e.buildOne(ctx, g.newest())
}

// stored returns the list as the table has it, or nil.
func (e *Engine) stored(ctx context.Context, g *generation) (l *List, err error) {
	k := listKey{g.of.id, g.key}
	err = e.DB.Read(ctx, func(tx *store.Tx) error {
		number, found, err := listNumber(tx, k)
		if err != nil || !found {
			return err
		}
		if l = e.lists.get(k, number); l != nil {
			return nil
		}
		l, err = listOf(tx, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the revocation list of %s: %w", g.of.name, err)
	}
	if l != nil {
		e.lists.keep(k, l)
	}
	return l, nil
}

func (e *Engine) find(ctx context.Context, name string, number int64) (*generation, error) {
	c, err := e.named(ctx, name)
	if err != nil {
		return nil, err
	}
	g := c.generation(number)
	if g == nil {
		return nil, NoGeneration.Detail("%s has generations 1 to %d", name, len(c.all))
	}
	return g, nil
}

// Chain returns the certificate of a generation and those above it, in DER.
func (e *Engine) Chain(ctx context.Context, name string, number int64) ([][]byte, error) {
	g, err := e.find(ctx, name, number)
	if err != nil {
		return nil, err
	}
	return g.chains[0].ders, nil
}

// KeyType returns the type of the key a CA issues with.
func (e *Engine) KeyType(ctx context.Context, name string) (pki.KeyType, error) {
	g, err := e.latest(ctx, name)
	if err != nil {
		return "", err
	}
	return g.cert.KeyType, nil
}

// KeyTypeOf returns the kind of key a CA issues with, as the transaction sees it. It is Missing when there is none of the
// name.
func KeyTypeOf(tx *store.Tx, name string) (pki.KeyType, error) {
	der, err := currentCertificate(tx, name)
	if err != nil {
		return "", err
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		return "", fmt.Errorf("reading the certificate of %s: %w", name, err)
	}
	return c.KeyType, nil
}
