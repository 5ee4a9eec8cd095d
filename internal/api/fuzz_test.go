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
