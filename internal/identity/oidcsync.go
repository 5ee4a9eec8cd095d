package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/store"
)

// named is the caller the claims stand for, without rights.
func (s *Service) named(p OpenIDProvider, claims map[string]json.RawMessage, from access.Caller) (access.Caller, error) {
	d, err := dictionaryOf(claims)
	if err != nil {
		return from, err
	}
	who, env := from, rule.Env{Now: s.DB.Clock.Now()}
	id, err := evaluated(p.Identifier, d, env, maxIdentifier)
	if err != nil || id == "" {
		return from, ssoFailed.Detail("identifierClaim of %s gives no identifier", p.Name).Because(err)
	}
	who.ID, who.Type, who.Provider = id, access.OpenID, p.Name
	who.Name, _ = evaluated(p.DisplayName, d, env, maxIdentifier)
	who.Email, _ = evaluated(p.Email, d, env, maxEmail)
	return who, nil
}

func dictionaryOf(claims map[string]json.RawMessage) (*rule.Map, error) {
	raw, err := json.Marshal(claims)
	if err != nil {
		return nil, err
	}
	d, err := flattened(raw)
	if err != nil {
		return nil, ssoFailed.Detail("%s", err)
	}
	return d, nil
}

// synchronize gives the principal the roles and teams of the claims, where the provider maps them. It writes only what
// differs, as the server itself: the administrator has said in the configuration what a claim gives. A principal that does
// not exist is made when there is something to give; one that is not enabled stays so.
func (s *Service) synchronize(ctx context.Context, p OpenIDProvider, who access.Caller, claims map[string]json.RawMessage) error {
	if p.Mapping == nil {
		return nil
	}
	roles, teams, err := p.Mapping.given(claims, rule.Env{Now: s.DB.Clock.Now()})
	if err != nil {
		return err
	}
	var old Principal
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		old, err = Principals.Get(tx, who.ID)
		return err
	})
	missing := errors.Is(err, Principals.Missing())
	if err != nil && !missing {
		return err
	}
	system := access.System("rest", who.Call)
	deps := kind.Deps{DB: s.DB, Keys: s.Keys}
	if missing {
		if len(roles)+len(teams) == 0 {
			return nil
		}
		return Principals.Add(ctx, deps, system, p.Mapping.apply(Principal{Identifier: who.ID}, roles, teams))
	}
	now := p.Mapping.apply(old, roles, teams)
	if !old.enabled() || slices.Equal(now.Roles, old.Roles) && slices.Equal(now.Teams, old.Teams) && len(now.Permissions) == len(old.Permissions) {
		return nil
	}
	return Principals.Replace(ctx, deps, system, now)
}

// apply replaces what the mode says.
func (m *ClaimMapping) apply(p Principal, roles []kind.Ref[Role], teams []kind.Ref[Team]) Principal {
	if m.Mode != teamsAlone {
		p.Roles, p.Permissions = roles, nil
	}
	if m.Mode != rolesAlone {
		p.Teams = teams
	}
	return p
}

// given are the roles and teams of all entries the claims have, each once and in order.
func (m *ClaimMapping) given(claims map[string]json.RawMessage, env rule.Env) (roles []kind.Ref[Role], teams []kind.Ref[Team], err error) {
	d, err := dictionaryOf(claims)
	if err != nil {
		return nil, nil, err
	}
	values, err := m.Extraction.Eval(d, env)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range m.Entries {
		if slices.Contains(values.Values, e.Claim) {
			roles, teams = append(roles, e.Roles...), append(teams, e.Teams...)
		}
	}
	slices.Sort(roles)
	slices.Sort(teams)
	return slices.Compact(roles), slices.Compact(teams), nil
}
