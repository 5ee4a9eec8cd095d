package api

import (
	"bytes"
	"testing"
)

func FuzzReadForm(f *testing.F) {
	f.Add("text/plain", []byte("x"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"x509\"\r\n\r\nabc\r\n--b--\r\n"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"order\"\r\n\r\nltr\r\n--b--\r\n"))
	f.Add("multipart/form-data", []byte("--\r\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		got, err := readForm(contentType, body)
		if err == nil && !bytes.Contains(body, got.file) && len(got.file) > len(body) {
			t.Errorf("got %q of %q", got.file, body)
		}
	})
}

func FuzzReadChallenge(f *testing.F) {
	f.Add([]byte(`{"profile": "devices", "challenge": "one-time-challenge", "template": {"csr": "x", "sans": [{"type": "DNSNAME", "value": ["a.example.org"]}]}}`))
	f.Add([]byte(`{"challenge": {"value": "x"}, "template": null}`))
	f.Add([]byte(`{"template": {"subject": [{"element": "cn.1", "value": null}], "labels": [{"label": "a", "value": "b"}], "owner": {"value": "c"}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := readChallenge(body)
		if err == nil && (len(u.Challenge.Reveal()) > maxChallenge || u.Sheet.Owner.Sent || len(u.Sheet.Labels) > 0) {
			t.Errorf("got %+v of %q, want no more than a challenge may say", u, body)
		}
	})
}
