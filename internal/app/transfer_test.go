package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
)

// furnish puts the example of every variant on a server, those that others refer to first.
func furnish(t *testing.T, s *harness.Server) (n int) {
	t.Helper()
	refer(s)
	type sent struct{ path, method, body string }
	var all []sent
	for _, d := range s.App.Kinds() {
		for _, example := range d.Examples() {
			raw, err := json.Marshal(objectOf(t, example))
			noError(t, err)
			method := http.MethodPost
			if d.Upsert {
				method = http.MethodPut
			}
			if !d.ReadOnly {
				all = append(all, sent{"/api/v1" + d.Path, method, string(raw)})
			}
		}
	}
	for range 5 { // references are made in whatever order
		var later []sent
		for _, one := range all {
			status, text := s.Call("admin", one.method, one.path, one.body)
			switch {
			case status < 300:
				n++
			case strings.Contains(text, "-004"): // it is there from the first start
			default:
				later = append(later, one)
			}
		}
		if all = later; len(all) == 0 {
			return n
		}
	}
	t.Fatalf("%d examples cannot be stored, such as %+v", len(all), all[0])
	return n
}

// What is exported and imported into an empty server is exported from there again, byte by byte.
func TestTransfer(t *testing.T) {
	t.Parallel()
	from, to := harness.New(t), harness.New(t)
	if n := furnish(t, from); n < 10 {
		t.Errorf("only %d objects were stored", n)
	}
	const path, words = "/api/v1/system/configurations/", "a passphrase for the test"
	first := from.Must("admin", http.MethodPost, path+"export", `{}`, http.StatusOK)
	var sealed map[string]any
	noError(t, json.Unmarshal([]byte(from.Must("admin", http.MethodPost, path+"export", map[string]any{"passphrase": words}, http.StatusOK)), &sealed))
	sealed["passphrase"] = words
	var plan kind.Imported
	noError(t, json.Unmarshal([]byte(to.Must("admin", http.MethodPost, path+"import?dryRun=true", sealed, http.StatusOK)), &plan))
	if plan.Refused > 0 || plan.Added == 0 {
		t.Fatalf("got %+v", plan)
	}
	to.Fresh()
	var done kind.Imported
	noError(t, json.Unmarshal([]byte(to.Must("admin", http.MethodPost, path+"import", sealed, http.StatusOK)), &done))
	if plan.DryRun = false; !cmp.Equal(plan, done) {
		t.Errorf("the plan and what was done (-plan +done):\n%s", cmp.Diff(plan, done))
	}
	counts := map[string]int{}
	for _, e := range to.Fresh() {
		if e.Status != "success" {
			t.Errorf("got %s", e)
		}
		counts[e.Code[strings.LastIndex(e.Code, "-")+1:]]++
	}
	if counts["IMPORT"] != 1 || counts["ADD"]+counts["UPDATE"] != done.Added+done.Updated {
		t.Errorf("got the events %v for %d objects added and %d updated", counts, done.Added, done.Updated)
	}
	if again := to.Must("admin", http.MethodPost, path+"export", `{}`, http.StatusOK); again != first {
		t.Errorf("the exports differ (-first +second):\n%s", cmp.Diff(first, again))
	}
}

// The command line carries secrets with a passphrase, and the password of an account goes on to work.
func TestTransferOfSecrets(t *testing.T) {
	t.Parallel()
	from, to := harness.New(t), harness.New(t)
	from.User("ann", "configuration:*")
	ctx, words := context.Background(), secret.NewText("a passphrase for the test")
	b, err := from.App.Export(ctx, from.App.System("cli"), kind.Wish{Passphrase: words, Items: []kind.Choice{{Kind: "principal-info"}, {Kind: "local-identity"}}})
	noError(t, err)
	_, err = to.App.Import(ctx, to.App.System("cli"), b, words, false)
	noError(t, err)
	to.Knows(from, "ann")
	to.Must("ann", http.MethodGet, "/api/v1/certificate/labels", nil, http.StatusOK)
	done, err := to.App.Import(ctx, to.App.System("cli"), b, words, true)
	noError(t, err)
	if done.Same != len(b.Objects) {
		t.Errorf("got %+v, want that all is the same", done)
	}
}

// A configuration that needs a CA of the built-in authority says so, and is refused where there is none.
func TestTransferWithoutCA(t *testing.T) {
	t.Parallel()
	from, to := harness.New(t), harness.New(t)
	from.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "issuing"}, http.StatusCreated)
	from.Must("admin", http.MethodPost, "/api/v1/pki/connectors", map[string]any{"name": "main", "type": "integrated", "authority": "issuing"}, http.StatusCreated)
	const path = "/api/v1/system/configurations/"
	text := from.Must("admin", http.MethodPost, path+"export", `{"items":[{"kind":"pki-connector"}]}`, http.StatusOK)
	if want := `"needs":[{"what":"built-in certification authority","name":"issuing","by":["pki-connector main"]}]`; !strings.Contains(text, want) {
		t.Errorf("got %s, want %s", text, want)
	}
	refused := to.Must("admin", http.MethodPost, path+"import", text, http.StatusBadRequest)
	if want := "pki-connector main: authority: this server has no certification authority named issuing"; !strings.Contains(refused, want) {
		t.Errorf("got %s, want %s", refused, want)
	}
	to.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "issuing"}, http.StatusCreated)
	to.Must("admin", http.MethodPost, path+"import", text, http.StatusOK)
}

// A page of kinds is large, and every schema in it stands alone.
func TestKindsStandAlone(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	var all []struct {
		Kind     string
		Variants []struct {
			Name   string
			Schema json.RawMessage
		}
	}
	noError(t, json.Unmarshal([]byte(s.Must("admin", http.MethodGet, "/api/v1/system/kinds", nil, http.StatusOK)), &all))
	if len(all) != len(s.App.Kinds()) {
		t.Errorf("got %d kinds, want %d", len(all), len(s.App.Kinds()))
	}
	for _, k := range all {
		for _, v := range k.Variants {
			var schema struct {
				Defs map[string]any `json:"$defs"`
			}
			noError(t, json.Unmarshal(v.Schema, &schema))
			for _, part := range bytes.Split(v.Schema, []byte(`"$ref":"`))[1:] {
				name, ok := strings.CutPrefix(string(part[:bytes.IndexByte(part, '"')]), "#/$defs/")
				if !ok || schema.Defs[name] == nil {
					t.Errorf("%s/%s refers to %q, which is not in it", k.Kind, v.Name, name)
				}
			}
		}
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
