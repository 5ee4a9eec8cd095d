package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"math/big"
	"runtime"
	"syscall"
	"time"
)

// bare is what public-key operations cost alone, in processor time of one thread: hashing and signature,
// without reading or writing any format.
type bare struct {
	verify time.Duration // one ES256 signature of a request
	csr    time.Duration // the signature of a certificate request
	sign   time.Duration // the signature of a certificate
	key    time.Duration // a new key
}

// of is the sum for an order of so many requests that are signed. TLS costs none: connections are kept.
func (b bare) of(requests float64) time.Duration {
	return time.Duration(requests*float64(b.verify)) + b.csr + b.sign
}

// enroll is the sum for an enrollment over REST: the certificate is signed, for the key of a CSR or for one that is made.
func (b bare) enroll(central bool) time.Duration {
	if central {
		return b.key + b.sign
	}
	return b.csr + b.sign
}

const (
	bareRounds = 2000
	jwsBytes   = 600  // of protected header and payload, as they are signed
	tbsBytes   = 550  // of a certificate, as it is signed
	rusageThis = 0x01 // RUSAGE_THREAD of Linux
)

// thread returns the processor time of the calling thread.
func thread() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(rusageThis, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// each returns what one call of fn costs.
func each(fn func() bool) (time.Duration, error) {
	for range bareRounds / 10 {
		fn()
	}
	began := thread()
	for range bareRounds {
		if !fn() {
			return 0, errors.New("a signature does not hold")
		}
	}
	return (thread() - began) / bareRounds, nil
}

// measureBare measures each operation.
func measureBare() (b bare, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return b, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"a.localhost"}}, key)
	if err != nil {
		return b, err
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return b, err
	}
	request, certificate := make([]byte, jwsBytes), make([]byte, tbsBytes)
	digest := sha256.Sum256(request)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return b, err
	}
	raw := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	for _, one := range []struct {
		to *time.Duration
		fn func() bool
	}{
		{&b.verify, func() bool {
			digest := sha256.Sum256(request)
			return ecdsa.Verify(&key.PublicKey, digest[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:]))
		}},
		{&b.csr, func() bool { return csr.CheckSignature() == nil }},
		{&b.sign, func() bool {
			digest := sha256.Sum256(certificate)
			_, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
			return err == nil
		}},
		{&b.key, func() bool {
			_, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			return err == nil
		}},
	} {
		if *one.to, err = each(one.fn); err != nil {
			return b, err
		}
	}
	return b, nil
}

// mean is the mean of two measurements.
func mean(a, b bare) bare {
	return bare{(a.verify + b.verify) / 2, (a.csr + b.csr) / 2, (a.sign + b.sign) / 2, (a.key + b.key) / 2}
}
