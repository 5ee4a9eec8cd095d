package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
)

// What can be written, what is wrong and what an expression gives is told before it is stored.
func TestExpressions(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	if status, text := s.Call("admin", http.MethodPost, "/api/v1/certificate/labels", `{"name":"env"}`); status != http.StatusCreated {
		t.Fatal(status, text)
	}
	for _, c := range []struct {
		operation, body string
		status          int
		want            string
	}{
		{"complete", `{"computationRule":"Low","position":3}`, 200,
			`{"from":{"offset":0,"line":1,"column":1},"to":{"offset":3,"line":1,"column":4},"choices":[{"text":"Lower(","signature":"Lower(e)","doc":"In small letters."}]}`},
		{"complete", `{"computationRule":"Concat(\"é\", {{mail","position":19,"context":"profile","variant":"webra"}`, 200,
			`{"from":{"offset":15,"line":1,"column":15},"to":{"offset":19,"line":1,"column":19},"choices":[{"text":"webra.enroll.mail}}","doc":"Contact that was asked for."},{"text":"principal.mail}}"`},
		{"complete", `{"computationRule":"{{acme.","position":7,"context":"profile","variant":"acme"}`, 200, `"text":"acme.account.contact.1}}"`},
		{"complete", `{"computationRule":"{{acme.","position":7,"context":"profile","variant":"webra"}`, 200, `"choices":[]`},
		{"complete", `{"computationRule":"{{webra.enroll.label.","position":21,"context":"profile"}`, 200, `"text":"webra.enroll.label.env}}"`},
		{"complete", `{"templateString":"Hello {{ Upper({{req","position":20,"context":"notification","variant":"on_submit_enroll"}`, 200, `"text":"request.id}}"`},
		{"complete", `{"templateString":"{{certificate.","position":14,"context":"notification","variant":"on_expire"}`, 200, `"text":"certificate.id}}"`},
		{"complete", `{"templateString":"{{request.","position":10,"context":"notification","variant":"on_expire"}`, 200, `"choices":[]`},
		{"complete", `{"templateString":"","position":0,"context":"password-reset"}`, 200, `"choices":[{"text":"{{","doc":"A key, or an expression."},{"text":"{{`},
		{"complete", `{"templateString":"Hello {{x}}, bye","position":13,"context":"password-reset"}`, 200, `"text":"{{reset.link}}"`},
		{"complete", `{"computationRule":"Lower({{b","position":9,"keys":["a.b","b.c.1","b.c.2"]}`, 200, `"choices":[{"text":"b.c.1}}"},{"text":"a.b}}"}]`},
		{"check", `{"computationRule":"Lower({{a.x}})","keys":["a.b","b.c.1"]}`, 200, `"text":"there is no key \"a.x\" here"`},
		{"check", `{"computationRule":"[[b.c]]","keys":["a.b","b.c.1"]}`, 200, `{"ok":true,"list":true,"unknown":[]}`},
		{"check", `{"computationRule":"{{a}}","keys":[` + strings.Repeat(`"a",`, 1000) + `"a"]}`, 400, "REQ-002"},
		{"complete", `{"templateString":"{{re","position":4,"context":"password-reset"}`, 200, `"text":"reset.link}}"`},
		{"complete", `{"templateString":"{{certificate.d","position":15,"context":"certificate"}`, 200, `"text":"certificate.dn}}"`},
		{"complete", `{"condition":"{{sub}} not ","position":12,"context":"token"}`, 200, `"text":"not equals"`},
		{"complete", `{"condition":"any of gr","position":9,"context":"claims"}`, 200, `"choices":[{"text":"[[groups]]"`},
		{"complete", `{"computationRule":"é","position":1}`, 200, `{"from":{"offset":0,"line":1,"column":1},"to":`},
		{"complete", `{"computationRule":"Low","position":4000}`, 200, `"text":"Lower("`},
		{"complete", `{"computationRule":"Low"}`, 400, "REQ-002"},
		{"complete", `{"computationRule":"Low","position":-1}`, 400, "REQ-002"},
		{"complete", `{"computationRule":"Low","position":1,"context":"elsewhere"}`, 400, "REQ-002"},
		{"complete", `{"computationRule":"a","condition":"b","position":1}`, 400, "exactly one"},
		{"complete", `{"position":1}`, 400, "exactly one"},
		{"complete", `{"computationRule":"` + strings.Repeat("x", 8193) + `","position":1}`, 400, "REQ-002"},
		{"check", `{"computationRule":"Lower({{csr.subject.cn.1}})","context":"profile"}`, 200, `{"ok":true,"list":false,"unknown":[]}`},
		{"check", `{"computationRule":"[[csr.subject.cn]]","context":"profile"}`, 200, `{"ok":true,"list":true,"unknown":[]}`},
		{"check", `{"computationRule":"Concat(\"é\", Lowr({{csr.subject.cn.1}}))"}`, 200,
			`{"ok":false,"problem":{"at":{"offset":13,"line":1,"column":13},"text":"there is no function \"Lowr\"","near":["Lower"]},"list":false,"unknown":[]}`},
		{"check", `{"computationRule":"{{csr.subject.xn.1}}","context":"profile"}`, 200,
			`{"ok":true,"list":false,"unknown":[{"at":{"offset":2,"line":1,"column":3},"text":"there is no key \"csr.subject.xn.1\" here"`},
		{"check", `{"templateString":"{{reset.link}} {{reset.lnk}}","context":"password-reset"}`, 200, `"near":["reset.link"]`},
		{"check", `{"condition":"{{anything}} exists","context":"token"}`, 200, `{"ok":true,"list":false,"unknown":[]}`},
		{"check", `{"condition":"{{sub}} like \"x\""}`, 200, `"offset":8`},
		{"check", `{}`, 400, "exactly one"},
		{"playground", `{"condition":"[[dns]] contains \"a\" and {{x}} not exists","dictionary":{"dns.1":"a"}}`, 200, `{"result":"true","values":["true"],"list":false,"unset":["x"]}`},
		{"playground", `{"condition":"{{dns}} resolvesDNS","dictionary":{"dns":"example.com"}}`, 200, `"result":"false"`},
		{"playground", `{"condition":"{{dns}}"}`, 400, "TS-004"},
	} {
		path := "/api/v1/templatestring/" + c.operation
		status, text := s.Call("admin", http.MethodPost, path, c.body)
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s %.200s: got %d %.600s, want %d with %s", c.operation, c.body, status, text, c.status, c.want)
		}
		if status, _ := s.Call("nobody", http.MethodPost, path, c.body); status != http.StatusUnauthorized {
			t.Errorf("%s without credentials: got %d", c.operation, status)
		}
	}
}

// Every expression of a form says which keys it can read, and they are known here.
func TestExpressionsOfForms(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	status, text := s.Call("admin", http.MethodGet, "/api/v1/system/kinds", "")
	if status != http.StatusOK {
		t.Fatal(status, text)
	}
	var kinds any
	if err := json.Unmarshal([]byte(text), &kinds); err != nil {
		t.Fatal(err)
	}
	contexts := map[string]int{}
	walk(kinds, func(schema map[string]any) {
		if schema["x-rule"] == nil && schema["x-template"] == nil && schema["x-condition"] == nil {
			return
		}
		keys, _ := schema["x-keys"].(string)
		contexts[keys]++
	})
	var got []string
	for keys := range contexts {
		got = append(got, keys)
		context, _, _ := strings.Cut(keys, "/")
		status, text := s.Call("admin", http.MethodPost, "/api/v1/templatestring/complete", `{"computationRule":"{{","position":2,"context":"`+context+`"}`)
		if status != http.StatusOK || !strings.Contains(text, `}}"`) {
			t.Errorf("%s: got %d %s", keys, status, text)
		}
	}
	slices.Sort(got)
	want := []string{"certificate", "claims", "notification/event", "password-reset", "profile/module", "token"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// walk visits all objects within a JSON value.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, one := range v {
			walk(one, visit)
		}
	case []any:
		for _, one := range v {
			walk(one, visit)
		}
	}
}
