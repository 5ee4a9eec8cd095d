package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// The keyset lies in the key folder of each node; which of its keys seals stands in the database, so that all nodes agree
// on it. A new key is prepared (it opens and does not seal), reaches every node, and seals when each has said that it has
// it. What older keys have sealed is sealed anew, and then they can be retired.

const (
	tendEvery = 10 * time.Second
	// nodeLife is how long a node that says nothing counts as running. As long after a key began to seal, no process
	// seals with an older one.
	nodeLife = time.Minute
)

var (
	lacking   = fault.Define("KEYSET-001", fault.Conflict, "Nodes that run do not have the key yet")
	elsewhere = fault.Define("KEYSET-002", fault.Conflict, "The key that was prepared is not in the keyset of this node")
	notReady  = fault.Define("KEYSET-003", fault.Conflict, "The key is not the one that was prepared")
	inUse     = fault.Define("KEYSET-004", fault.Conflict, "The key is still in use")
)

// keyset is what the nodes agree on about their keys.
type keyset struct {
	Active uint32    `json:"active,omitempty"` // 0 as long as the first key seals
	Since  time.Time `json:"since,omitzero"`
	Staged uint32    `json:"staged,omitempty"` // prepared
}

func keysetOf(tx *store.Tx) (s keyset, err error) {
	_, err = getJSON(tx, metaKeyset, &s)
	return s, err
}

// keyState is what this node knows about its keys between two looks.
type keyState struct {
	mu      sync.Mutex // guards all below
	trouble string     // why this node cannot read all secrets
	backup  keyBackup  // the last one
}

func (s *keyState) set(trouble string, b keyBackup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble, s.backup = trouble, b
}

func (s *keyState) get() (trouble string, b keyBackup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble, s.backup
}

// agree reads the keyset again and seals with the key the database names.
func (a *App) agree(ctx context.Context) (s keyset, err error) {
	changed := a.ring.Refresh()
	err = a.DB.Read(ctx, func(tx *store.Tx) (err error) { s, err = keysetOf(tx); return err })
	if err == nil && s.Active != 0 {
		if e := a.ring.Use(s.Active); e != nil {
			err = fmt.Errorf("the keyset in %s does not hold the key %d, which seals secrets now: copy secrets.keyset from another node", a.Config.keyFolder(), s.Active)
		}
	}
	if changed != nil {
		changed = fmt.Errorf("the keyset in %s was changed and cannot be read again: %w", a.Config.keyFolder(), changed)
	}
	return s, errors.Join(err, changed)
}

// tendKeys notices what happened to the keyset and tells the other nodes which keys this one has.
func (a *App) tendKeys(ctx context.Context) error {
	_, trouble := a.agree(ctx)
	var b keyBackup
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		last, err := keyBackupOf(tx)
		if err != nil {
			return err
		}
		me := Node{Name: a.Config.Node, Keys: a.ring.Keys(), Active: a.ring.Active()}
		if err := errors.Join(putNode(tx, a.process, me), deleteNodesBefore(tx, tx.Now().Add(-10*nodeLife))); err != nil {
			return err
		}
		b = last
		return nil
	})
	text := ""
	if trouble != nil {
		text = strings.ReplaceAll(trouble.Error(), "\n", "; ")
	}
	if err == nil {
		a.keyState.set(text, b)
	}
	return errors.Join(trouble, err)
}

// startKeys tells the other nodes which keys this one has, and says loudly what could be lost.
func (a *App) startKeys(ctx context.Context) error {
	if err := a.tendKeys(ctx); err != nil {
		return err
	}
	_, b := a.keyState.get()
	if advice := a.backupAdvice(b); advice != "" {
		a.slog.WarnContext(ctx, advice, "folder", a.Config.keyFolder())
	}
	return nil
}

// leaveKeys tells the other nodes that this one runs no more.
func (a *App) leaveKeys(ctx context.Context) error {
	return a.DB.Write(ctx, func(tx *store.Tx) error { return deleteNode(tx, a.process) })
}

// PrepareKey adds a new key to the keyset of this node, which opens and does not seal yet, and returns its id. A key that
// was prepared before is that key.
func (a *App) PrepareKey(ctx context.Context) (id uint32, err error) {
	s, err := a.agree(ctx)
	if err != nil {
		return 0, err
	}
	if s.Staged != 0 {
		if !slices.Contains(a.ring.Keys(), s.Staged) {
			return 0, elsewhere.Detail("%d: copy secrets.keyset from the node where it was prepared", s.Staged)
		}
		return s.Staged, nil
	}
	if id, err = a.ring.Stage(); err != nil {
		return 0, err
	}
	return id, a.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(metaKeyset); err != nil {
			return err
		}
		s, err := keysetOf(tx)
		if err != nil {
			return err
		}
		if s.Staged != 0 {
			return elsewhere.Detail("%d: somebody else prepared it this moment", s.Staged)
		}
		s.Staged = id
		return putJSON(tx, metaKeyset, s)
	})
}

// Nodes lists the processes that run.
func (a *App) Nodes(ctx context.Context) (all []Node, err error) {
	err = a.DB.Read(ctx, func(tx *store.Tx) error { all, err = nodesSince(tx, tx.Now().Add(-nodeLife)); return err })
	return all, err
}

// ActivateKey makes the prepared key the one that seals, on all nodes, once each of those that run has it. What older keys
// have sealed is sealed anew in the background.
func (a *App) ActivateKey(ctx context.Context, id uint32) error {
	if _, err := a.agree(ctx); err != nil {
		return err
	}
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(metaKeyset); err != nil {
			return err
		}
		s, err := keysetOf(tx)
		if err != nil {
			return err
		}
		if s.Staged != id {
			return notReady.Detail("%d", id)
		}
		if err := allHave(tx, id); err != nil {
			return err
		}
		if err := putJSON(tx, metaKeyset, keyset{Active: id, Since: tx.Now()}); err != nil {
			return err
		}
		return task.Insert(tx, reseal{Key: id}, task.Unique(), task.At(tx.Now().Add(nodeLife)))
	})
	if err != nil {
		return err
	}
	return a.ring.Promote(id)
}

// allHave refuses while a node that runs lacks the key.
func allHave(tx *store.Tx, id uint32) error {
	nodes, err := nodesSince(tx, tx.Now().Add(-nodeLife))
	if err != nil {
		return err
	}
	var names []string
	for _, n := range nodes {
		if !slices.Contains(n.Keys, id) {
			names = append(names, n.Name)
		}
	}
	if len(names) > 0 {
		return lacking.Detail("key %d, nodes %s", id, strings.Join(slices.Compact(names), ", "))
	}
	return nil
}

// RetireKey removes a key from the keyset of this node for good. It refuses while the key seals, could still seal on a
// node, or has sealed something that is stored.
func (a *App) RetireKey(ctx context.Context, id uint32) error {
	s, err := a.agree(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(a.ring.Keys(), id) || id == a.ring.Active() {
		return a.ring.Retire(id) // which says why not
	}
	if now := a.DB.Clock.Now(); now.Before(s.Since.Add(nodeLife)) {
		return inUse.Detail("%d: requests that began with it may still run until %s", id, s.Since.Add(nodeLife).Format(time.RFC3339))
	}
	nodes, err := a.Nodes(ctx)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if n.Active == id {
			return inUse.Detail("%d: the node %s seals with it", id, n.Name)
		}
	}
	count, err := a.CountSealed(ctx)
	if err != nil {
		return err
	}
	for _, c := range count {
		if n := c.Keys[id]; n > 0 {
			return inUse.Detail("%d: it has sealed %d values of %s; \"horizon secrets reseal\" seals them anew", id, n, c.Purpose)
		}
	}
	if err := a.ring.Retire(id); err != nil || s.Staged != id {
		return err
	}
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		s, err := keysetOf(tx)
		if err != nil || s.Staged != id {
			return err
		}
		s.Staged = 0
		return putJSON(tx, metaKeyset, s)
	})
}

// KeyStatus is the state of the keys of this node.
type KeyStatus struct {
	Sealing string // how the keyset lies on disk
	Keys    []uint32
	Active  uint32
	Since   time.Time // when that began to seal; zero for the first key
	Staged  uint32    // prepared, or 0
	Backup  string    // what is to be said about backups of the keys, or ""
}

// KeyStatus returns the state of the keys of this node.
func (a *App) KeyStatus(ctx context.Context) (k KeyStatus, err error) {
	s, err := a.agree(ctx)
	if err != nil {
		return k, err
	}
	var b keyBackup
	err = a.DB.Read(ctx, func(tx *store.Tx) error { b, err = keyBackupOf(tx); return err })
	return KeyStatus{a.ring.Sealing(), a.ring.Keys(), a.ring.Active(), s.Since, s.Staged, a.backupAdvice(b)}, err
}
