package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"
)

const answerTime = time.Minute // for one answer

// plain is a client without TLS.
func plain() *http.Client { return &http.Client{Timeout: answerTime} }

// connected is a client that keeps one connection, as an ordinary ACME client does.
func connected(roots *x509.CertPool) *http.Client {
	return &http.Client{Timeout: answerTime, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1,
	}}
}
