package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// TryOpenID tries providers of OpenID Connect: reads their discovery document and their keys, as they are now. It ends with
// the address that has to be registered with the provider, where people come back from it. Nobody is logged in.
func (s *Service) TryOpenID(ctx context.Context, v any) *kind.Trial {
	t, p := kind.NewTrial(s.DB.Clock), v.(OpenIDProvider)
	client, err := s.client(ctx, reach{proxy: string(p.Proxy), timeout: p.Timeout.Std(), private: p.TrustSystemCAs != nil && !*p.TrustSystemCAs})
	if err != nil {
		t.Step("discovery", p.Metadata, func() (kind.Found, error) { return kind.Found{}, err })
		return t
	}
	defer client.Close()
	var found issuer
	t.Step("discovery", p.Metadata, func() (kind.Found, error) {
		from, err := readJSON(ctx, client, p.Metadata, &found)
		if err == nil {
			if err = found.check(p.Metadata); err != nil {
				err = ssoDown.Detail("%v", err)
			}
		}
		return kind.Say("issuer", fmt.Sprintf("issuer %s, from %s", found.Issuer, from), "issuer", found.Issuer, "from", from), err
	})
	t.Step("keys", found.Keys, func() (kind.Found, error) {
		var keys jose.JSONWebKeySet
		if _, err := readJSON(ctx, client, found.Keys, &keys); err != nil {
			return kind.Found{}, err
		}
		return verifying(keys)
	})
	t.Step("callback", s.Link("/api/v1"+callbackPath+url.PathEscape(p.Name)), func() (kind.Found, error) { return kind.Say("register", "to be registered with the provider"), nil })
	return t
}

// readJSON fetches a document, says who answered, and tells whoever tries what is wrong.
func readJSON(ctx context.Context, c *outbound.Client, address string, into any) (from string, err error) {
	a, err := c.Get(ctx, address, maxKeySet)
	switch {
	case err != nil:
		return "", err
	case a.Status != http.StatusOK:
		return "", ssoDown.Detail("%s answered with the status %d", address, a.Status)
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		return "", ssoDown.Detail("%s answered what is no JSON of this kind", address).Because(err)
	}
	return a.Remote.String(), nil
}

// verifying counts the keys that ID tokens can be verified with.
func verifying(set jose.JSONWebKeySet) (kind.Found, error) {
	var names []string
	for _, k := range set.Keys {
		if !k.Valid() || !k.IsPublic() || k.Use == "enc" {
			continue
		}
		name := k.Algorithm
		if name == "" {
			name = fmt.Sprintf("%T", k.Key)
			name = name[strings.LastIndex(name, "*")+1:]
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return kind.Found{}, ssoDown.Detail("none of the %d keys can verify a signature", len(set.Keys))
	}
	slices.Sort(names)
	all, kinds := strconv.Itoa(len(names)), strings.Join(slices.Compact(names), ", ")
	return kind.Say("keys", all+" keys: "+kinds, "number", all, "names", kinds), nil
}
