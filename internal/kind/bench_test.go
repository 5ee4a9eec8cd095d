package kind_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
)

// thousand is a server with 1,000 objects of a kind.
func thousand(b *testing.B) *server {
	b.Helper()
	s := newServer(b)
	all := kind.Bundle{Format: kind.BundleFormat}
	for i := range 1000 {
		raw := fmt.Sprintf(`{"name":"p%04d","host":"proxy%04d.example.com","port":3128}`, i, i)
		all.Objects = append(all.Objects, kind.Bundled{Kind: "test-proxy", Key: fmt.Sprintf("p%04d", i), Object: json.RawMessage(raw)})
	}
	if _, err := set.Import(context.Background(), s.deps, access.System("test", ""), all, secret.Text{}, false); err != nil {
		b.Fatal(err)
	}
	return s
}

// All objects by REST, one client.
func BenchmarkList(b *testing.B) {
	s := thousand(b)
	for b.Loop() {
		s.want("ann", "GET", "/test/proxies", "", 200)
	}
}

// One object of many by REST, one client.
func BenchmarkGet(b *testing.B) {
	s := thousand(b)
	for b.Loop() {
		s.want("ann", "GET", "/test/proxies/p0500", "", 200)
	}
}
