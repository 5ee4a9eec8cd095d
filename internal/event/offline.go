package event

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	maxLine   = 4 << 20
	batchSize = 128 << 10 // bytes of lines read by one goroutine at a time
)

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
	f := &file{checker: checker{outside: outside}}
	if err := f.begin(*first.Header); err != nil {
		return Report{}, err
	}
	inOrder(batches(s),
		func(text string) []readLine { return readLines(text, key) },
		func(lines []readLine) bool {
			for i := 0; i < len(lines) && f.Problem == nil; i++ {
				f.line(&lines[i])
			}
			return f.Problem == nil
		})
	if err := s.Err(); err != nil && f.Problem == nil {
		return Report{}, fmt.Errorf("reading the export: %w", err)
	}
	f.finish()
	return f.Report, nil
}

// batches joins lines, so that a goroutine has something to do.
func batches(s *bufio.Scanner) iter.Seq[string] {
	return func(yield func(string) bool) {
		var b []byte
		for s.Scan() {
			b = append(append(b, s.Bytes()...), '\n')
			if len(b) >= batchSize {
				if !yield(string(b)) {
					return
				}
				b = b[:0]
			}
		}
		if len(b) > 0 {
			yield(string(b))
		}
	}
}

// file is an export that is being verified.
type file struct{ checker }

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
	f.atOutside()
	return nil
}

func (f *file) line(l *readLine) {
	switch {
	case l.broken:
		f.fail(f.next, whyUnreadable)
	case l.note == "":
		f.entry(&l.sealed)
		f.atOutside()
	case l.err != nil:
		f.fail(f.matched, "a checkpoint after entry %d is not signed by the log's key", f.next-1)
	case l.point.Size != f.next:
		f.fail(min(l.point.Size, f.next), "the checkpoint of size %d stands behind entry %d", l.point.Size, f.next-1)
	default:
		f.Note = l.note
		f.point(l.point)
	}
}

// finish checks that the file is whole: its last line is the checkpoint that covers it.
func (f *file) finish() {
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
