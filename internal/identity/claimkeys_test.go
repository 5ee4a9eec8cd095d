package identity

import (
	"testing"

	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/rule/ruletest"
)

// What is told of claims can be read of tokens that have them.
func TestClaimKeys(t *testing.T) {
	t.Parallel()
	d, err := flattened([]byte(`{"iss":"https://id.example.com","sub":"1","aud":"horizon","email":"a@example.com","email_verified":true,"name":"Ann",
		"preferred_username":"ann","given_name":"Ann","family_name":"X","groups":["ops","dev"],"roles":["admin","user"]}`))
	if err != nil {
		t.Fatal(err)
	}
	ruletest.Compare(t, ClaimKeys().All, d)
	if d, err = flattened([]byte(`{"iss":"https://ci.example.com","sub":"1","aud":"horizon","exp":1,"nbf":1,"iat":1,"jti":"x","groups":["a","b"]}`)); err != nil {
		t.Fatal(err)
	}
	ruletest.Compare(t, TokenKeys().All, d)
}

// Every key of a message for a new password has its value.
func TestResetKeys(t *testing.T) {
	t.Parallel()
	text := ""
	for _, k := range ResetKeys().All {
		text += "{{" + k.Name + "}}\n"
	}
	body, err := rule.ParseTemplate(text)
	if err != nil {
		t.Fatal(err)
	}
	account := Account{Name: "Ann", Email: "ann@example.com"}
	account.Identifier = "ann"
	m := resetMessage{account: account, template: &EmailTemplate{Body: body}}
	out, err := m.message(Resets{Link: func(path string) string { return "https://localhost" + path }}, "id")
	if err != nil {
		t.Fatal(err)
	}
	if v := rule.OfTemplate.Check(out.Body, rule.Keys{}); len(v.Unknown) > 0 || v.Problem != nil {
		t.Errorf("keys that were left: %s", out.Body)
	}
}
