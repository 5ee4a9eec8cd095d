package inventory

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

var system = access.System("test", "")

// open returns a database with the grading that ships.
func open(t testing.TB) *store.DB {
	t.Helper()
	db := storetest.Open(t, clock.NewManual(noon))
	kind.NewSet(GradingPolicies.Definition, GradingRulesets.Definition).Attach(db)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	deps := kind.Deps{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}}
	for range 2 { // the second time there is nothing to do
		if err := BootstrapGrading(context.Background(), deps, system, grade.DefaultScale()); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// made returns the facts of a certificate that nobody signed, for host number i.
func made(i int) *pki.Certificate {
	host := fmt.Sprintf("host%06d.example.com", i)
	raw := []byte("certificate of " + host)
	sum, key := sha256.Sum256(raw), sha256.Sum256([]byte(host))
	c := &pki.Certificate{
		X509:    &x509.Certificate{Raw: raw},
		Subject: pki.Name{{Type: pki.CN, Value: host}, {Type: "O", Value: "Example"}}, Issuer: pki.Name{{Type: pki.CN, Value: "CA"}},
		DN: "CN=" + host + ",O=Example", IssuerDN: "CN=CA", Serial: hex.EncodeToString(sum[:16]),
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Duration(i%400+1) * 24 * time.Hour),
		Thumbprint: hex.EncodeToString(sum[:]), PublicKeyThumbprint: hex.EncodeToString(key[:]), KeyType: pki.P256,
		SigningAlgorithm: "SHA256WITHECDSA", SANs: []pki.SAN{{Type: pki.DNSName, Value: host}},
	}
	c.HolderID = pki.HolderID(c.Subject, c.SANs)
	return c
}

// fill records n certificates of ten profiles, the last of which have few.
func fill(t testing.TB, db *store.DB, n int) (ids []string) {
	t.Helper()
	const batch = 5000
	for from := 0; from < n; from += batch {
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			part := make([]string, 0, batch)
			for i := from; i < min(from+batch, n); i++ {
				one := New{Certificate: made(i), Module: "acme", Profile: "web", Labels: []Pair{{"all", "yes"}}}
				if i%500 == 3 {
					one.Profile, one.Owner, one.Team = "rare", "ann", "core"
					one.Labels = append(one.Labels, Pair{"env", "prod"})
				}
				id, err := Add(tx, one)
				if err != nil {
					return err
				}
				part = append(part, id)
			}
			ids = append(ids[:from], part...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if db.Dialect == store.PostgreSQL { // what the server does by itself in time
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.Exec("ANALYZE certificate, certificate_san, certificate_label")
			return err
		})
	}
	return ids
}

func write(t testing.TB, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t testing.TB, db *store.DB, fn func(*store.Tx) (T, error)) (v T) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *store.Tx) (err error) {
		v, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
