package pki

import (
	"crypto"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Document is what a text or a file turned out to be: exactly one member is set.
type Document struct {
	Certificates []*Certificate
	Request      *CSR
	List         *CRL
	Key          crypto.Signer
	PKCS12       bool // a store, which only its password opens
}

// Detect finds out what a document in PEM or DER is. What has the form of one kind and breaks its rules is refused as that.
func Detect(in []byte) (d Document, err error) {
	for _, read := range []func() error{
		func() (err error) { d.Certificates, err = ParseBundle(in); return err },
		func() (err error) { d.Request, err = ParseCSR(in); return err },
		func() (err error) { d.List, err = ParseCRL(in); return err },
		func() (err error) { d.Key, err = ParseKey(in); return err },
	} {
		d = Document{}
		if err = read(); err == nil {
			return d, nil
		}
		if !errors.Is(err, NotParsable) && !errors.Is(err, BadKey) {
			return Document{}, err
		}
	}
	if isPKCS12(in) {
		return Document{PKCS12: true}, nil
	}
	return Document{}, NotParsable
}

// isPKCS12 reports whether the document begins as a PFX of version 3 (RFC 7292, 4).
func isPKCS12(in []byte) bool {
	var body cryptobyte.String
	var version int
	s := cryptobyte.String(in)
	return len(in) <= MaxBundle && s.ReadASN1(&body, casn1.SEQUENCE) && body.ReadASN1Integer(&version) && version == 3 && body.PeekASN1Tag(casn1.SEQUENCE)
}
