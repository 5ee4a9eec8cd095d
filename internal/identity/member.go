package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// group is what principals can be members of: the roles, or the teams.
type group struct {
	def         *kind.Definition
	add, remove event.Type[event.Object]
	get         func(tx *store.Tx, name string) (managers []kind.Ref[Principal], err error)
	has         func(p Principal, name string) bool
	join, leave func(p Principal, name string) Principal
}

func groupOfRoles() group {
	return group{
		def: Roles.Definition, add: event.RoleMembersAdd, remove: event.RoleMembersRemove,
		get: func(tx *store.Tx, name string) ([]kind.Ref[Principal], error) {
			_, err := Roles.Get(tx, name)
			return nil, err
		},
		has: func(p Principal, name string) bool { return slices.Contains(p.Roles, kind.Ref[Role](name)) },
		join: func(p Principal, name string) Principal {
			p.Roles = append(slices.Clone(p.Roles), kind.Ref[Role](name))
			return p
		},
		leave: func(p Principal, name string) Principal {
			p.Roles = without(p.Roles, kind.Ref[Role](name))
			return p
		},
	}
}

func groupOfTeams() group {
	return group{
		def: Teams.Definition, add: event.TeamMembersAdd, remove: event.TeamMembersRemove,
		get: func(tx *store.Tx, name string) ([]kind.Ref[Principal], error) {
			t, err := Teams.Get(tx, name)
			return t.Managers, err
		},
		has: func(p Principal, name string) bool { return slices.Contains(p.Teams, kind.Ref[Team](name)) },
		join: func(p Principal, name string) Principal {
			p.Teams = append(slices.Clone(p.Teams), kind.Ref[Team](name))
			return p
		},
		leave: func(p Principal, name string) Principal {
			p.Teams = without(p.Teams, kind.Ref[Team](name))
			return p
		},
	}
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return x == one })
}

// may asks whether the caller may read or change who is a member. Managers of a team may, where the door is theirs.
func (g group) may(tx *store.Tx, who access.Caller, name, right string, managers bool) error {
	in, err := g.get(tx, name)
	manages := managers && err == nil && who.ID != "" && slices.Contains(in, kind.Ref[Principal](who.ID))
	if manages || who.Can(g.def.Right(kind.Manage)) || right == kind.Read && who.Can(g.def.Right(kind.Read)) {
		return err
	}
	return who.May(g.def.Right(right)) // whether it exists is not told to who may not know
}

// membership is one change of who is a member.
type membership struct {
	group
	name     string
	members  []string
	joining  bool
	managers bool // managers of the team may do it too
}

// changeMembers adds or removes members. Who is one already, or is none, stays as they are.
func (s *Service) changeMembers(ctx context.Context, who access.Caller, m membership) error {
	code := m.remove
	if m.joining {
		code = m.add
	}
	facts := event.Object{Kind: m.def.Kind, Name: clip(m.name), Members: clipped(m.members)}
	return act.Do(ctx, s.DB, who, code, &facts, func(tx *store.Tx) error {
		if err := kind.Hold(tx); err != nil {
			return err
		}
		if err := m.may(tx, who, m.name, kind.Manage, m.managers); err != nil {
			return err
		}
		changed, err := m.changed(tx)
		if err != nil {
			return err
		}
		_, err = Principals.Put(tx, s.deps(), who, changed...)
		return err
	})
}

// changed returns the principals that are members, or none, from now on.
func (m membership) changed(tx *store.Tx) (all []Principal, err error) {
	var problems []string
	for _, id := range slices.Compact(slices.Sorted(slices.Values(m.members))) {
		p, err := Principals.Get(tx, id)
		if errors.Is(err, Principals.Missing()) {
			problems = append(problems, fmt.Sprintf("there is no %s named %s", Principals.Kind, clip(id)))
			continue
		}
		if err != nil {
			return nil, err
		}
		switch {
		case m.joining && !m.has(p, m.name):
			all = append(all, m.join(p, m.name))
		case !m.joining && m.has(p, m.name):
			all = append(all, m.leave(p, m.name))
		}
	}
	if len(problems) > 0 {
		return nil, Principals.Invalid().Each(problems)
	}
	return all, nil
}

const maxToldMembers = 100 // members one event names

// clipped keeps a list short enough to be recorded.
func clipped(all []string) []string {
	told := make([]string, 0, min(len(all), maxToldMembers+1))
	for i, one := range all {
		if i == maxToldMembers {
			return append(told, fmt.Sprintf("and %d more", len(all)-i))
		}
		told = append(told, clip(one))
	}
	return told
}

// member is a principal that is a member, and what is known of it.
type member struct {
	Principal
	kind.About
}

// membersOf lists the members in the order of their identifiers.
func (s *Service) membersOf(ctx context.Context, who access.Caller, m membership) (all []member, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if err := m.may(tx, who, m.name, kind.Read, m.managers); err != nil {
			return err
		}
		all, err = allWith(tx, func(p Principal) bool { return m.has(p, m.name) })
		return err
	})
	return all, err
}

// allWith lists the principals a condition holds for, in the order of their identifiers.
func allWith(tx *store.Tx, holds func(Principal) bool) (all []member, err error) {
	seq, err := Principals.All(tx)
	if err != nil {
		return nil, err
	}
	for p, about := range seq {
		if holds(p) {
			all = append(all, member{p, about})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return strings.Compare(a.Identifier, b.Identifier) })
	return all, nil
}
