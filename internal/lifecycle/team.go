package lifecycle

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

var sameTeam = fault.Define("TEAM-006", fault.Invalid, "A team is moved to another one")

// moveBatch is how many certificates or requests change their team in one transaction.
const moveBatch = 5000

// TeamSwitched is what became of a team that was renamed or whose belongings were moved.
type TeamSwitched struct {
	Renamed    bool     // there was no team of the new name: the old one has it now
	References []string // objects of the configuration that name the other team now, as "kind name"
	Filters    []string // roles and principals whose filters name the old team; they stay as somebody wrote them
	Moved      int64    // certificates and requests moved at once
	Continues  bool     // the rest follows in the background
}

// switching is the job that moves what is left of a team.
type switching struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Task names the job.
func (switching) Task() string { return "switch-team" }

// SwitchTeam gives everything of a team to another: members, certificates, requests, and what the configuration says of it.
// When there is no team of the new name, the old one is renamed; otherwise the old one stays, with nothing.
func (s *Service) SwitchTeam(ctx context.Context, who access.Caller, from, to string) (done TeamSwitched, err error) {
	facts := event.Object{Kind: identity.Teams.Kind, Name: clip(from), Changed: []string{"name"},
		Changes: []event.Detail{{Key: "old.name", Value: clip(from)}, {Key: "new.name", Value: clip(to)}}}
	err = act.Do(ctx, s.DB, who, event.TeamSwitch, &facts, func(tx *store.Tx) error {
		if err := kind.Hold(tx); err != nil {
			return err
		}
		if err := who.May(identity.Teams.Right(kind.Manage)); err != nil {
			return err
		}
		d, err := s.renameTeam(tx, who, from, to)
		if err != nil {
			return err
		}
		if d.Moved, d.Continues, err = moveTeam(tx, from, to); err != nil {
			return err
		}
		if d.Continues {
			err = task.Insert(tx, switching{from, to}, task.Unique())
		}
		done = d
		return err
	})
	return done, err
}

// renameTeam changes the configuration.
func (s *Service) renameTeam(tx *store.Tx, who access.Caller, from, to string) (d TeamSwitched, err error) {
	if from == to {
		return d, sameTeam.Detail("%s", clip(from))
	}
	team, err := identity.Teams.Get(tx, from)
	if err != nil {
		return d, err
	}
	deps := kind.Deps{DB: s.DB, Keys: s.Keys}
	_, err = identity.Teams.Get(tx, to)
	if d.Renamed = errors.Is(err, identity.Teams.Missing()); d.Renamed {
		team.Name = to
		_, err = identity.Teams.Put(tx, deps, who, team)
	}
	if err != nil {
		return d, err
	}
	if d.References, err = identity.Teams.Redirect(tx, from, to); err != nil {
		return d, err
	}
	if d.Filters, err = filtersOn(tx, from); err != nil || !d.Renamed {
		return d, err
	}
	return d, identity.Teams.Drop(tx, deps, who, from)
}

// filtersOn lists the roles and principals with a filter that names the team.
func filtersOn(tx *store.Tx, team string) (all []string, err error) {
	names := func(list []identity.Permission) bool {
		return slices.ContainsFunc(list, func(p identity.Permission) bool { return strings.Contains(p.Filter, `"`+team+`"`) })
	}
	roles, err := identity.Roles.All(tx)
	if err != nil {
		return nil, err
	}
	for r := range roles {
		if names(r.Permissions) {
			all = append(all, identity.Roles.Kind+" "+r.Name)
		}
	}
	principals, err := identity.Principals.All(tx)
	if err != nil {
		return nil, err
	}
	for p := range principals {
		if names(p.Permissions) {
			all = append(all, identity.Principals.Kind+" "+p.Identifier)
		}
	}
	slices.Sort(all)
	return all, nil
}

// moveTeam moves a batch of certificates and of requests, and tells whether there may be more.
func moveTeam(tx *store.Tx, from, to string) (n int64, more bool, err error) {
	certificates, err := inventory.MoveTeam(tx, from, to, moveBatch)
	if err != nil {
		return 0, false, err
	}
	requests, err := moveRequests(tx, from, to)
	return certificates + requests, certificates == moveBatch || requests == moveBatch, err
}

// moved is a request whose team changes.
type moved struct {
	id      string
	content []byte
}

// moveRequests gives a batch of requests to another team. What a certificate is still to be issued for names it too.
func moveRequests(tx *store.Tx, from, to string) (int64, error) {
	all, err := store.All(tx, func(r *sql.Rows) (m moved, err error) { return m, r.Scan(&m.id, &m.content) },
		`SELECT id, content FROM request WHERE sheet IS NOT NULL AND team = $1 ORDER BY id LIMIT $2`, from, moveBatch)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		dec := json.NewDecoder(bytes.NewReader(m.content))
		dec.UseNumber()
		var body map[string]any
		if err := dec.Decode(&body); err != nil {
			return 0, err
		}
		if body["team"] == from {
			body["team"] = to
		}
		text, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`UPDATE request SET team = $1, content = $2 WHERE id = $3`, to, string(text), m.id); err != nil {
			return 0, err
		}
	}
	return int64(len(all)), nil
}

// switchRest moves what a switch has left, batch by batch. Done twice, it finds nothing.
func (s *Service) switchRest(ctx context.Context, job switching) error {
	for more := true; more; {
		err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
			_, more, err = moveTeam(tx, job.From, job.To)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
