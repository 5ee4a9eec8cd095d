package event

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/horizon-clm/horizon/internal/store"
)

// ExportFormat names the format of export files. docs/event-log.md describes it.
const ExportFormat = "horizon-event-log/1"

// line is one line of an export file: exactly one member is set.
type line struct {
	Header     *header   `json:"header,omitempty"`
	Event      *exported `json:"event,omitempty"`
	Checkpoint string    `json:"checkpoint,omitempty"`
}

// header is the first line: what the file covers, and the hashes of what comes before.
type header struct {
	Format    string   `json:"format"`
	Log       string   `json:"log"`
	PublicKey string   `json:"publicKey"` // for information: whoever verifies brings their own
	First     int64    `json:"first"`     // sequence number of the first event
	Size      int64    `json:"size"`      // entries covered by the last checkpoint
	Previous  string   `json:"previousLeaf,omitempty"`
	Before    []string `json:"before,omitempty"` // roots of the complete subtrees of the entries before the first
}

// exported is an event as it stands in the file.
type exported struct {
	Sequence int64    `json:"sequence"`
	Version  int      `json:"version"`
	ID       string   `json:"_id"`
	Code     string   `json:"code"`
	Module   string   `json:"module"`
	Node     string   `json:"node"`
	Time     int64    `json:"timestamp"`
	Status   Status   `json:"status"`
	Details  []Detail `json:"details"`
	Seal     string   `json:"seal"`
	Leaf     string   `json:"leaf"`
}

const exportChunk = 2048 // rows read at a time

// Export writes the events from a sequence number to the last checkpoint, so that they verify without the database.
func (l *Log) Export(ctx context.Context, w io.Writer, from int64) (n int64, err error) {
	out := bufio.NewWriterSize(w, 1<<20)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		h, err := l.exportHeader(tx, from)
		if err != nil {
			return err
		}
		if err := enc.Encode(line{Header: &h}); err != nil {
			return err
		}
		x := exporter{tx: tx, enc: enc, next: h.First, size: h.Size}
		err = x.run()
		n = x.n
		return err
	})
	return n, errors.Join(err, out.Flush())
}

func (l *Log) exportHeader(tx *store.Tx, from int64) (header, error) {
	last, err := lastCheckpoint(tx)
	if err != nil {
		return header{}, err
	}
	purged, err := l.purgedBefore(tx)
	if err != nil {
		return header{}, err
	}
	h := header{Format: ExportFormat, Log: l.Key.Name(), PublicKey: l.PublicKey, First: min(max(from, purged), last.Size), Size: last.Size}
	if h.First == 0 {
		return h, nil
	}
	edge, err := split(tx, h.First)
	if err != nil {
		return h, err
	}
	for _, hash := range edge {
		h.Before = append(h.Before, base64.StdEncoding.EncodeToString(hash[:]))
	}
	previous, err := subtree(tx, 0, h.First-1)
	h.Previous = base64.StdEncoding.EncodeToString(previous[:])
	return h, err
}

func (l *Log) purgedBefore(tx *store.Tx) (int64, error) {
	text, err := purgeNote(tx)
	if err != nil || text == "" {
		return 0, err
	}
	return openPurge(text, l.Key)
}

// exporter writes the lines behind the header.
type exporter struct {
	tx         *store.Tx
	enc        *json.Encoder
	next, size int64
	points     []Checkpoint // the next ones, in order
	n          int64        // events written
}

func (x *exporter) run() (err error) {
	if x.points, err = checkpointsFrom(x.tx, x.next+1, exportChunk); err != nil {
		return err
	}
	for x.next < x.size {
		entries, err := entriesFrom(x.tx, x.next, int(min(exportChunk, x.size-x.next)))
		if err != nil || len(entries) == 0 {
			return errors.Join(err, fmt.Errorf("the entry %d is missing", x.next))
		}
		for _, one := range entries {
			if one.seq >= x.size {
				return fmt.Errorf("the entry %d is missing", x.next)
			}
			if err := x.entry(one); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry writes an entry, and the checkpoints that end with it.
func (x *exporter) entry(one entry) error {
	if err := x.enc.Encode(line{Event: one.exported()}); err != nil {
		return err
	}
	x.n++
	x.next = one.seq + 1
	for len(x.points) > 0 && x.points[0].Size <= x.next {
		if err := x.enc.Encode(line{Checkpoint: x.points[0].Note}); err != nil {
			return err
		}
		x.points = x.points[1:]
		if len(x.points) > 0 {
			continue
		}
		var err error
		if x.points, err = checkpointsFrom(x.tx, x.next+1, exportChunk); err != nil {
			return err
		}
	}
	return nil
}

func (e entry) exported() *exported {
	details := e.Details
	if details == nil {
		details = []Detail{}
	}
	return &exported{
		Sequence: e.seq, Version: e.Version, ID: e.ID, Code: e.Code, Module: e.Module, Node: e.Node, Time: e.Time.UnixMilli(),
		Status: e.Status, Details: details, Seal: e.Seal, Leaf: base64.StdEncoding.EncodeToString(e.leaf),
	}
}
