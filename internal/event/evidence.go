package event

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// EvidenceFormat names the format of evidence files. docs/event-log.md describes it.
const EvidenceFormat = "horizon-event-evidence/1"

// MaxEvidence is how many events an evidence file holds at most.
const MaxEvidence = 50_000

// evidenceLine is one line of an evidence file: its header, an event with its proof, or its end.
type evidenceLine struct {
	Header *evidenceHeader `json:"evidence,omitempty"`
	Event  *exported       `json:"event,omitempty"`
	Proof  *evidenceProof  `json:"proof,omitempty"`
	End    *evidenceEnd    `json:"end,omitempty"`
}

// evidenceHeader is the first line: what was looked for, and the checkpoint all proofs lead to.
type evidenceHeader struct {
	Format     string `json:"format"`
	Log        string `json:"log"`
	PublicKey  string `json:"publicKey"` // for information: whoever verifies brings their own
	Query      string `json:"query"`     // for information: nothing shows that all it describes is there
	Checkpoint string `json:"checkpoint"`
}

// evidenceProof leads from an event to the root of the checkpoint (RFC 6962, 2.1.1).
type evidenceProof struct {
	Previous string   `json:"previousLeaf,omitempty"`
	Hashes   []string `json:"hashes"`
}

// evidenceEnd is the last line: a file without it was cut off.
type evidenceEnd struct {
	Events int  `json:"events"`
	More   bool `json:"more"` // the query describes more than the file may hold
}

var errEnough = errors.New("the file holds as many events as it may")

// Evidence writes the events the query describes, the newest first and at most MaxEvidence of them, each with the proof that
// it is in the log of the last checkpoint. What is sealed later is left out. No more than a part of them is in memory.
func (l *Log) Evidence(ctx context.Context, who access.Caller, query string, w io.Writer) error {
	return l.evidence(ctx, who, Search{Query: query}, MaxEvidence, w)
}

func (l *Log) evidence(ctx context.Context, who access.Caller, s Search, most int, w io.Writer) error {
	if err := who.May(Read); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10) // so that an error of the first events is answered as one
	x := evidence{enc: json.NewEncoder(out), most: most}
	x.enc.SetEscapeHTML(false)
	err := l.DB.Read(ctx, func(tx *store.Tx) (err error) {
		x.point, err = lastCheckpoint(tx)
		return err
	})
	if err != nil {
		return err
	}
	h := evidenceHeader{Format: EvidenceFormat, Log: l.Key.Name(), PublicKey: l.PublicKey, Query: s.Query, Checkpoint: x.point.Note}
	if err := x.enc.Encode(evidenceLine{Header: &h}); err != nil {
		return err
	}
	err = l.Each(ctx, who, s, func(part []Entry) error {
		return l.DB.Read(ctx, func(tx *store.Tx) error { return x.part(tx, part) })
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	end := evidenceEnd{Events: x.n, More: err != nil}
	return errors.Join(x.enc.Encode(evidenceLine{End: &end}), out.Flush())
}

// evidence is a file that is being written.
type evidence struct {
	enc     *json.Encoder
	point   Checkpoint
	n, most int
}

func (x *evidence) part(tx *store.Tx, part []Entry) error {
	hashes := keeping(tx)
	for _, e := range part {
		if e.Sequence >= x.point.Size {
			continue
		}
		if x.n == x.most {
			return errEnough
		}
		proof, err := leading(hashes, e.Sequence, x.point.Size)
		if err != nil {
			return err
		}
		one := entry{seq: e.Sequence, Event: e.Event, leaf: e.Leaf}
		if err := x.enc.Encode(evidenceLine{Event: one.exported(), Proof: proof}); err != nil {
			return err
		}
		x.n++
	}
	return nil
}

func leading(r hashReader, seq, size int64) (*evidenceProof, error) {
	hashes, err := tlog.ProveRecord(size, seq, r)
	if err != nil {
		return nil, err
	}
	p := &evidenceProof{Hashes: make([]string, 0, len(hashes))}
	for _, h := range hashes {
		p.Hashes = append(p.Hashes, base64.StdEncoding.EncodeToString(h[:]))
	}
	if seq == 0 {
		return p, nil
	}
	previous, err := subtreeOf(r.read, 0, seq-1)
	p.Previous = base64.StdEncoding.EncodeToString(previous[:])
	return p, err
}
