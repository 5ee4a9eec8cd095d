package load

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"
)

const answerTime = 10 * time.Minute // for one answer: a million rows, on a busy machine

// Plain returns a client without TLS.
func Plain() *http.Client { return &http.Client{Timeout: answerTime} }

// Connected returns a client that trusts the roots and keeps one connection, as an ordinary client does.
func Connected(roots *x509.CertPool) *http.Client {
	return &http.Client{Timeout: answerTime, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1,
	}}
}
