package inventory

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// everything is a certificate with every fact there can be.
func everything() New {
	c := made(1)
	c.SANs = append(c.SANs, pki.SAN{Type: pki.RFC822Name, Value: "Ann@example.com"}, pki.SAN{Type: pki.OtherNameUPN, Value: "ANN@example.com"})
	c.Extensions = []pki.Extension{{Type: pki.MSTemplate, Value: "web"}}
	return New{
		Certificate: c, Module: "webra", Profile: "web", Ownership: Ownership{"ann", "core", "ann@example.com"},
		Origin:   Origin{Requester: "bob", RequesterType: "local", RequestID: "r1", Connector: "inner", CA: "issuing"},
		Metadata: []Pair{{"pki_connector", "inner"}, {"contact_email", "x"}, {"contact_email", "ann@example.com"}},
		Labels:   []Pair{{"env", "prod"}}, Escrowed: true, Trusted: true, Policies: []string{"Horizon Grading Policy", "gone", "Horizon Grading Policy"},
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	db := open(t)
	n := everything()
	var id string
	write(t, db, func(tx *store.Tx) (err error) {
		id, err = Add(tx, n)
		return err
	})
	c := n.Certificate
	want := Certificate{
		ID: id, Module: "webra", Profile: "web", Thumbprint: c.Thumbprint, PublicKeyThumbprint: c.PublicKeyThumbprint,
		Serial: c.Serial, DN: c.DN, Issuer: c.IssuerDN, NotBefore: c.NotBefore, NotAfter: c.NotAfter, KeyType: c.KeyType,
		SigningAlgorithm: c.SigningAlgorithm, Escrowed: true, Trusted: true, HolderID: c.HolderID, Ownership: n.Ownership,
		Origin: n.Origin, Grades: []Grade{{"Horizon Grading Policy", "C"}}, Labels: n.Labels,
		Metadata: []Pair{{"contact_email", "ann@example.com"}, {"pki_connector", "inner"}},
		SANs:     c.SANs, Extensions: c.Extensions, DER: c.X509.Raw, Created: noon,
	}
	for name, get := range map[string]func(*store.Tx) (Certificate, error){
		"id":         func(tx *store.Tx) (Certificate, error) { return Get(tx, id) },
		"thumbprint": func(tx *store.Tx) (Certificate, error) { return ByThumbprint(tx, c.Thumbprint) },
		"serial":     func(tx *store.Tx) (Certificate, error) { return BySerial(tx, c.IssuerDN, c.Serial) },
	} {
		got := read(t, db, get)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAddTwice(t *testing.T) {
	t.Parallel()
	db := open(t)
	add := func(tx *store.Tx) error {
		_, err := Add(tx, everything())
		return err
	}
	write(t, db, add)
	if err := db.Write(context.Background(), add); !errors.Is(err, Known) {
		t.Errorf("got %v, want that it is known", err)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	db := open(t)
	for _, id := range []string{"", "x", "0123456789abcdef01234567"} {
		err := db.Read(context.Background(), func(tx *store.Tx) error {
			_, err := Get(tx, id)
			return err
		})
		if !errors.Is(err, Missing) {
			t.Errorf("%q: got %v, want that it is missing", id, err)
		}
	}
}

func TestHolder(t *testing.T) {
	t.Parallel()
	db := open(t)
	var ids []string
	holder := made(1).HolderID
	write(t, db, func(tx *store.Tx) error {
		ids = nil
		for i, profile := range []string{"web", "web", "mail", "web", "web"} {
			c := made(i)
			c.HolderID = holder
			c.NotAfter = noon.Add(time.Duration(i) * time.Hour) // the first ends now
			id, err := Add(tx, New{Certificate: c, Module: "acme", Profile: profile})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		_, err := SetRevoked(tx, ids[3], noon, pki.Superseded)
		return err
	})
	for profile, want := range map[string][]string{"": {ids[1], ids[2], ids[4]}, "web": {ids[1], ids[4]}, "none": nil} {
		all := read(t, db, func(tx *store.Tx) ([]Certificate, error) { return ActiveOfHolder(tx, holder, profile, noon) })
		var got []string
		for _, c := range all {
			got = append(got, c.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("profile %q: %s", profile, diff)
		}
		if n := read(t, db, func(tx *store.Tx) (int, error) { return CountActive(tx, holder, profile, noon) }); n != len(want) {
			t.Errorf("profile %q: got %d", profile, n)
		}
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	db := open(t)
	id := fill(t, db, 1)[0]
	for _, step := range []struct {
		what   string
		do     func(tx *store.Tx) (bool, error)
		moved  bool
		reason pki.Reason
	}{
		{"what is valid cannot be taken off hold", func(tx *store.Tx) (bool, error) { return Unrevoke(tx, id) }, false, ""},
		{"hold", func(tx *store.Tx) (bool, error) { return SetRevoked(tx, id, noon, pki.CertificateHold) }, true, pki.CertificateHold},
		{"off hold", func(tx *store.Tx) (bool, error) { return Unrevoke(tx, id) }, true, ""},
		{"revoke", func(tx *store.Tx) (bool, error) { return SetRevoked(tx, id, noon, pki.KeyCompromise) }, true, pki.KeyCompromise},
		{"revoke again", func(tx *store.Tx) (bool, error) { return SetRevoked(tx, id, noon, pki.Superseded) }, false, pki.KeyCompromise},
		{"a revocation is for good", func(tx *store.Tx) (bool, error) { return Unrevoke(tx, id) }, false, pki.KeyCompromise},
	} {
		var moved bool
		write(t, db, func(tx *store.Tx) (err error) {
			moved, err = step.do(tx)
			return err
		})
		c := read(t, db, func(tx *store.Tx) (Certificate, error) { return Get(tx, id) })
		if moved != step.moved || c.Reason != step.reason || c.Revoked != (step.reason != "") || c.Revoked != c.RevokedAt.Equal(noon) {
			t.Errorf("%s: got %v, %v %q %v", step.what, moved, c.Revoked, c.Reason, c.RevokedAt)
		}
	}
}

// Of many who revoke at once one does.
func TestRevokeRace(t *testing.T) {
	t.Parallel()
	db := open(t)
	id := fill(t, db, 1)[0]
	var wg sync.WaitGroup
	var won atomic.Int32
	for range 32 {
		wg.Go(func() {
			var moved bool
			err := db.Write(context.Background(), func(tx *store.Tx) (err error) {
				moved, err = SetRevoked(tx, id, noon, pki.Superseded)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if moved {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("got %d who revoked it, want one", won.Load())
	}
}

// Of many who record the same certificate one does, and the others are told.
func TestAddRace(t *testing.T) {
	t.Parallel()
	db := open(t)
	var wg sync.WaitGroup
	var won atomic.Int32
	for range 32 {
		wg.Go(func() {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				_, err := Add(tx, everything())
				return err
			})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, Known):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("got %d who recorded it, want one", won.Load())
	}
}
