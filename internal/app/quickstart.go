package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/connector/integrated"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/protocol/acme"
)

// quickName is the name of what the quick start makes.
const quickName = "quickstart"

// Quickstart makes a two-level CA, a connector and an ACME profile that an ordinary client can use at once, unless they
// are there already, and returns the file with the roots clients have to trust.
func (a *App) Quickstart(ctx context.Context) (caFile string, err error) {
	who := a.System(quickName)
	if err := a.authority.Provide(ctx, quickName, authority.DefaultSettings()); err != nil {
		return "", fmt.Errorf("making the quick start's CA: %w", err)
	}
	ca, err := a.authority.Chain(ctx, quickName, 1)
	if err != nil {
		return "", err
	}
	root, err := pki.ParseCertificate(ca[len(ca)-1])
	if err != nil {
		return "", err
	}
	for _, step := range []func() error{
		func() error {
			return connector.Connectors.Ensure(ctx, a.deps, who, integrated.On(quickName, quickName))
		},
		func() error {
			return lifecycle.Profiles.Ensure(ctx, a.deps, who, quickProfile())
		},
	} {
		if err := step(); err != nil {
			return "", fmt.Errorf("making the quick start: %w", err)
		}
	}
	return a.writeRoots(ctx, root)
}

// quickProfile lets names of this machine be validated at ports that need no privilege.
func quickProfile() acme.Profile {
	return acme.Profile{
		Module: acme.Module, HTTP01Port: 5080, TLSALPN01Port: 5443, AllowLoopback: true, AuthorizeEmptyContact: true,
		Common: lifecycle.Common{
			Named: kind.Named{Name: quickName}, Enabled: true, Connector: quickName,
			Grading: []kind.Ref[inventory.GradingPolicy]{kind.Ref[inventory.GradingPolicy](grade.Policies()[0].Name)},
		},
	}
}

// writeRoots writes the roots of the server and of the CA into one file for clients.
func (a *App) writeRoots(ctx context.Context, root *pki.Certificate) (string, error) {
	own, err := a.tls.rootPEM(ctx)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(a.Config.Data, quickName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "ca.pem")
	return file, writeWhole(file, []byte(strings.TrimSpace(own)+"\n"+root.PEM()+"\n"), 0o644)
}

// Welcome is what the quick start prints: where the server is, and a command that works when it is pasted.
func (a *App) Welcome(caFile string) string {
	file, err := filepath.Abs(caFile)
	if err != nil {
		file = caFile
	}
	directory := a.Config.PublicURL + "/acme/" + quickName + "/directory"
	dir := filepath.Join(filepath.Dir(file), "certbot")
	return fmt.Sprintf(`ACME directory: %s
Roots to trust: %s
A certificate with certbot (paste it in another terminal):

  REQUESTS_CA_BUNDLE=%s certbot certonly --standalone --server %s --http-01-port 5080 --http-01-address 127.0.0.1 -d a.localhost --agree-tos -m a@example.com -n --config-dir %s/config --work-dir %s/work --logs-dir %s/logs
`, directory, file, file, directory, dir, dir, dir)
}
