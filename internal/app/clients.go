package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"sync/atomic"

	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/trust"
)

// TLSConfig is how the HTTPS address speaks TLS. Clients are asked for a certificate, which none has to show, while a CA is
// trusted for them; whether it is a good one is found out by who identifies the caller, so that doors that know callers by
// other means are not in its way.
func (a *App) TLSConfig() *tls.Config {
	protocols := []string{"h2", "http/1.1"}
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.tls.get, NextProtos: protocols}
	if a.Config.ClientCerts {
		config.GetConfigForClient = (&asking{app: a}).config
	}
	return config
}

// asking is TLS that asks for certificates of the trusted CAs, as they are now.
type asking struct {
	app  *App
	last atomic.Pointer[asked]
}

// asked is what is asked at one state of the known CAs.
type asked struct {
	graph  *trust.Graph
	config *tls.Config
}

// config returns nil, which is to ask for none, when no CA is trusted for clients.
func (k *asking) config(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	graph, err := trust.Look(hello.Context(), k.app.DB.DB)
	if err != nil {
		return nil, err
	}
	if last := k.last.Load(); last != nil && last.graph == graph {
		return last.config, nil
	}
	now := &asked{graph: graph}
	if all := graph.ForClients(); len(all) > 0 {
		now.config = &tls.Config{
			MinVersion: tls.VersionTLS12, GetCertificate: k.app.tls.get, NextProtos: []string{"h2", "http/1.1"},
			ClientAuth: tls.RequestClientCert, ClientCAs: x509.NewCertPool(),
		}
		for _, c := range all {
			now.config.ClientCAs.AddCert(c)
		}
	}
	k.last.Store(now)
	return now.config, nil
}

// listed tells who logs in what the inventory knows of a certificate.
func (a *App) listed(ctx context.Context, thumbprint string) (l identity.Listed, err error) {
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := inventory.ByThumbprint(tx, thumbprint)
		if errors.Is(err, inventory.Missing) {
			return nil
		}
		l = identity.Listed{ID: c.ID, Profile: c.Profile, Revoked: c.Revoked}
		return err
	})
	return l, err
}
