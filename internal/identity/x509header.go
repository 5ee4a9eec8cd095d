package identity

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
)

const maxHeader = 32 << 10 // bytes of a certificate in a header

// parseHeader reads the certificate a proxy passes on: PEM in URL encoding (nginx: $ssl_client_escaped_cert), PEM on one
// line, base64 of the DER (HAProxy: ssl_c_der,base64), or that between colons (RFC 9440, 2.2). Several headers are none:
// one of them may have come from the client.
func parseHeader(values []string) (*pki.Certificate, error) {
	if len(values) != 1 || len(values[0]) > maxHeader {
		return nil, trust.NotTrusted.Detail("the header is there twice, or too long")
	}
	der, ok := headerDER(strings.TrimSpace(values[0]))
	if !ok {
		return nil, trust.NotTrusted.Detail("the header holds no certificate: expected PEM in URL encoding or on one line, or base64 of the DER")
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		return nil, trust.NotTrusted.Detail("the header holds no certificate").Because(err)
	}
	return c, nil
}

const (
	pemBegin = "-----BEGIN CERTIFICATE-----"
	pemEnd   = "-----END CERTIFICATE-----"
)

func headerDER(text string) ([]byte, bool) {
	if strings.Contains(text, "%") {
		plain, err := url.PathUnescape(text) // a plus sign is one of base64
		if err != nil {
			return nil, false
		}
		text = plain
	}
	if body, ok := strings.CutPrefix(text, pemBegin); ok {
		if text, _, ok = strings.Cut(body, pemEnd); !ok { // those above it may follow
			return nil, false
		}
	} else if inner, ok := strings.CutPrefix(text, ":"); ok {
		if text, ok = strings.CutSuffix(inner, ":"); !ok {
			return nil, false
		}
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return der, err == nil && len(der) > 0
}
