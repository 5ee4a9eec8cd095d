package acme

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/event"
)

// wants calls the REST API and checks status and words of the answer.
func (b *bench) wants(who, method, path, body string, status int, words ...string) string {
	b.t.Helper()
	got, text := b.call(who, method, path, body)
	if got != status {
		b.t.Errorf("%s %s %s %s: got %d %s, want %d", who, method, path, body, got, text, status)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Errorf("%s %s: got %s, want it to say %s", method, path, text, w)
		}
	}
	return text
}

// External account keys and their policies by REST, each change with its event.
func TestRestExternal(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.wants("ann", "POST", "/acme/eab", `{"name":"one","eabPolicy":"any","macKeyAlgorithm":"HS256"}`, 400, "EAB-005", "no policy any")
	b.wants("ann", "POST", "/acme/eab-policies", `{"name":"any","identifierConstraint":"(","macKeyAlgorithms":["HS1"],"validationMethods":["x"]}`, 400, "EAB-POLICY-003", "identifierConstraint", "macKeyAlgorithms", "validationMethods")
	b.wants("ann", "POST", "/acme/eab-policies", `{"name":"any","maxValidity":"10 days","macKeyAlgorithms":["HS256"]}`, 201, `"name":"any"`, `"_id":"`)
	b.wants("ann", "POST", "/acme/eab-policies", `{"name":"any"}`, 400, "EAB-POLICY-004")
	b.wants("ann", "PUT", "/acme/eab-policies", `{"name":"any","maxValidity":"20 days","macKeyAlgorithms":["HS256"],"maxAccounts":3}`, 200, `"maxAccounts":3`)
	b.wants("ann", "PUT", "/acme/eab-policies", `{"name":"none"}`, 404, "EAB-POLICY-001")
	b.wants("ann", "POST", "/acme/eab", `{"name":"one","eabPolicy":"any","macKeyAlgorithm":"HS512"}`, 400, "EAB-005", "HS512")
	b.wants("ann", "POST", "/acme/eab", `{"name":"one","eabPolicy":"any","macKeyAlgorithm":"HS256","eabValidityDuration":"30 days"}`, 400, "20 days at most")
	b.wants("ann", "POST", "/acme/eab", `{"name":"one","eabPolicy":"any","macKeyAlgorithm":"HS256","eabValidityDuration":"0 days"}`, 400, "more than nothing")
	b.wants("ann", "POST", "/acme/eab", `{"name":"a b","eabPolicy":"any","macKeyAlgorithm":"HS256"}`, 400, "REQ-002", "name")
	b.fresh()
	made := b.wants("ann", "POST", "/acme/eab", `{"name":"one","eabPolicy":"any","macKeyAlgorithm":"HS256","description":"d","emailConstraint":".*"}`, 201, `"macKey":"`, `"macKeyId":"`, `"status":"valid"`, `"expirationDate":`)
	e := find(t, b.fresh(), "CONF-ADD")
	if e.Status != event.Success || e.Detail("kind") != "acme-eab" || e.Detail("name") != "one" || e.Detail("actorId") != "ann" || e.Detail("new.macKey") != "" {
		t.Errorf("got %v", e.Details)
	}
	b.wants("ann", "POST", "/acme/eab", `{"name":"one","eabPolicy":"any","macKeyAlgorithm":"HS256"}`, 400, "EAB-001")
	if got := b.wants("ron", "GET", "/acme/eab/one", "", 200, `"description":"d"`, `"boundAccounts":0`); strings.Contains(got, `"macKey"`) {
		t.Errorf("the secret is told: %s", got)
	}
	b.wants("ron", "GET", "/acme/eab/none", "", 404, "EAB-002")
	b.fresh()
	b.wants("ann", "PUT", "/acme/eab", `{"name":"one","allowedProfiles":["web"]}`, 200, `"allowedProfiles":["web"]`)
	e = find(t, b.fresh(), "CONF-UPDATE")
	if e.Detail("old.description") != "d" || e.Detail("new.allowedProfiles") != `["web"]` || e.Detail("changed") != "allowedProfiles" {
		t.Errorf("got %v", e.Details)
	}
	b.wants("ann", "PUT", "/acme/eab", `{"name":"none"}`, 404, "EAB-002")
	b.wants("ann", "PUT", "/acme/eab", `{"name":"one","identifierConstraint":"("}`, 400, "EAB-005")
	again := b.wants("ann", "POST", "/acme/eab/one/renew", `{"eabValidityDuration":"5 days"}`, 200, `"macKey":"`)
	var was, is struct{ MacKey, MacKeyID string }
	check(t, json.Unmarshal([]byte(made), &was))
	check(t, json.Unmarshal([]byte(again), &is))
	if was.MacKey == is.MacKey || was.MacKeyID != is.MacKeyID {
		t.Errorf("got %+v after %+v", is, was)
	}
	b.wants("ann", "POST", "/acme/eab/none/renew", `{}`, 404, "EAB-002")
	b.wants("ann", "POST", "/acme/eab/one/status", `{"status":"gone"}`, 400, "REQ-002")
	b.wants("ron", "POST", "/acme/eab/search", `{"query":"name equals \"one\" and status equals valid and mackey.algorithm equals HS256 and eab.policy equals \"any\"","withCount":true}`, 200, `"count":1`, `"name":"one"`)
	b.wants("ron", "POST", "/acme/eab/search", `{"query":"expiration.date before 1d","sortedBy":[{"element":"name","order":"Desc"}]}`, 200, `"results":[]`)
	b.wants("ron", "POST", "/acme/eab/search", `{"query":"nonsense"}`, 400, "HQL-001")
	b.wants("ron", "POST", "/acme/eab/search", `{"sortedBy":[{"element":"x","order":"Asc"}]}`, 400, "ACME-002")
	b.wants("ron", "POST", "/acme/eab-policies/list", "", 200, `[{"_id":`)
	b.wants("ron", "GET", "/acme/eab-policies/any", "", 200, `"maxAccounts":3`)
	b.wants("ron", "GET", "/acme/eab-policies/none", "", 404, "EAB-POLICY-001")
	b.wants("ann", "DELETE", "/acme/eab-policies/any", "", 400, "EAB-POLICY-002")
	c := b.client("web")
	secret, err := decode64(is.MacKey)
	check(t, err)
	c.registerWith(c.bind(is.MacKeyID, secret, nil)).want(t, 201)
	b.wants("ann", "DELETE", "/acme/eab/one", "", 400, "EAB-003")
	b.wants("ann", "POST", "/acme/accounts/"+lastOfPath(c.kid)+"/status", `{"status":"revoked"}`, 200)
	b.wants("ann", "DELETE", "/acme/eab/one", "", 204)
	b.wants("ann", "DELETE", "/acme/eab/one", "", 404, "EAB-002")
	b.wants("ann", "DELETE", "/acme/eab-policies/any", "", 204)
	b.wants("ann", "DELETE", "/acme/eab-policies/any", "", 404, "EAB-POLICY-001")
}

func lastOfPath(at string) string { return at[strings.LastIndexByte(at, '/')+1:] }

// Who may do what: nothing without credentials, nothing without rights, and refusals of changes are recorded.
func TestRestRights(t *testing.T) {
	t.Parallel()
	b := start(t)
	id := strings.Repeat("0", 24)
	for _, op := range b.door.Operations() {
		path := strings.NewReplacer("{accountId}", id, "{orderId}", id, "{name}", "x").Replace(op.Path)
		body := `{"name":"x","eabPolicy":"x","macKeyAlgorithm":"HS256","status":"revoked"}`
		if strings.HasSuffix(path, "/eab/x/status") {
			body = `{"status":"valid"}`
		}
		b.wants("", op.Method, path, body, 401)
		b.fresh()
		b.wants("eve", op.Method, path, body, 403, "SEC-PERM-001")
		events := b.events("CONF")
		changes := op.Method != "GET" && !strings.Contains(path, "search") && !strings.HasSuffix(path, "list") && !strings.Contains(path, "/orders/")
		if changes != (len(events) == 1) {
			t.Errorf("%s %s: got the events %v", op.Method, path, events)
		}
	}
	for _, path := range []string{"/acme/eab/x", "/acme/eab-policies/x"} {
		b.wants("ron", "GET", path, "", 404)
		b.wants("ron", "DELETE", path, "", 403)
	}
}

// Accounts and orders by REST.
func TestRestAccounts(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.profile("other")
	c := b.client("web")
	c.register(`{"contact":["mailto:a@example.com"]}`).want(t, 201)
	hidden := b.account("other")
	done, _, _ := c.issued("a.localhost")
	open := c.order("b.localhost").want(t, 201)
	id, orderID := lastOfPath(c.kid), lastOf(done)
	b.wants("ann", "POST", "/acme/accounts/search", `{"withCount":true}`, 200, `"count":2`)
	b.wants("sue", "POST", "/acme/accounts/search", `{"withCount":true,"query":"contact contains \"example\" and status equals valid"}`, 200, `"count":1`, id, `"initialIp":"127.0.0.1"`, c.thumbprint())
	b.wants("sue", "GET", "/acme/accounts/"+id, "", 200, `"profile":"web"`, `"contacts":["mailto:a@example.com"]`)
	b.wants("sue", "GET", "/acme/accounts/"+lastOfPath(hidden.kid), "", 403)
	b.wants("sue", "GET", "/acme/accounts/nobody", "", 404, "ACME-004")
	b.wants("sue", "GET", "/acme/orders/"+orderID, "", 200, `"status":"valid"`, `"certificateId":"`, `"method":"http-01"`, `"identifier":{"type":"dns","value":"a.localhost"}`)
	b.wants("sue", "GET", "/acme/orders/nothing", "", 404, "ORDER-001")
	b.wants("sue", "POST", "/acme/orders/account/"+id, `{"withCount":true,"sortedBy":[{"element":"createdAt","order":"Asc"}]}`, 200, `"count":2`, orderID, lastOf(open))
	b.wants("sue", "POST", "/acme/orders/account/"+id, `{"query":"status equals pending"}`, 200, lastOf(open))
	b.wants("sue", "POST", "/acme/orders/account/"+lastOfPath(hidden.kid), `{}`, 403)
	b.wants("sue", "POST", "/acme/accounts/"+id+"/status", `{"status":"revoked"}`, 403)
	b.wants("ann", "DELETE", "/acme/accounts/"+id, "", 400, "ACME-005")
	b.fresh()
	b.wants("ann", "POST", "/acme/accounts/"+id+"/status", `{"status":"deactivated"}`, 200, `"status":"deactivated"`)
	if diff := cmp.Diff([]string{"CONF-UPDATE success", "ACME-ORDER-UPDATE success"}, b.events("")); diff != "" {
		t.Error(diff)
	}
	c.order("c.localhost").want(t, 401, "unauthorized", "deactivated")
	b.wants("ann", "POST", "/acme/accounts/"+id+"/status", `{"status":"deactivated"}`, 400, "ACME-003")
	b.wants("ann", "POST", "/acme/accounts/"+id+"/status", `{"status":"revoked"}`, 200)
	b.wants("ann", "POST", "/acme/accounts/nobody/status", `{"status":"revoked"}`, 404, "ACME-004")
	b.wants("ann", "DELETE", "/acme/accounts/"+lastOfPath(hidden.kid), "", 204)
	hidden.order("a.localhost").want(t, 400, "accountDoesNotExist")
	b.now.Advance(400 * 24 * 3600e9) // the certificate has ended
	b.wants("ann", "DELETE", "/acme/accounts/"+id, "", 204)
	b.wants("ann", "GET", "/acme/orders/"+orderID, "", 404)
	b.wants("ann", "DELETE", "/acme/accounts/"+id, "", 404, "ACME-004")
}
