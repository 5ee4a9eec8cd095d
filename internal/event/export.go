package event

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

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
		n, err = exportFrom(tx, enc, h.First, h.Size)
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

func exportFrom(tx *store.Tx, enc *json.Encoder, next, size int64) (n int64, err error) {
	points, err := checkpointsFrom(tx, next+1, verifyChunk)
	for next < size && err == nil {
		entries, e := entriesFrom(tx, next, verifyChunk)
		if e != nil || len(entries) == 0 {
			return n, errors.Join(e, fmt.Errorf("the entry %d is missing", next))
		}
		for _, one := range entries {
			if next >= size {
				break
			}
			if err = enc.Encode(line{Event: one.exported()}); err != nil {
				return n, err
			}
			n++
			next = one.seq + 1
			for len(points) > 0 && points[0].Size <= next {
				if err = enc.Encode(line{Checkpoint: points[0].Note}); err != nil {
					return n, err
				}
				if points = points[1:]; len(points) == 0 {
					if points, err = checkpointsFrom(tx, next+1, verifyChunk); err != nil {
						return n, err
					}
				}
			}
		}
	}
	return n, err
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

const maxLine = 4 << 20

// VerifyExport verifies an export file with the public key alone. The error is for a file that is none; what does not
// hold is in the report.
func VerifyExport(r io.Reader, key note.Verifier, outside *Checkpoint) (Report, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	if !s.Scan() {
		return Report{}, errors.Join(errors.New("the file is empty"), s.Err())
	}
	var first line
	if err := json.Unmarshal(s.Bytes(), &first); err != nil || first.Header == nil || first.Header.Format != ExportFormat {
		return Report{}, fmt.Errorf("the file does not begin with the header of an export (%s)", ExportFormat)
	}
	f := &file{key: key, outside: outside}
	if err := f.begin(*first.Header); err != nil {
		return Report{}, err
	}
	for f.Problem == nil && s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			f.fail(f.next, whyUnreadable)
			break
		}
		f.line(l)
	}
	if err := s.Err(); err != nil {
		return Report{}, fmt.Errorf("reading the export: %w", err)
	}
	f.end()
	return f.Report, nil
}

// file is an export that is being verified.
type file struct {
	checker
	key     note.Verifier
	outside *Checkpoint
}

func (f *file) begin(h header) error {
	f.start, f.next, f.matched, f.Size = h.First, h.First, h.First, h.Size
	if h.First < 0 || len(h.Before) > 63 {
		return errors.New("the header of the export makes no sense")
	}
	for _, text := range h.Before {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != tlog.HashSize {
			return errors.New("the header of the export has a hash that is none")
		}
		f.edge = append(f.edge, tlog.Hash(raw))
	}
	previous, err := base64.StdEncoding.DecodeString(h.Previous)
	if err != nil {
		return errors.New("the header of the export has a hash that is none")
	}
	if len(previous) > 0 {
		f.previous = previous
	}
	if f.outside != nil && f.outside.Size == f.next && f.edge.root() != f.outside.Root {
		f.fail(f.next, "the entries up to %d do not match the checkpoint kept outside", f.next)
	}
	return nil
}

func (f *file) line(l line) {
	switch {
	case l.Event != nil:
		f.one(l.Event)
	case l.Checkpoint != "":
		c, err := OpenCheckpoint(l.Checkpoint, f.key)
		switch {
		case err != nil:
			f.fail(f.matched, "a checkpoint after entry %d is not signed by the log's key", f.next-1)
		case c.Size != f.next:
			f.fail(min(c.Size, f.next), "the checkpoint of size %d stands behind entry %d", c.Size, f.next-1)
		default:
			f.Note = l.Checkpoint
			f.point(c)
		}
	default:
		f.fail(f.next, whyUnreadable)
	}
}

func (f *file) one(x *exported) {
	leaf, err := base64.StdEncoding.DecodeString(x.Leaf)
	if err != nil {
		f.fail(f.next, whyUnreadable)
		return
	}
	e := entry{seq: x.Sequence, leaf: leaf, Event: Event{
		Version: x.Version, ID: x.ID, Code: x.Code, Module: x.Module, Node: x.Node, Time: fromMillis(x.Time),
		Status: x.Status, Details: x.Details, Seal: x.Seal,
	}}
	if f.entry(&e); f.Problem == nil && f.outside != nil && f.outside.Size == f.next && f.edge.root() != f.outside.Root {
		f.fail(f.matched, "the entries up to %d do not match the checkpoint kept outside", f.next)
	}
}

// end checks that the file is whole: its last line is the checkpoint that covers it.
func (f *file) end() {
	switch {
	case f.Problem != nil:
	case f.next < f.Size:
		f.fail(f.next, whyMissing)
	case f.matched != f.next || f.next == f.start && f.Size > 0 && f.start == 0:
		f.fail(f.matched, whyUncovered)
	case f.outside != nil && f.outside.Size > f.next:
		f.fail(f.next, "the export is older than the checkpoint kept outside: it covers %d entries, the checkpoint %d", f.next, f.outside.Size)
	}
}
