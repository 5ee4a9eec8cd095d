package api

import (
	"bytes"
	"testing"
)

func FuzzFirstPart(f *testing.F) {
	f.Add("text/plain", []byte("x"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"x509\"\r\n\r\nabc\r\n--b--\r\n"))
	f.Add("multipart/form-data", []byte("--\r\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		got, err := firstPart(contentType, body)
		if err == nil && !bytes.Contains(body, got) && len(got) > len(body) {
			t.Errorf("got %q of %q", got, body)
		}
	})
}
