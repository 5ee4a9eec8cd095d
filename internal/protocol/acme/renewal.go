package acme

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// isCertID reports whether s has the form of a certificate's identifier (RFC 9773, 4.1): authority key identifier and
// serial number, each base64url.
func isCertID(s string) bool {
	aki, serial, ok := strings.Cut(s, ".")
	if !ok || len(s) > 256 {
		return false
	}
	a, err1 := decode64(aki)
	n, err2 := decode64(serial)
	return err1 == nil && err2 == nil && len(a) > 0 && len(n) > 0 && len(n) <= 21
}

// certID is the identifier of a certificate; "" of one without an authority key identifier.
func certID(c *pki.Certificate) string {
	if len(c.X509.AuthorityKeyId) == 0 {
		return ""
	}
	serial := c.X509.SerialNumber.Bytes()
	if len(serial) == 0 || serial[0]&0x80 != 0 { // the content of a DER INTEGER, which is signed
		serial = append([]byte{0}, serial...)
	}
	b64 := base64.RawURLEncoding
	return b64.EncodeToString(c.X509.AuthorityKeyId) + "." + b64.EncodeToString(serial)
}

// replaceable returns what an order is recorded to replace. A hint that leads nowhere is no reason to refuse a renewal: it
// is dropped, and only a certificate that has a valid successor is refused (RFC 9773, 5).
func replaceable(tx *store.Tx, account, id string, ids []identifier) (string, error) {
	if id == "" {
		return "", nil
	}
	old, err := orderOfCertificate(tx, id)
	if err != nil {
		return "", err
	}
	if old == nil || old.Account != account || !slices.ContainsFunc(ids, func(i identifier) bool { return slices.Contains(old.Identifiers, i) }) {
		return "", nil
	}
	done, err := isReplaced(tx, id)
	if err != nil {
		return "", err
	}
	if done {
		return "", alreadyReplaced
	}
	return id, nil
}

// window is when a certificate should be renewed.
type window struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type renewalView struct {
	Window window `json:"suggestedWindow"`
}

// askAgain is how often clients should ask (RFC 9773, 4.3.2).
const askAgain = 6 * time.Hour

// renewalInfo tells when a certificate should be renewed (RFC 9773, 4.2). One that was revoked should be now.
func (d *Door) renewalInfo(c *call) error {
	if !yes(c.site.RenewalInfo) || !isCertID(c.args[0]) {
		return notFound
	}
	var start, end time.Time
	err := d.DB.Read(c.r.Context(), func(tx *store.Tx) error {
		o, err := orderOfCertificate(tx, c.args[0])
		if err != nil {
			return err
		}
		if o == nil || o.Profile != c.site.Name {
			return notFound
		}
		start, end = c.site.renewal(o.NotBefore, o.NotAfter)
		cert, err := inventory.Get(tx, o.CertificateID)
		if err == nil && cert.Revoked {
			start, end = o.NotBefore, cert.RevokedAt.Add(time.Second)
		}
		return err
	})
	if err != nil {
		return err
	}
	c.w.Header().Set("Retry-After", seconds(askAgain))
	return c.send(http.StatusOK, renewalView{window{stamp(start), stamp(end)}})
}

// renewal is the time a certificate should be renewed in: from the renewal period of the profile, or after two thirds of
// its life, and never to its end.
func (s *site) renewal(notBefore, notAfter time.Time) (start, end time.Time) {
	life := notAfter.Sub(notBefore)
	period := s.RenewalPeriod.Std()
	if period <= 0 || period >= life {
		period = life / 3
	}
	length := life / 50
	if s.RenewalWindow != nil {
		length = s.RenewalWindow.Std()
	}
	length = min(max(length, time.Second), period/2)
	start = notAfter.Add(-period)
	return start, start.Add(max(length, time.Second))
}
