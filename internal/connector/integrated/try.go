package integrated

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
)

var (
	unsigned = fault.Define("PKI-CONNECTOR-023", fault.Upstream, "The key of the certification authority cannot sign")
	outlived = fault.Define("PKI-CONNECTOR-024", fault.Upstream, "The certificate of the certification authority has ended")
)

// Try tries connectors: whether the CA is there, whether its key signs, and how long what it issues can be valid. Nothing
// is issued, and no CA is made.
func Try(env connector.Env) kind.Try {
	return func(ctx context.Context, v any) *kind.Trial {
		t, c := kind.NewTrial(env.DB.Clock), v.(Connector)
		var ca *pki.Certificate
		t.Step("authority", "", func() (found kind.Found, err error) {
			ca, err = c.find(ctx, env)
			if err != nil || ca == nil {
				return kind.Say("later", "none yet: it is made when the connector is first used"), err
			}
			until := ca.NotAfter.UTC().Format(time.DateOnly)
			return kind.Say("authority", fmt.Sprintf("%s, %s, until %s", ca.DN, ca.KeyType, until), "dn", ca.DN, "key", string(ca.KeyType), "until", until), c.fits(ca.KeyType)
		})
		if ca == nil {
			return t
		}
		t.Step("sign", "", func() (kind.Found, error) { return kind.Plain(string(ca.KeyType)), c.signs(ctx, env) })
		t.Step("lifetime", "", func() (kind.Found, error) { return c.reach(env.DB.Clock.Now(), ca.NotAfter) })
		return t
	}
}

// find returns the certificate of the CA the connector issues from, and nil when it would be made.
func (c Connector) find(ctx context.Context, env connector.Env) (*pki.Certificate, error) {
	e, ok := env.Authority.(*authority.Engine)
	if !ok || e == nil {
		return nil, unbuilt
	}
	if c.CAKey.IsSet() {
		m, err := c.material(env.Keys)
		return m.Certificate, err
	}
	ca, err := e.Current(ctx, c.authority())
	if errors.Is(err, authority.Missing) && c.Authority == "" {
		return nil, nil
	}
	return ca, err
}

// authority is the name of the CA of the engine.
func (c Connector) authority() string {
	if c.Authority == "" {
		return c.Name
	}
	return c.Authority
}

// material returns the CA the connector brings.
func (c Connector) material(keys kind.Sealer) (authority.Material, error) {
	key, err := c.CAKey.Reveal(keys)
	if err != nil {
		return authority.Material{}, err
	}
	return authority.FromPEM(key.Reveal(), string(c.CACert))
}

func (c Connector) signs(ctx context.Context, env connector.Env) error {
	var err error
	if c.CAKey.IsSet() {
		m, bad := c.material(env.Keys)
		if bad != nil {
			return bad
		}
		err = authority.Signs(m.Key)
	} else {
		err = env.Authority.(*authority.Engine).Ready(ctx, c.authority())
	}
	if err != nil {
		return unsigned.Because(err)
	}
	return nil
}

// reach says how long certificates can be valid beside how long they are to be.
func (c Connector) reach(now, end time.Time) (kind.Found, error) {
	left, life := end.Sub(now), c.CRTLifetime.Std()
	if life == 0 {
		life = defaultLifetime.Std()
	}
	days := func(d time.Duration) string { return strconv.Itoa(int(d / (24 * time.Hour))) }
	switch {
	case left <= 0:
		return kind.Found{}, outlived.Detail("%s", end.UTC().Format(time.DateOnly))
	case left < life:
		return kind.Say("shortened", fmt.Sprintf("certificates end with the CA, in %s days, before the %s days they are to be valid", days(left), days(life)), "left", days(left), "life", days(life)), nil
	}
	return kind.Say("enough", fmt.Sprintf("%s days, the CA has %s left", days(life), days(left)), "life", days(life), "left", days(left)), nil
}
