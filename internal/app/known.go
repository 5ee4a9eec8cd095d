package app

import (
	"errors"
	"strconv"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/trust"
)

// known makes the certificates of CAs that are run here certification authorities the server knows, in the step that
// changes the CA: nobody has to say again what was made here.
type known struct{ deps kind.Deps }

// mostKnownName leaves room for a number behind the name.
const mostKnownName = 120

// Hold makes the step wait for other changes of configuration.
func (known) Hold(tx *store.Tx) error { return kind.Hold(tx) }

// Add makes a certificate of a CA known, under the name of the CA; a further one gets a number. One that is known already
// stays as it is.
func (k known) Add(tx *store.Tx, who access.Caller, ca string, c *pki.Certificate) error {
	if name, err := knownAs(tx, c); err != nil || name != "" {
		return err
	}
	base := ca[:min(len(ca), mostKnownName)]
	name := base
	for n := 2; ; n++ {
		_, err := trust.CAs.Get(tx, name)
		if errors.Is(err, trust.CAs.Missing()) {
			break
		}
		if err != nil {
			return err
		}
		name = base + "-" + strconv.Itoa(n)
	}
	facts, err := trust.CAs.Put(tx, k.deps, who, trust.Known(name, c))
	if err != nil {
		return err
	}
	act.Also(tx, trust.CAs.Events.Add, event.Success, &facts[0], nil)
	return nil
}

// Remove takes a certificate of a CA from what is known. What is used elsewhere stays, and with it the CA.
func (k known) Remove(tx *store.Tx, who access.Caller, c *pki.Certificate) error {
	name, err := knownAs(tx, c)
	if err != nil || name == "" {
		return err
	}
	if err := trust.CAs.Drop(tx, k.deps, who, name); err != nil {
		return err
	}
	act.Also(tx, trust.CAs.Events.Delete, event.Success, &event.Object{Kind: trust.CAs.Kind, Name: name}, nil)
	return nil
}

// knownAs returns the name a certificate is known by; "" when it is not.
func knownAs(tx *store.Tx, c *pki.Certificate) (string, error) {
	all, err := trust.CAs.All(tx)
	if err != nil {
		return "", err
	}
	for ca := range all {
		if ca.Certificate.Certificate != nil && ca.Certificate.Thumbprint == c.Thumbprint {
			return ca.Name, nil
		}
	}
	return "", nil
}

// UsedBy tells which connectors issue from the CA.
func (known) UsedBy(tx *store.Tx, ca string) (string, error) {
	return kind.UsedBy(tx, authority.Kind, ca)
}
