package pki

import (
	"encoding/asn1"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// parseOID reads a dotted object identifier.
func parseOID(s string) (asn1.ObjectIdentifier, bool) {
	parts := strings.Split(s, ".")
	if len(s) > 200 || len(parts) < 2 {
		return nil, false
	}
	oid := make(asn1.ObjectIdentifier, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 31)
		if err != nil || strconv.FormatUint(n, 10) != p {
			return nil, false
		}
		oid[i] = int(n)
	}
	if oid[0] > 2 || (oid[0] < 2 && oid[1] >= 40) {
		return nil, false
	}
	return oid, true
}

// maxOID is the most bytes an object identifier may have.
const maxOID = 64

// oidContent returns the content of the OBJECT IDENTIFIER of a dotted text, also of one with arcs beyond the 31 bits of
// encoding/asn1.
func oidContent(s string) ([]byte, bool) {
	parts := strings.Split(s, ".")
	if len(s) > 5*maxOID || len(parts) < 2 {
		return nil, false
	}
	var out []byte
	var first uint64
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 63)
		if err != nil || strconv.FormatUint(n, 10) != p {
			return nil, false
		}
		switch i {
		case 0:
			first = n
			continue
		case 1:
			if first > 2 || (first < 2 && n >= 40) {
				return nil, false
			}
			n += 40 * first
		}
		out = appendArc(out, n)
	}
	return out, len(out) <= maxOID
}

func appendArc(out []byte, n uint64) []byte {
	for shift := 63; shift > 0; shift -= 7 {
		if n>>shift != 0 {
			out = append(out, byte(n>>shift)|0x80)
		}
	}
	return append(out, byte(n&0x7f))
}

// oidText renders the content of an OBJECT IDENTIFIER as oidContent reads it.
func oidText(content []byte) (string, bool) {
	if len(content) == 0 || len(content) > maxOID || content[len(content)-1]&0x80 != 0 {
		return "", false
	}
	var out []string
	var arc uint64
	fresh := true
	for _, b := range content {
		if (fresh && b == 0x80) || arc>>55 != 0 {
			return "", false
		}
		arc, fresh = arc<<7|uint64(b&0x7f), false
		if b&0x80 != 0 {
			continue
		}
		if out == nil {
			first := min(arc/40, 2)
			out, arc = append(out, strconv.FormatUint(first, 10)), arc-40*first
		}
		out, arc, fresh = append(out, strconv.FormatUint(arc, 10)), 0, true
	}
	return strings.Join(out, "."), true
}

// built returns what the builder holds; an error is one of the values handed to it.
func built(b *cryptobyte.Builder) ([]byte, error) {
	der, err := b.Bytes()
	if err != nil {
		return nil, BadTemplate.Because(err)
	}
	return der, nil
}
