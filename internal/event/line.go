package event

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// readLine is a line of an export behind the header: an event, or a checkpoint, whose note is then set.
type readLine struct {
	broken bool
	sealed
	note  string
	point Checkpoint
	err   error // of the signature
}

// readLines reads lines and checks the signatures in them.
func readLines(text string, key note.Verifier) []readLine {
	lines := make([]readLine, 0, strings.Count(text, "\n"))
	buffer := make([]byte, 0, len(text))
	for text != "" {
		one, rest, _ := strings.Cut(text, "\n")
		text = rest
		l, more := readOne(one, buffer)
		if buffer = more; l.note != "" {
			l.point, l.err = OpenCheckpoint(l.note, key)
		}
		lines = append(lines, l)
	}
	return lines
}

// readOne reads one line. The bytes of an event go to the buffer.
func readOne(text string, buffer []byte) (l readLine, more []byte) {
	if e, ok := scanEvent(text); ok {
		return sealedOf(e, buffer)
	}
	var one line
	err := json.Unmarshal([]byte(text), &one)
	switch {
	case err == nil && one.Event != nil:
		return sealedOf(one.Event, buffer)
	case err == nil && one.Checkpoint != "":
		return readLine{note: one.Checkpoint}, buffer
	}
	return readLine{broken: true}, buffer
}

func sealedOf(x *exported, buffer []byte) (l readLine, more []byte) {
	e := Event{
		Version: x.Version, ID: x.ID, Code: x.Code, Module: x.Module, Node: x.Node, Time: fromMillis(x.Time),
		Status: x.Status, Details: x.Details,
	}
	at := len(buffer)
	buffer = e.appendCanonical(buffer)
	l.seq, l.seal, l.canonical = x.Sequence, x.Seal, buffer[at:len(buffer):len(buffer)]
	at = len(buffer)
	buffer, err := base64.StdEncoding.AppendDecode(buffer, []byte(x.Leaf))
	l.leaf, l.broken = buffer[at:len(buffer):len(buffer)], err != nil
	return l, buffer
}

// scanEvent reads the line of an event as Export writes it when no text has an escape, which is nearly always: several
// times faster than a reader of any JSON. Everything else is left to that.
func scanEvent(text string) (e *exported, ok bool) {
	s := scan{rest: text, ok: isPlain(text)}
	e = &exported{}
	s.skip(`{"event":{"sequence":`)
	e.Sequence = s.number()
	s.skip(`,"version":`)
	e.Version = int(s.number())
	s.skip(`,"_id":"`)
	e.ID = s.text()
	s.skip(`,"code":"`)
	e.Code = s.text()
	s.skip(`,"module":"`)
	e.Module = s.text()
	s.skip(`,"node":"`)
	e.Node = s.text()
	s.skip(`,"timestamp":`)
	e.Time = s.number()
	s.skip(`,"status":"`)
	e.Status = Status(s.text())
	s.skip(`,"details":[`)
	e.Details = s.details()
	s.skip(`,"seal":"`)
	e.Seal = s.text()
	s.skip(`,"leaf":"`)
	e.Leaf = s.text()
	s.skip(`}}`)
	return e, s.ok && s.rest == ""
}

// isPlain reports whether JSON texts in s are what they stand for: no escapes, no control characters, valid UTF-8.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// scan reads a text from its beginning. Once something is not as it should be, nothing is.
type scan struct {
	rest string
	ok   bool
}

func (s *scan) skip(text string) {
	if s.ok = s.ok && strings.HasPrefix(s.rest, text); s.ok {
		s.rest = s.rest[len(text):]
	}
}

// number reads an integer without a sign.
func (s *scan) number() int64 {
	end := 0
	for end < len(s.rest) && '0' <= s.rest[end] && s.rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(s.rest[:end], 10, strconv.IntSize)
	if err != nil || s.rest[0] == '0' && end > 1 {
		s.ok = false
		return 0
	}
	s.rest = s.rest[end:]
	return n
}

// text reads up to the closing quote, and that.
func (s *scan) text() string {
	end := strings.IndexByte(s.rest, '"')
	if end < 0 {
		s.ok = false
		return ""
	}
	text := s.rest[:end]
	s.rest = s.rest[end+1:]
	return text
}

// details reads the members of the array and its end.
func (s *scan) details() []Detail {
	var details []Detail
	for s.ok && !strings.HasPrefix(s.rest, "]") {
		if len(details) > 0 {
			s.skip(",")
		}
		var d Detail
		s.skip(`{"key":"`)
		d.Key = s.text()
		s.skip(`,"value":"`)
		d.Value = s.text()
		s.skip("}")
		details = append(details, d)
	}
	s.skip("]")
	return details
}
