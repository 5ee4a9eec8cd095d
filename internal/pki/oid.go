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

// oidText renders the content of an OBJECT IDENTIFIER, also one with arcs beyond 31 bits, which encoding/asn1 refuses.
func oidText(content []byte) (string, bool) {
	if len(content) == 0 || len(content) > 100 || content[len(content)-1]&0x80 != 0 {
		return "", false
	}
	var out []string
	var arc uint64
	fresh := true
	for _, b := range content {
		if (fresh && b == 0x80) || arc>>57 != 0 {
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
