package pki

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"
)

// Labels of PEM blocks (RFC 7468).
const (
	labelCertificate = "CERTIFICATE"
	labelRequest     = "CERTIFICATE REQUEST"
	labelCRL         = "X509 CRL"
	labelKey         = "PRIVATE KEY"
)

// EncodePEM returns the block without a newline at its end.
func EncodePEM(label string, der []byte) string {
	return strings.TrimSuffix(string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})), "\n")
}

// block returns the DER of a document that is DER already, or the first PEM block with one of the labels.
func block(in []byte, limit int, labels ...string) ([]byte, error) {
	if len(in) > limit {
		return nil, TooLarge.Detail("the limit is %d bytes", limit)
	}
	if len(in) > 1 && in[0] == 0x30 {
		return in, nil
	}
	for rest := in; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if slices.Contains(labels, b.Type) {
			return b.Bytes, nil
		}
	}
	for _, label := range labels {
		if der, ok := bent(in, label); ok {
			return der, nil
		}
	}
	return nil, NotParsable
}

// bent reads a block whose newlines became spaces or were lost on the way, as happens to PEM in URLs and forms.
func bent(in []byte, label string) ([]byte, bool) {
	_, after, ok := bytes.Cut(in, []byte("-----BEGIN "+label+"-----"))
	if !ok {
		return nil, false
	}
	body, _, ok := bytes.Cut(after, []byte("-----END "+label+"-----"))
	if !ok {
		return nil, false
	}
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(body), nil)))
	return der, err == nil && len(der) > 0
}
