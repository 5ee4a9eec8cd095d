package app_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/harness"
)

// The readable page of the API tells every operation, loads nothing from elsewhere and runs nothing.
func TestReadablePage(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	text := html.UnescapeString(s.Must("nobody", http.MethodGet, "/api/v1/docs", nil, http.StatusOK))
	for _, op := range s.App.Operations() {
		if !strings.Contains(text, `<details id="`+op.Name+`">`) || !strings.Contains(text, "<code>/api/v1"+op.Path+"</code>") {
			t.Errorf("the page lacks %s %s", op.Method, op.Path)
		}
	}
	for _, bad := range []string{"<script", " src=", "<link", " style="} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
}
