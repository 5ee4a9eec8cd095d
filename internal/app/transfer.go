package app

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
)

// Export returns configuration for another server, as far as the caller may have it.
func (a *App) Export(ctx context.Context, who access.Caller, wish kind.Wish) (kind.Bundle, error) {
	return kinds.Export(ctx, a.deps, who, wish)
}

// Import stores what another server has exported, all or none of it. A dry run says what would happen.
func (a *App) Import(ctx context.Context, who access.Caller, b kind.Bundle, passphrase secret.Text, dry bool) (kind.Imported, error) {
	return kinds.Import(ctx, a.deps, who, b, passphrase, dry)
}

// Keywords lists what the members of every kind mean to forms.
func Keywords() []string { return kinds.Keywords() }
