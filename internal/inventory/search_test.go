package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// few records four certificates that differ in every field, and returns a name for each id.
func few(t testing.TB, db *store.DB) map[string]string {
	t.Helper()
	names := map[string]string{}
	add := func(tx *store.Tx, name string, n New) error {
		id, err := Add(tx, n)
		names[id] = name
		return err
	}
	write(t, db, func(tx *store.Tx) error {
		all := everything()
		all.Certificate.Serial = "0a1b"
		plain := New{Certificate: made(2), Module: "acme", Profile: "web", Policies: []string{"Horizon Grading Policy"}}
		plain.Certificate.KeyType, plain.Certificate.DN = "rsa-2048+mldsa-65", `CN=it's "100%_\x", o`
		old := New{Certificate: made(3), Module: "est", Profile: "mail", Ownership: Ownership{Owner: "bob"}, Labels: []Pair{{"env", "test"}}}
		old.Certificate.NotAfter, old.Certificate.KeyType = noon.Add(-time.Minute), "1.2.3.4"
		own := New{Certificate: made(4)}
		own.Certificate.SelfSigned, own.Certificate.SANs, own.Certificate.KeyType = true, nil, "mldsa-65"
		own.Certificate.DN, own.Certificate.IssuerDN = "CN=ÉCOLE", "CN=ÉCOLE"
		if err := errors.Join(add(tx, "all", all), add(tx, "plain", plain), add(tx, "old", old), add(tx, "own", own)); err != nil {
			return err
		}
		for id, name := range names {
			if name == "old" {
				_, err := SetRevoked(tx, id, noon.Add(-48*time.Hour), pki.KeyCompromise)
				return err
			}
		}
		return nil
	})
	return names
}

func find(t testing.TB, db *store.DB, names map[string]string, who access.Caller, s Search) []string {
	t.Helper()
	p, err := Find(context.Background(), db, who, s)
	if err != nil {
		t.Fatalf("%s: %v", s.Query, err)
	}
	found := []string{}
	for _, c := range p.Certificates {
		found = append(found, names[c.ID])
	}
	return found
}

func TestQueries(t *testing.T) {
	t.Parallel()
	db := open(t)
	names := few(t, db)
	all := read(t, db, func(tx *store.Tx) (Certificate, error) { return ByThumbprint(tx, everything().Certificate.Thumbprint) })
	for text, want := range map[string]string{
		``: "all plain old own",
		`id equals "` + strings.ToUpper(all.ID) + `"`:                  "all",
		`dn contains "HOST000001.ex"`:                                  "all",
		`dn contains "00"`:                                             "all plain old",
		`dn contains "100%_\x\", O"`:                                   "plain",
		`dn contains "100%_\x\"" `:                                     "plain",
		`dn contains "it's \"1"`:                                       "plain",
		`dn contains "COLE"`:                                           "own",
		`dn not contains "example"`:                                    "plain own",
		`dn equals "` + all.DN + `"`:                                   "all",
		`dn equals "` + strings.ToLower(all.DN) + `"`:                  "",
		`dn equals "CN"`:                                               "",
		`dn matches "^CN=host.*[13]\."`:                                "all old",
		`san equals "HOST000001.example.com"`:                          "all",
		`san in ["ann@example.com", "host000003.example.com"]`:         "all old",
		`san contains "@EXAMPLE"`:                                      "all",
		`san contains "ho"`:                                            "all plain old",
		`san not contains "host"`:                                      "own",
		`san contains "dnsname"`:                                       "",
		`san exists`:                                                   "all plain old",
		`san matches "^ann@"`:                                          "all",
		`serial equals "00:0A:1B"`:                                     "all",
		`serial contains "A1"`:                                         "all",
		`issuer equals "CN=CA"`:                                        "all plain old",
		`module in ["ACME", "est"]`:                                    "plain old",
		`profile equals "web"`:                                         "all plain",
		`profile not exists`:                                           "own",
		`owner exists`:                                                 "all old",
		`owner not equals "ann"`:                                       "plain old own",
		`team equals "core"`:                                           "all",
		`contactemail contains "ann@"`:                                 "all",
		`thumbprint equals "` + strings.ToUpper(all.Thumbprint) + `"`:  "all",
		`publickeythumbprint equals "` + all.PublicKeyThumbprint + `"`: "all",
		`holderid in ["` + all.HolderID + `"]`:                         "all",
		`keytype equals "ec-secp256r1"`:                                "all",
		`primarykeytype equals "rsa-2048"`:                             "plain",
		`alternatekeytype equals "mldsa-65"`:                           "plain",
		`alternatekeytype not exists`:                                  "all old own",
		`signingalgorithm contains "ecdsa"`:                            "all plain old own",
		`valid.until before now`:                                       "old",
		`valid.until before 3d and valid.until after now`:              "all",
		`valid.from after "2026-03-04T10:30"`:                          "all plain old own",
		`revocation.date before 1d`:                                    "old",
		`revocation.date not exists`:                                   "all plain own",
		`revocation.reason equals "KEYCOMPROMISE"`:                     "old",
		`grade greater than "D"`:                                       "all",
		`grade."Horizon Grading Policy" strictly lower than "D"`:       "plain",
		`grade not exists`:                                             "old own",
		`label.env equals "prod"`:                                      "all",
		`label.env not equals "prod"`:                                  "plain old own",
		`label.env exists and label.none not exists`:                   "all old",
		`metadata.pki_connector equals "inner"`:                        "all",
		`metadata.digicert_id exists`:                                  "",
		`status is valid`:                                              "all plain own",
		`status is not valid`:                                          "old",
		`status is revoked`:                                            "old",
		`status is expired`:                                            "old",
		`certificatetype is hybrid`:                                    "plain",
		`certificatetype is legacy`:                                    "all",
		`certificatetype is pqc`:                                       "own",
		`certificatetype is unknown`:                                   "old",
		`certificate is escrowed`:                                      "all",
		`certificate is selfsigned`:                                    "own",
		`certificate is not trusted`:                                   "plain old own",
		`(dn contains "host000003" or san contains "host000001") and not (status is valid)`: "old",
	} {
		got := strings.Join(find(t, db, names, system, Search{Query: text}), " ")
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestSorted(t *testing.T) {
	t.Parallel()
	db := open(t)
	names := few(t, db)
	for _, c := range []struct{ sort, want string }{
		{"owner", "plain own all old"}, {"-owner", "old all own plain"}, {"notAfter", "old all plain own"},
		{"profile -serial", "own old"}, {"revocationDate", "all plain own old"}, {"-_id", "own old plain all"},
		{"selfSigned dn", ""},
	} {
		var s Search
		for by := range strings.FieldsSeq(c.sort) {
			element, down := strings.CutPrefix(by, "-")
			s.Sort = append(s.Sort, query.Order{Element: element, Descending: down})
		}
		if got := strings.Join(find(t, db, names, system, s), " "); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %s, want %s", c.sort, got, c.want)
		}
	}
	for name := range sortable {
		find(t, db, names, system, Search{Paging: query.Paging{Sort: []query.Order{{Element: name}}}})
	}
}

// Pages do not overlap, and the last one says so.
func TestPages(t *testing.T) {
	t.Parallel()
	db := open(t)
	fill(t, db, 25)
	seen := map[string]bool{}
	for page := 1; ; page++ {
		p, err := Find(context.Background(), db, system, Search{Paging: query.Paging{Index: page, Size: 10, Sort: []query.Order{{Element: "module", Descending: true}}}, Count: true})
		if err != nil || *p.Count != 25 || p.Index != page || p.Size != 10 {
			t.Fatalf("got %+v, %v", p, err)
		}
		for _, c := range p.Certificates {
			seen[c.ID] = true
		}
		if p.More != (page < 3) {
			t.Errorf("page %d: got more %v", page, p.More)
		}
		if !p.More {
			break
		}
	}
	if len(seen) != 25 {
		t.Errorf("got %d certificates, want each once", len(seen))
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	for name, c := range map[string]struct {
		s    Search
		want error
	}{
		"page":       {Search{Paging: query.Paging{Index: -1}}, badSearch},
		"sort":       {Search{Paging: query.Paging{Sort: []query.Order{{Element: "nonsense"}}}}, badSearch},
		"query":      {Search{Query: `nonsense = "x"`}, fault.Define("INVENTORY-TEST-001", fault.Invalid, "x")},
		"discovered": {Search{Query: `certificate is discovered`}, fault.Unexpected},
	} {
		_, err := Find(context.Background(), db, system, c.s)
		if code := fault.Of(err).Code(); err == nil || errors.Is(c.want, badSearch) != (code == badSearch.Code()) || code == "INTERNAL-001" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What a caller finds is what their grants cover one by one, and what they own.
func TestVisible(t *testing.T) {
	t.Parallel()
	db := open(t)
	names := few(t, db)
	everyone := find(t, db, names, system, Search{})
	for _, c := range []struct {
		id     string
		grants []access.Grant
	}{
		{"", nil}, {"ann", nil}, {"x", []access.Grant{"lifecycle:*"}}, {"x", []access.Grant{"*"}}, {"x", []access.Grant{"lifecycle:webra:*"}},
		{"x", []access.Grant{"lifecycle:*:web:search"}}, {"x", []access.Grant{"lifecycle:acme:web:search", "lifecycle:est:*:search"}},
		{"bob", []access.Grant{"lifecycle:acme:web:search"}}, {"x", []access.Grant{"lifecycle:acme:web:enroll", "configuration:*"}},
		{"x", []access.Grant{"lifecycle:acme:web"}}, {"x", []access.Grant{"lifecycle:acme:web:search:more"}}, {"x", []access.Grant{"lifecycle:acme:web:*"}},
		{"x", []access.Grant{"lifecycle:*:*:search"}}, {"x", []access.Grant{"lifecycle:*:web:*"}}, {"x", []access.Grant{"*:acme:web:search"}},
		{"x", []access.Grant{"lifecycle:acme:web:search:*"}}, {"x", []access.Grant{"lifecycle", ""}}, {"x", []access.Grant{"*:*"}},
	} {
		who := access.Caller{ID: c.id, Rights: access.RightsOf(c.grants...)}
		want := []string{}
		for id, name := range names {
			one := read(t, db, func(tx *store.Tx) (Certificate, error) { return Get(tx, id) })
			if one.VisibleTo(who) {
				want = append(want, name)
			}
			if _, err := Look(context.Background(), db, who, id); errors.Is(err, Missing) == one.VisibleTo(who) {
				t.Errorf("%s %v: %s: got %v", c.id, c.grants, name, err)
			}
		}
		slices.SortFunc(want, func(a, b string) int { return slices.Index(everyone, a) - slices.Index(everyone, b) })
		if diff := cmp.Diff(want, find(t, db, names, who, Search{})); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", c.id, c.grants, diff)
		}
	}
}

// A narrowed right shows what its filter allows, in SQL as object by object; members of a team see what the team owns.
func TestVisibleNarrowed(t *testing.T) {
	t.Parallel()
	db := open(t)
	names := few(t, db)
	everyone := find(t, db, names, system, Search{})
	for _, c := range []struct {
		grant, filter string
		teams         []string
	}{
		{"lifecycle:*", `label.env equals "prod"`, nil}, {"lifecycle:*", `label.env not equals "prod"`, nil},
		{"lifecycle:est:*:search", `label.env matches "te.*"`, nil}, {"lifecycle:*:mail:search", `label.env within ["t..t", "x"]`, nil},
		{"lifecycle:*", `team equals "core"`, nil}, {"lifecycle:*", `team not in ["core"] or label.env contains "ro"`, nil},
		{"lifecycle:*:*:search", `label.env matches "e"`, nil}, {"", "", []string{"core"}}, {"", "", []string{"none", "core"}},
	} {
		h := access.Holding{Teams: c.teams}
		if c.filter != "" {
			f, err := access.ParseFilter(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			h.Held = []access.Held{{Grant: access.Grant(c.grant), Filter: f}}
		}
		who := access.Caller{ID: "x", Rights: access.NewRights(h)}
		want := []string{}
		for _, name := range everyone {
			for id := range names {
				if names[id] == name && read(t, db, func(tx *store.Tx) (Certificate, error) { return Get(tx, id) }).VisibleTo(who) {
					want = append(want, name)
				}
			}
		}
		if diff := cmp.Diff(want, find(t, db, names, who, Search{})); diff != "" {
			t.Errorf("%s %s %v (-want +got):\n%s", c.grant, c.filter, c.teams, diff)
		}
	}
}

// The pages of what very many certificates hold follow one another, also beyond those that are read in steps.
func TestManyPages(t *testing.T) {
	t.Parallel()
	db := open(t)
	ids := fill(t, db, store.Many+600)
	for _, page := range []int{1, 2, 5, 26, 27} {
		p, err := Find(context.Background(), db, system, Search{Query: `san contains "example.com"`, Paging: query.Paging{Size: 100, Index: page}, Count: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range p.Certificates {
			got = append(got, c.ID)
		}
		want := ids[min((page-1)*100, len(ids)):min(page*100, len(ids))]
		if !slices.Equal(got, want) || p.More != (page < 26) || *p.Count != len(ids) {
			t.Errorf("page %d: got %d from %v, more %v, count %d", page, len(got), got[:min(1, len(got))], p.More, *p.Count)
		}
	}
}

// Where very many certificates fit, or may be seen, they are read in their order: what is found is the same.
func TestMany(t *testing.T) {
	t.Parallel()
	db := open(t)
	ids := fill(t, db, store.Many+600)
	for _, who := range []access.Caller{system, {ID: "x", Rights: access.RightsOf("lifecycle:acme:web:search", "lifecycle:acme:rare:search")}} {
		for text, want := range map[string]string{
			`dn contains "example.com"`:                                                                               fmt.Sprint(ids[:3]),
			`dn contains "host0020" or dn contains "example.com,o="`:                                                  fmt.Sprint(ids[:3]),
			`dn contains "example.com" and serial equals "00"`:                                                        "[]",
			`dn contains "host001" and san contains "9.exam"`:                                                         fmt.Sprint([]string{ids[1009], ids[1019], ids[1029]}), // few hold both
			`(dn contains "host002" or san contains "host002") and (dn contains "example" or san contains "example")`: fmt.Sprint(ids[2000:2003]),
			`dn contains "host001" and (san contains "9.exam" or profile equals "rare")`:                              fmt.Sprint([]string{ids[1003], ids[1009], ids[1019]}),
			`dn contains "example.com" and not san contains "host000"`:                                                fmt.Sprint(ids[1000:1003]),
			`dn contains "example.com" and san contains "host000777"`:                                                 fmt.Sprint(ids[777:778]),
			`san contains "host" and profile equals "rare"`:                                                           fmt.Sprint([]string{ids[3], ids[503], ids[1003]}),
			`dn not contains "example.com" or san contains "host002000.e"`:                                            fmt.Sprint(ids[2000:2001]),
		} {
			p, err := Find(context.Background(), db, who, Search{Query: text, Paging: query.Paging{Size: 3}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range p.Certificates {
				got = append(got, c.ID)
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%s: got %v, want %s", text, got, want)
			}
		}
	}
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	db := open(t)
	names := few(t, db)
	all, err := Dictionary(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		find(t, db, names, system, Search{Query: e.Example})
		if slices.Contains(e.Operators, "matches") {
			find(t, db, names, system, Search{Query: strings.Fields(e.Example)[0] + ` matches "x.*"`})
		}
	}
}

// A search that takes too long ends with a fault that says what to do.
func TestLate(t *testing.T) {
	t.Parallel()
	db := open(t)
	gone, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancel()
	_, err := Find(gone, db, system, Search{Query: `issuer contains "x"`})
	if fault.Of(err).Code() != "CERT-SEARCH-004" {
		t.Errorf("got %v", err)
	}
}
