package pki

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// appendHeader appends tag and length of a DER value of n bytes.
func appendHeader(b []byte, tag casn1.Tag, n int) []byte {
	b = append(b, byte(tag))
	switch {
	case n < 0x80:
		return append(b, byte(n))
	case n < 0x100:
		return append(b, 0x81, byte(n))
	case n < 0x10000:
		return append(b, 0x82, byte(n>>8), byte(n))
	case n < 0x1000000:
		return append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// appendInteger appends an unsigned number of big-endian bytes as INTEGER.
func appendInteger(b, n []byte) []byte {
	for len(n) > 0 && n[0] == 0 {
		n = n[1:]
	}
	if len(n) == 0 || n[0]&0x80 != 0 {
		b = appendHeader(b, casn1.INTEGER, len(n)+1)
		b = append(b, 0)
		return append(b, n...)
	}
	b = appendHeader(b, casn1.INTEGER, len(n))
	return append(b, n...)
}

const (
	utcTime         = "060102150405Z"
	generalizedTime = "20060102150405Z"
)

// appendTime appends a Time: UTCTime until 2049 and GeneralizedTime beyond (RFC 5280, 4.1.2.5).
func appendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	if y := t.Year(); y >= 1950 && y < 2050 {
		b = appendHeader(b, casn1.UTCTime, len(utcTime))
		return t.AppendFormat(b, utcTime)
	}
	b = appendHeader(b, casn1.GeneralizedTime, len(generalizedTime))
	return t.AppendFormat(b, generalizedTime)
}

// readTime reads a Time in the one form RFC 5280, 4.1.2.5 allows: with seconds, in Zulu.
func readTime(in *cryptobyte.String) (time.Time, bool) {
	var v cryptobyte.String
	var tag casn1.Tag
	if !in.ReadAnyASN1(&v, &tag) {
		return time.Time{}, false
	}
	century := 0
	switch {
	case tag == casn1.UTCTime && len(v) == len(utcTime):
		century = 1900
		if v[0] < '5' {
			century = 2000
		}
	case tag == casn1.GeneralizedTime && len(v) == len(generalizedTime):
		c, ok := pairs(v[:2])
		if !ok {
			return time.Time{}, false
		}
		century, v = c[0]*100, v[2:]
	default:
		return time.Time{}, false
	}
	f, ok := pairs(v[:12])
	if !ok || v[12] != 'Z' || f[1] < 1 || f[1] > 12 || f[3] > 23 || f[4] > 59 || f[5] > 59 {
		return time.Time{}, false
	}
	t := time.Date(century+f[0], time.Month(f[1]), f[2], f[3], f[4], f[5], 0, time.UTC)
	return t, t.Day() == f[2]
}

// pairs reads numbers of two digits each.
func pairs(digits []byte) (n [6]int, ok bool) {
	for i := 0; i+1 < len(digits); i += 2 {
		tens, ones := digits[i]-'0', digits[i+1]-'0'
		if tens > 9 || ones > 9 {
			return n, false
		}
		n[i/2] = int(tens)*10 + int(ones)
	}
	return n, true
}
