package acme

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// maxBody is the most bytes a request may have.
const maxBody = 64 << 10

// message is a signed request in the flattened JSON form (RFC 8555, 6.2; RFC 7515, 7.2.2), not yet verified.
type message struct {
	alg, nonce, url, kid string
	hasNonce             bool
	jwk                  json.RawMessage
	payload              []byte // empty is POST-as-GET
	signed               []byte // what the signature is over
	signature            []byte
}

// parseJWS reads a message. It verifies nothing.
func parseJWS(body []byte) (*message, error) {
	if len(body) > maxBody {
		return nil, malformed.Detail("a request has at most %d bytes", maxBody)
	}
	var protected, payload, signature *string
	err := members(body, func(name string, value json.RawMessage) error {
		switch name {
		case "protected":
			return text(value, &protected)
		case "payload":
			return text(value, &payload)
		case "signature":
			return text(value, &signature)
		case "header": // RFC 8555, 6.2
			return errors.New("an unprotected header is not accepted")
		case "signatures": // RFC 8555, 6.2
			return errors.New("one signature is accepted, in the flattened form")
		}
		return nil // RFC 7515, 7.2.1: further members are ignored
	})
	if err != nil {
		return nil, malformed.Detail("%s", err)
	}
	if protected == nil || payload == nil || signature == nil {
		return nil, malformed.Detail("a JWS in the flattened form has the members protected, payload and signature")
	}
	m := &message{signed: []byte(*protected + "." + *payload)}
	header, err1 := decode64(*protected)
	var err2, err3 error
	m.payload, err2 = decode64(*payload)
	m.signature, err3 = decode64(*signature)
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, malformed.Detail("a member of the JWS is not base64url without padding")
	}
	return m, m.readHeader(header)
}

func (m *message) readHeader(header []byte) error {
	var alg, nonce, target, kid *string
	err := members(header, func(name string, value json.RawMessage) error {
		switch name {
		case "alg":
			return text(value, &alg)
		case "nonce":
			return text(value, &nonce)
		case "url":
			return text(value, &target)
		case "kid":
			return text(value, &kid)
		case "jwk":
			m.jwk = value
		case "crit": // RFC 7515, 4.1.11: no extension is known
			return errors.New("the header parameter crit is not accepted")
		case "b64": // RFC 8555, 6.2: no unencoded payload
			return errors.New("the header parameter b64 is not accepted")
		}
		return nil
	})
	if err != nil {
		return malformed.Detail("the protected header: %s", err)
	}
	if alg == nil {
		return malformed.Detail("the protected header has no alg")
	}
	if nonce != nil {
		m.hasNonce, m.nonce = true, *nonce
	}
	if target != nil {
		m.url = *target
	}
	if kid != nil {
		m.kid = *kid
	}
	m.alg = *alg
	if (kid == nil) == (m.jwk == nil) { // RFC 8555, 6.2
		return malformed.Detail("the protected header has exactly one of jwk and kid")
	}
	return nil
}

// decode64 reads base64url without padding, line ends or surplus bits (RFC 8555, 6.1).
func decode64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("base64url has no line ends")
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// into reads the payload of a message, which is a JSON object; members that are not known are ignored.
func (m *message) into(v any) error {
	if len(m.payload) == 0 || bytes.TrimLeft(m.payload, " \t\r\n")[0] != '{' {
		return malformed.Detail("the payload is not a JSON object")
	}
	if err := json.Unmarshal(m.payload, v); err != nil {
		return malformed.Detail("the payload does not have the form of this request").Because(err)
	}
	return nil
}
