package lifecycle

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// searches are those the language calls fast, one for each field, and those of the core.
var searches = []struct {
	query string
	who   access.Caller
	scope Scope
}{
	{``, access.System("test", ""), ""},
	{``, access.Caller{ID: "ann"}, Self},
	{`id equals "000000000000000000000000"`, access.System("test", ""), ""},
	{`profile equals "rare"`, access.System("test", ""), ""},
	{`requester equals "ann"`, access.System("test", ""), ""},
	{`owner equals "ann"`, access.System("test", ""), ""},
	{`team in ["core"]`, access.System("test", ""), ""},
	{`holderid equals "00"`, access.System("test", ""), ""},
	{`certificateid equals "000000000000000000000000"`, access.System("test", ""), ""},
	{`status equals "pending"`, access.System("test", ""), ""},
	{`status equals "completed"`, access.System("test", ""), ""},
	{`request is valid`, access.System("test", ""), ""},
	{`request is valid and profile equals "web"`, access.Caller{ID: "ann"}, Self},
}

// Every search for requests that is called fast uses an index on both databases.
func TestExplain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	db := storetest.Open(t, clock.NewManual(now))
	kind.NewSet(Profiles.Definition).Attach(db)
	var got strings.Builder
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for i := range 2000 {
			if err := keep(tx, i, now); err != nil {
				return err
			}
		}
		if tx.Dialect() == store.PostgreSQL {
			if _, err := tx.Exec("ANALYZE request"); err != nil {
				return err
			}
		}
		got.Reset()
		storetest.Indexes(t, tx)
		for _, a := range searches {
			s := Search{Query: a.query, Scope: a.scope}
			if problem := s.Settle(sortable); problem != "" {
				t.Error(problem)
			}
			l, err := s.plan(tx, a.who)
			if err != nil {
				return err
			}
			v, err := fields(tx.Dialect()).Check(a.query, query.Target{Dialect: tx.Dialect().Query(), Now: now})
			if err != nil || !v.Fast && a.query != "" {
				t.Errorf("%s: the language does not call it fast: %+v, %v", a.query, v, err)
			}
			line := a.query
			if line == "" {
				line = strings.TrimSpace("everything, for " + a.who.ID)
			}
			got.WriteString(line + "\n    " + storetest.Explained(t, tx, "request", `SELECT `+requestColumns+` FROM request r WHERE `+l.SQL+s.SQL(sortable, l.last), l.Args) + "\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Golden(t, "explain/"+strings.ToLower(db.Dialect.String())+".txt", got.String())
}

// keep keeps a request: few of one profile and person, the rest of others, one of ten of no sheet.
func keep(tx *store.Tx, i int, now time.Time) error {
	q := request{
		ID: tx.NewID(), Wish: fmt.Sprint("wish ", i), Workflow: "enroll", Module: "webra", Profile: "web", State: completed,
		Caller: access.Caller{ID: fmt.Sprint("person", i%100)}, CSR: []byte{}, HolderID: fmt.Sprintf("%04x", i), CertificateID: tx.NewID(),
	}
	if i%100 == 7 {
		q.State, q.Expires = pending, now.Add(24*time.Hour)
	}
	if i%500 == 3 {
		q.Profile, q.Caller.ID, q.Content.Owner, q.Content.Team = "rare", "ann", "ann", "core"
	}
	if i%10 == 0 {
		_, err := addRequest(tx, q)
		return err
	}
	q.Sheet, q.RemoveAt = &Sheet{}, now.Add(24*time.Hour)
	return addAsked(tx, q)
}
