package integrated

import (
	"errors"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
)

// Check says when the connector is stored what would otherwise keep it from being opened.
func (c Connector) Check(tx *kind.Tx) (problems []string, err error) {
	brings := c.CAKey.IsSet() || c.CACert != ""
	switch {
	case c.Authority != "" && brings:
		return []string{"authority: it is named, so caKey and caCert are left out"}, nil
	case c.CACert != "" && !c.CAKey.IsSet():
		return []string{"caKey: it is needed beside caCert"}, nil
	case brings && c.CACert == "":
		return []string{"caCert: it is needed beside caKey"}, nil
	case brings:
		return c.checkMaterial(), nil
	case c.Authority == "":
		return nil, nil
	}
	k, err := authority.KeyTypeOf(tx, c.Authority)
	if errors.Is(err, authority.Missing) {
		return []string{"authority: this server has no certification authority named " + c.Authority}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := c.fits(k); err != nil {
		problems = append(problems, fault.Of(err).Occurrence())
	}
	return problems, nil
}

// checkMaterial looks at a key that was just sent. One that is kept was looked at when it was.
func (c Connector) checkMaterial() []string {
	key, sent := c.CAKey.Sent()
	if !sent {
		return nil
	}
	m, err := authority.FromPEM(key, string(c.CACert))
	if err != nil {
		return []string{"caKey, caCert: " + fault.Of(err).Occurrence()}
	}
	if err := c.fits(m.Certificate.KeyType); err != nil {
		return []string{fault.Of(err).Occurrence()}
	}
	return nil
}

// Needs names the CA the connector issues from, which an export of the configuration does not hold.
func (c Connector) Needs() []kind.Need {
	if c.CAKey.IsSet() || c.CACert != "" {
		return nil
	}
	name := c.Authority
	if name == "" {
		name = c.Name
	}
	return []kind.Need{{What: "built-in certification authority", Name: name}}
}

// Mentions names the CA the connector issues from: the one it names, or the one that is made or imported under its own name.
func (c Connector) Mentions() []kind.Mention {
	path := "name"
	if c.Authority != "" {
		path = "authority"
	}
	return []kind.Mention{{Path: path, Kind: authority.Kind, Key: c.authority()}}
}
