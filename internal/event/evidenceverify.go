package event

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// EvidenceReport is the outcome of the verification of an evidence file.
type EvidenceReport struct {
	Held    int64    // events that stand in the log as they stand in the file
	Size    int64    // entries of the log by the checkpoint
	Marked  int64    // events the log itself marks: their seal did not hold when they were taken in
	More    bool     // whether the query described more than the file may hold
	Query   string   // what was looked for, as the file says
	Problem *Problem // the first event that does not hold
	Note    string   // the checkpoint
}

// IsEvidence reports whether a file begins as evidence does, and not as an export of the log.
func IsEvidence(r *bufio.Reader) bool {
	const begin = `{"evidence":`
	text, _ := r.Peek(len(begin))
	return string(text) == begin
}

const maxProof = 64 // hashes: a log has no more entries than 2^63

// VerifyEvidence verifies an evidence file with the public key alone, and compares its checkpoint with one kept outside. The
// error is for a file that is none or cannot be compared; what does not hold is in the report.
func VerifyEvidence(r io.Reader, key note.Verifier, outside *Checkpoint) (EvidenceReport, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	if !s.Scan() {
		return EvidenceReport{}, errors.Join(errors.New("the file is empty"), s.Err())
	}
	var first evidenceLine
	if err := json.Unmarshal(s.Bytes(), &first); err != nil || first.Header == nil || first.Header.Format != EvidenceFormat {
		return EvidenceReport{}, fmt.Errorf("the file does not begin with the header of evidence (%s)", EvidenceFormat)
	}
	p, err := OpenCheckpoint(first.Header.Checkpoint, key)
	if err != nil {
		return EvidenceReport{}, err
	}
	v := proven{point: p, last: p.Size, EvidenceReport: EvidenceReport{Size: p.Size, Query: first.Header.Query, Note: p.Note}}
	if err := v.compare(outside); err != nil || v.Problem != nil {
		return v.EvidenceReport, err
	}
	for v.Problem == nil && s.Scan() {
		v.line(s.Bytes())
	}
	if err := s.Err(); err != nil && v.Problem == nil {
		return EvidenceReport{}, fmt.Errorf("reading the evidence: %w", err)
	}
	if v.Problem == nil && !v.ended {
		return EvidenceReport{}, errors.New("the file was cut off: its last line is missing")
	}
	return v.EvidenceReport, nil
}

// proven is an evidence file that is being verified.
type proven struct {
	EvidenceReport
	point  Checkpoint
	last   int64 // sequence number of the event before: the newest come first
	ended  bool
	buffer []byte
}

func (v *proven) fail(seq int64, why string) { v.Problem = &Problem{seq, why} }

// compare holds the checkpoint against one kept outside. Of different sizes that takes a proof of its own.
func (v *proven) compare(outside *Checkpoint) error {
	switch {
	case outside == nil:
	case outside.Size != v.Size:
		return fmt.Errorf("the checkpoint kept outside covers %d entries and that of the file %d: GET /api/v1/events/consistency proves that one continues the other", outside.Size, v.Size)
	case outside.Root != v.point.Root:
		v.fail(0, fmt.Sprintf(whyOutside, v.Size))
	}
	return nil
}

func (v *proven) line(text []byte) {
	var l evidenceLine
	err := json.Unmarshal(text, &l)
	switch {
	case v.ended || err != nil || l.End == nil && (l.Event == nil || l.Proof == nil):
		v.fail(v.last, "what stands behind this entry cannot be read")
	case l.End == nil:
		v.event(l.Event, l.Proof)
	case int64(l.End.Events) != v.Held:
		v.fail(v.last, fmt.Sprintf("the file holds %d events in place of %d", v.Held, l.End.Events))
	default:
		v.ended, v.More = true, l.End.More
	}
}

// event checks that an event stands in the tree of the checkpoint.
func (v *proven) event(x *exported, p *evidenceProof) {
	one, buffer := sealedOf(x, v.buffer[:0])
	v.buffer = buffer
	hashes, previous, ok := p.read()
	switch {
	case one.broken || !ok:
		v.fail(x.Sequence, whyUnreadable)
		return
	case x.Sequence < 0 || x.Sequence >= v.last:
		v.fail(x.Sequence, "the entry does not stand before the one above it, or is not covered by the checkpoint")
		return
	}
	leaf := LeafHash(one.seq, one.seal, previous, one.canonical)
	if !bytes.Equal(leaf[:], one.leaf) {
		v.fail(x.Sequence, whyChanged)
		return
	}
	if err := tlog.CheckRecord(hashes, v.Size, v.point.Root, x.Sequence, leaf); err != nil {
		v.fail(x.Sequence, "the entry is not in the log of the checkpoint")
		return
	}
	if Marked(one.seal) {
		v.Marked++
	}
	v.last = x.Sequence
	v.Held++
}

func (p *evidenceProof) read() (hashes tlog.RecordProof, previous []byte, ok bool) {
	if len(p.Hashes) > maxProof {
		return nil, nil, false
	}
	for _, text := range p.Hashes {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, nil, false
		}
		hashes = append(hashes, tlog.Hash(raw))
	}
	previous, err := base64.StdEncoding.DecodeString(p.Previous)
	if len(previous) == 0 {
		previous = nil
	}
	return hashes, previous, err == nil
}
