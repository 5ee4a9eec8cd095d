package event

import (
	"context"
	"encoding/json"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

var badProof = fault.Define("EVT-006", fault.Invalid, "There is no such proof")

// Proof is what leads to the hash of a tree.
type Proof struct {
	Hashes     []tlog.Hash
	Previous   tlog.Hash  // of an inclusion: hash of the entry before
	Checkpoint Checkpoint // the tree it leads to
}

// Prove returns the hashes that lead from an entry to the root of the last checkpoint (RFC 6962, 2.1.1).
func (l *Log) Prove(ctx context.Context, seq int64) (p Proof, err error) {
	err = l.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if p.Checkpoint, err = lastCheckpoint(tx); err != nil {
			return err
		}
		if seq < 0 || seq >= p.Checkpoint.Size {
			return badProof.Detail("the log has %d entries", p.Checkpoint.Size)
		}
		if seq > 0 {
			if p.Previous, err = subtree(tx, 0, seq-1); err != nil {
				return err
			}
		}
		p.Hashes, err = tlog.ProveRecord(p.Checkpoint.Size, seq, hashReader{tilesOf(tx)})
		return err
	})
	return p, err
}

// ProveGrowth returns the hashes that show that the log of one size is the beginning of the log of another (RFC 6962,
// 2.1.2). The newer size is that of a checkpoint; 0 is the last one.
func (l *Log) ProveGrowth(ctx context.Context, older, newer int64) (p Proof, err error) {
	err = l.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if p.Checkpoint, err = lastCheckpoint(tx); err != nil {
			return err
		}
		if newer != 0 {
			points, err := checkpointsFrom(tx, newer, 1)
			if err != nil {
				return err
			}
			if len(points) == 0 || points[0].Size != newer {
				return badProof.Detail("there is no checkpoint of size %d", newer)
			}
			p.Checkpoint = points[0]
		}
		if older < 1 || older > p.Checkpoint.Size {
			return badProof.Detail("from: a size from 1 to %d", p.Checkpoint.Size)
		}
		p.Hashes, err = tlog.ProveTree(p.Checkpoint.Size, older, hashReader{tilesOf(tx)})
		return err
	})
	return p, err
}

// LastCheckpoint returns the newest checkpoint, the zero one of an empty log.
func (l *Log) LastCheckpoint(tx *store.Tx) (Checkpoint, error) { return lastCheckpoint(tx) }

// Checkpoints returns up to limit past checkpoints, the newest first: those of fewer entries than before, which is nothing to
// it when it is 0. more reports whether there are older ones.
func (l *Log) Checkpoints(ctx context.Context, who access.Caller, before int64, limit int) (all []Checkpoint, more bool, err error) {
	if err := who.May(Read); err != nil {
		return nil, false, err
	}
	if before == 0 {
		before = math.MaxInt64
	}
	err = l.DB.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = checkpointsBelow(tx, before, limit+1)
		return err
	})
	if len(all) > limit {
		all, more = all[:limit], true
	}
	return all, more, err
}

// Integrity is the outcome of a verification of the whole log, and when it ran.
type Integrity struct {
	State  string  `json:"state" enum:"never,valid,invalid" doc:"Whether the log held."`
	Time   int64   `json:"time,omitempty" doc:"When it was verified, in milliseconds since 1970."`
	Report *Report `json:"report,omitempty"`
}

const integrityKey = "event.integrity" // in meta

// LastIntegrity returns the outcome of the last verification that RunIntegrity made.
func (l *Log) LastIntegrity(ctx context.Context) (i Integrity, err error) {
	i.State = "never"
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		var text string
		ok, err := tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{integrityKey}, &text)
		if err != nil || !ok {
			return err
		}
		return json.Unmarshal([]byte(text), &i)
	})
	return i, err
}

// RunIntegrity verifies the whole log and keeps the outcome.
func (l *Log) RunIntegrity(ctx context.Context) (i Integrity, err error) {
	report, err := l.Verify(ctx, VerifyOptions{})
	if err != nil {
		return i, err
	}
	i = Integrity{State: "valid", Time: l.DB.Clock.Now().UnixMilli(), Report: &report}
	if report.Problem != nil {
		i.State = "invalid"
	}
	text, err := json.Marshal(i)
	if err != nil {
		return i, err
	}
	return i, l.DB.Write(ctx, func(tx *store.Tx) error {
		return setMeta(tx, integrityKey, string(text))
	})
}
