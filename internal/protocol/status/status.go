// Package status is the door for relying parties, over plain HTTP: revocation lists, CA certificates and OCSP. Nobody says
// who they are; everything it serves is signed.
package status

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/web"
)

// Door serves what an engine has signed.
type Door struct {
	Host   *web.Host
	Engine *authority.Engine
}

// New returns the door of an engine.
func New(h *web.Host, e *authority.Engine) *Door { return &Door{Host: h, Engine: e} }

// Mount adds the door's paths: those the engine writes into certificates. The router must not clean paths, for the base64
// of an OCSP request may hold "//".
func (d *Door) Mount(r chi.Router) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Method(method, authority.CRLPath+"{authority}/{file}", d.Host.Wrap("status", "crl", plain, d.crl))
		r.Method(method, authority.CertPath+"{authority}/{file}", d.Host.Wrap("status", "ca", plain, d.certificate))
	}
	r.Get(authority.OCSPPath+"{authority}/*", d.Host.Wrap("status", "ocsp", speakOCSP, d.getOCSP))
	r.Post(authority.OCSPPath+"{authority}", d.Host.Wrap("status", "ocsp", speakOCSP, d.postOCSP))
	r.Post(authority.OCSPPath+"{authority}/", d.Host.Wrap("status", "ocsp", speakOCSP, d.postOCSP))
}

// Most that caches keep, so that they learn of a change soon, whatever the end of what they keep.
const (
	listAge        = time.Hour
	answerAge      = 10 * time.Minute
	certificateAge = time.Hour
)

// noSuchFile is the fault of an address that names nothing.
var noSuchFile = fault.Define("STATUS-001", fault.Missing, "There is nothing at this address")

// crl serves the newest revocation list of a generation's key (RFC 5280, 4.2.1.13; RFC 2585, 4.2).
func (d *Door) crl(w http.ResponseWriter, r *http.Request) error {
	name, generation, kind, err := file(r)
	if err != nil {
		return err
	}
	if kind != "crl" {
		return noSuchFile
	}
	l, err := d.Engine.CRL(r.Context(), name, generation)
	if err != nil {
		return err
	}
	now := d.Host.Clock.Now()
	w.Header().Set("Content-Type", "application/pkix-crl")
	w.Header().Set("Expires", l.NextUpdate.UTC().Format(http.TimeFormat))
	cache(w, now, l.NextUpdate, listAge)
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, l.Number, l.ThisUpdate.Unix())) // a list may be too large to be hashed each time
	http.ServeContent(w, r, "", l.ThisUpdate, bytes.NewReader(l.DER))
	return nil
}

// certificate serves the certificate of a generation in DER (RFC 2585, 4.1), and with those above it in PEM.
func (d *Door) certificate(w http.ResponseWriter, r *http.Request) error {
	name, generation, kind, err := file(r)
	if err != nil {
		return err
	}
	chain, err := d.Engine.Chain(r.Context(), name, generation)
	if err != nil {
		return err
	}
	var body []byte
	switch kind {
	case "cer":
		body = chain[0]
		w.Header().Set("Content-Type", "application/pkix-cert")
	case "pem":
		body = []byte(authority.PEM(chain))
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
	default:
		return noSuchFile
	}
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(certificateAge.Seconds())))
	w.Header().Set("ETag", etag(body))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// file reads a path such as /crl/issuing/1.crl.
func file(r *http.Request) (name string, generation int64, kind string, err error) {
	number, kind, ok := strings.Cut(chi.URLParam(r, "file"), ".")
	generation, bad := strconv.ParseInt(number, 10, 32)
	if !ok || bad != nil || strconv.FormatInt(generation, 10) != number {
		return "", 0, "", noSuchFile
	}
	name, bad = url.PathUnescape(chi.URLParam(r, "authority"))
	if bad != nil {
		return "", 0, "", noSuchFile
	}
	return name, generation, kind, nil
}

// cache tells how long an answer may be kept.
func cache(w http.ResponseWriter, now, until time.Time, most time.Duration) {
	age := int(min(until.Sub(now), most).Seconds())
	w.Header().Set("Cache-Control", fmt.Sprintf("public, no-transform, must-revalidate, max-age=%d", max(age, 0)))
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// plain answers an error to those who fetch files.
func plain(w http.ResponseWriter, _ *http.Request, err error) {
	f := fault.Of(err)
	for _, header := range []string{"ETag", "Expires", "Content-Type"} {
		w.Header().Del(header)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, f.Text(), web.Status(f))
}

// postOCSP answers a request in the body (RFC 6960, A.1).
func (d *Door) postOCSP(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, pki.MaxOCSPRequest)
	request, err := web.Body(r)
	if err != nil {
		return pki.NotParsable.Because(err)
	}
	a, err := d.Engine.Answer(r.Context(), request)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return write(w, a.DER)
}

// maxPath is the base64 of the largest request, with every third character escaped.
const maxPath = pki.MaxOCSPRequest * 4

// getOCSP answers a request in the path, which is base64 and then escaped (RFC 6960, A.1), with headers for caches
// (RFC 5019, 6.2).
func (d *Door) getOCSP(w http.ResponseWriter, r *http.Request) error {
	request, err := requestIn(r.URL.EscapedPath())
	if err != nil {
		return err
	}
	a, err := d.Engine.Answer(r.Context(), request)
	if err != nil {
		return err
	}
	if !a.Cacheable {
		w.Header().Set("Cache-Control", "no-store")
		return write(w, a.DER)
	}
	w.Header().Set("Content-Type", "application/ocsp-response")
	w.Header().Set("Expires", a.NextUpdate.UTC().Format(http.TimeFormat))
	cache(w, d.Host.Clock.Now(), a.NextUpdate, answerAge)
	w.Header().Set("ETag", etag(a.DER))
	http.ServeContent(w, r, "", a.ThisUpdate, bytes.NewReader(a.DER))
	return nil
}

// requestIn returns the request behind /ocsp/{authority}/ in an escaped path.
func requestIn(path string) ([]byte, error) {
	if len(path) > maxPath {
		return nil, pki.TooLarge.Detail("the limit is %d bytes", pki.MaxOCSPRequest)
	}
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, authority.OCSPPath), "/")
	text, err := url.PathUnescape(rest)
	if err != nil {
		return nil, pki.NotParsable.Because(err)
	}
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, pki.NotParsable.Because(err)
	}
	return der, nil
}

func write(w http.ResponseWriter, der []byte) error {
	w.Header().Set("Content-Type", "application/ocsp-response")
	w.Header().Set("Content-Length", strconv.Itoa(len(der)))
	_, err := w.Write(der)
	return err
}

// speakOCSP answers an error in the protocol's form: a response without a signature (RFC 6960, 2.3).
func speakOCSP(w http.ResponseWriter, _ *http.Request, err error) {
	status := pki.OCSPInternalError
	switch f := fault.Of(err); {
	case f.Is(authority.Foreign):
		status = pki.OCSPUnauthorized
	case f.Kind() == fault.Invalid:
		status = pki.OCSPMalformed
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = write(w, status.DER())
}
