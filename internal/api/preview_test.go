package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/harness"
)

// What a text of the configuration means is told before it is stored.
func TestPreviews(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/previews/cron", `{"cron":"0  0 2 ? * *"}`, 200, `{"cron":"0 0 2 ? * *","next":[`},
		{"/previews/cron", `{"cron":"0 0 0 1 1 ? 2098"}`, 200, `"next":[4039372800000],"text":"Next on Wednesday, 1 January 2098 at 00:00:00 UTC"`},
		{"/previews/cron", `{"cron":"0 0 0 1 1 ? 1999"}`, 200, `"next":[],"text":"Never again"`},
		{"/previews/cron", `{"cron":"0 0 25 ? * *"}`, 400, "cron: "},
		{"/previews/cron", `{"cron":"daily"}`, 400, "REQ-002"},
		{"/previews/duration", `{"duration":"7d"}`, 200, `{"duration":"7 days","milliseconds":604800000}`},
		{"/previews/duration", `{"duration":"P7D"}`, 400, "duration: "},
		{"/templatestring/playground", `{"templateString":"{{cn}} of {{team}}","dictionary":{"cn":"web"}}`, 200,
			`{"result":"web of {{team}}","values":["web of {{team}}"],"list":false,"unset":["team"]}`},
		{"/templatestring/playground", `{"computationRule":"Upper({{cn}})","dictionary":{"cn":"web"}}`, 200, `{"result":"WEB","values":["WEB"],"list":false,"unset":[]}`},
		{"/templatestring/playground", `{"computationRule":"Upper({{cn}})"}`, 200, `{"result":"","values":[],"list":false,"unset":["cn"]}`},
		{"/templatestring/playground", `{"computationRule":"Upper("}`, 400, "TS-001"},
		{"/templatestring/playground", `{"templateString":"{{"}`, 400, "TS-002"},
		{"/templatestring/playground", `{"templateString":"a","computationRule":"b"}`, 400, "exactly one"},
		{"/templatestring/playground", `{}`, 400, "exactly one"},
	} {
		status, text := s.Call("admin", http.MethodPost, "/api/v1"+c.path, c.body)
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s %s: got %d %s, want %d with %s", c.path, c.body, status, text, c.status, c.want)
		}
		if status, _ := s.Call("nobody", http.MethodPost, "/api/v1"+c.path, c.body); status != http.StatusUnauthorized {
			t.Errorf("%s without credentials: got %d", c.path, status)
		}
	}
}
