// Package event is the sealed log of everything that was attempted: the catalogue of codes, the facts each carries,
// the store of pending events, the log they are sealed into, and its verification.
//
// An event is written, with its seal, in the transaction of what it records, and waits as pending. One sealer among all
// nodes moves pending events into the log: it checks the seal, gives the next sequence number, chains the event to the
// one before, adds it to a Merkle tree and signs the tree.
package event

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// FormatVersion is the version of the canonical form.
const FormatVersion = 1

// Event is one recorded attempt.
type Event struct {
	Version int
	ID      string // 24 lower-case hex
	Code    string
	Module  string
	Node    string    // the server that recorded it
	Time    time.Time // whole milliseconds, UTC
	Status  Status
	Details []Detail
	Seal    string // HS512:<key id>:<base64>, or what the sealer put in its place
}

// Detail is one fact of an event. Keys may repeat; their order is part of the event.
type Detail struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Detail returns the first value of the key, or "".
func (e Event) Detail(key string) string {
	for _, d := range e.Details {
		if d.Key == key {
			return d.Value
		}
	}
	return ""
}

// Canonical returns the bytes that are sealed: version, id, code, module, node, time in milliseconds, status, then each
// key and value in order, every one as a netstring "length:bytes,".
func (e Event) Canonical() []byte {
	return e.appendCanonical(make([]byte, 0, 256+64*len(e.Details)))
}

func (e *Event) appendCanonical(b []byte) []byte {
	b = e.appendHead(b)
	for _, d := range e.Details {
		b = netstring(b, d.Key)
		b = netstring(b, d.Value)
	}
	return b
}

// appendHead writes the part of the canonical form before the details.
func (e *Event) appendHead(b []byte) []byte {
	b = netnumber(b, int64(e.Version))
	b = netstring(b, e.ID)
	b = netstring(b, e.Code)
	b = netstring(b, e.Module)
	b = netstring(b, e.Node)
	b = netnumber(b, e.Time.UnixMilli())
	return netstring(b, string(e.Status))
}

// netnumber writes a number in decimal as a netstring.
func netnumber(b []byte, n int64) []byte {
	var digits [20]byte
	return netstring(b, strconv.AppendInt(digits[:0], n, 10))
}

func netstring[T string | []byte](b []byte, s T) []byte {
	b = strconv.AppendInt(b, int64(len(s)), 10)
	b = append(b, ':')
	b = append(b, s...)
	return append(b, ',')
}

var errCanonical = errors.New("event: the bytes are not the canonical form of an event")

// maxCanonical limits what Decode reads.
const maxCanonical = 1 << 20

// Decode reads the canonical form.
func Decode(canonical []byte) (Event, error) {
	if len(canonical) > maxCanonical {
		return Event{}, errCanonical
	}
	var fields [7]string
	rest := canonical
	var err error
	for i := range fields {
		if fields[i], rest, err = cutNetstring(rest); err != nil {
			return Event{}, err
		}
	}
	version, err1 := strconv.Atoi(fields[0])
	ms, err2 := strconv.ParseInt(fields[5], 10, 64)
	if err1 != nil || err2 != nil {
		return Event{}, errCanonical
	}
	e := Event{
		Version: version, ID: fields[1], Code: fields[2], Module: fields[3], Node: fields[4],
		Time: time.UnixMilli(ms).UTC(), Status: Status(fields[6]),
	}
	for len(rest) > 0 {
		var d Detail
		if d.Key, rest, err = cutNetstring(rest); err != nil {
			return Event{}, err
		}
		if d.Value, rest, err = cutNetstring(rest); err != nil {
			return Event{}, err
		}
		e.Details = append(e.Details, d)
	}
	if !bytes.Equal(e.Canonical(), canonical) { // one event, one form: no leading zeros, no signs
		return Event{}, errCanonical
	}
	return e, nil
}

func cutNetstring(b []byte) (s string, rest []byte, err error) {
	colon := bytes.IndexByte(b[:min(len(b), 8)], ':')
	if colon < 1 {
		return "", nil, errCanonical
	}
	n, err := strconv.Atoi(string(b[:colon]))
	b = b[colon+1:]
	if err != nil || n < 0 || len(b) < n+1 || b[n] != ',' {
		return "", nil, errCanonical
	}
	return string(b[:n]), b[n+1:], nil
}

// Status is how an attempt ended.
type Status string

// The three statuses, as they are on the wire.
const (
	Success Status = "success"
	Failure Status = "failure"
	Warning Status = "warning"
)

// String returns the event in one line for people.
func (e Event) String() string {
	return fmt.Sprintf("%s %s %s", e.Time.Format(time.RFC3339Nano), e.Code, e.Status)
}
