package inventory

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// several are certificates that differ in all that is recorded.
func several(n int) (all []New) {
	for i := range n {
		c := made(i)
		c.SANs = append(c.SANs, pki.SAN{Type: pki.DNSName, Value: fmt.Sprintf("WWW%d.example.com", i)})
		one := New{Certificate: c, Module: "acme", Profile: "web", Trusted: i%2 == 0, Escrowed: i%3 == 0}
		one.Owner, one.RequestID = fmt.Sprintf("owner-%d", i%2), fmt.Sprintf("%024x", i)
		if i%2 == 0 {
			one.Labels = []Pair{{"env", "prod"}, {"site", fmt.Sprint(i)}}
			one.Metadata = []Pair{{"pki_connector", "ca"}}
		}
		all = append(all, one)
	}
	return all
}

// Many certificates recorded at once are what they are recorded one by one: the same, found by the same.
func TestAddAll(t *testing.T) {
	t.Parallel()
	one, many := open(t), open(t)
	write(t, one, func(tx *store.Tx) error {
		for _, n := range several(20) {
			if _, err := Add(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	for _, part := range [][]New{several(20)[:7], several(20)[7:], nil} {
		write(t, many, func(tx *store.Tx) error {
			ids, err := AddAll(tx, part)
			if err == nil && len(ids) != len(part) {
				t.Errorf("got %d ids of %d certificates", len(ids), len(part))
			}
			return err
		})
	}
	for _, query := range []string{
		"", `dn contains "host000012"`, `san contains "ww15.exam"`, `san equals "www3.example.com"`, `label.site equals "6"`, `dn contains "000"`, `owner equals "owner-1"`,
	} {
		want, got := listed(t, one, query), listed(t, many, query)
		if len(want) == 0 {
			t.Errorf("%s: nothing is found", query)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Certificate{}, "ID")); diff != "" {
			t.Errorf("%s: recorded one by one and at once (-one +many):\n%s", query, diff)
		}
	}
}

// A certificate that is there already undoes all of them.
func TestAddAllTwice(t *testing.T) {
	t.Parallel()
	db := open(t)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := AddAll(tx, append(several(3), several(1)...))
		return err
	})
	if !store.Duplicate(err) {
		t.Errorf("got %v, want that the row is there already", err)
	}
	if all := listed(t, db, ""); len(all) != 0 {
		t.Errorf("%d certificates are recorded", len(all))
	}
}

func listed(t *testing.T, db *store.DB, text string) []Certificate {
	t.Helper()
	p, err := Find(t.Context(), db, system, Search{Query: text})
	if err != nil {
		t.Fatal(err)
	}
	return p.Certificates
}
