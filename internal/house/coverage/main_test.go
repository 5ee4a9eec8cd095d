package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// put writes files into a new folder and returns its path.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReport(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(put(t, map[string]string{"seed.txt": "ACME-REVOKE\nCONF-ADD\n\nSERVICE-START\n"}), "seed.txt")
	allowed := filepath.Join(put(t, map[string]string{"statuses.txt": "ACME-REVOKE success failure warning\nSERVICE-START success failure warning\n"}), "statuses.txt")
	folder := put(t, map[string]string{
		"1.jsonl": `{"code":"ACME-REVOKE","status":"success","story":"revoke.txt"}
{"code":"ACME-REVOKE","status":"failure","story":"acme.txt"}
{"code":"ACME-REVOKE","status":"success","story":"acme.txt"}
`,
		"2.jsonl": `{"code":"SERVICE-START","status":"success","story":"start.txt"}
{"code":"NOT-OF-THE-SEED","status":"success","story":"start.txt"}
`,
	})
	var out strings.Builder
	if err := report(&out, seed, allowed, folder); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ACME-REVOKE failure,success acme.txt, revoke.txt",
		"CONF-ADD -",
		"SERVICE-START success without failure start.txt",
		"2 of 3 seed events emitted, 1 of them with success and failure as far as they have both",
		"",
	}
	if diff := cmp.Diff(want, squeezed(out.String())); diff != "" {
		t.Errorf("got (+), want (-):\n%s", diff)
	}
}

// squeezed returns the lines with one space between words.
func squeezed(text string) []string {
	var all []string
	for _, line := range strings.Split(text, "\n") {
		all = append(all, strings.Join(strings.Fields(line), " "))
	}
	return all
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()
	good := put(t, map[string]string{"seed.txt": "CONF-ADD\n", "none.txt": "\n"})
	seed := filepath.Join(good, "seed.txt")
	tests := []struct{ name, seed, folder, want string }{
		{"no seed file", filepath.Join(good, "missing"), good, "missing"},
		{"an empty seed file", filepath.Join(good, "none.txt"), good, "holds no code"},
		{"no folder", seed, filepath.Join(good, "missing"), "missing"},
		{"a line that is no JSON", seed, put(t, map[string]string{"x": "CONF-ADD\n"}), "invalid character"},
		{"a line without story", seed, put(t, map[string]string{"x": `{"code":"A","status":"success"}`}), "is missing"},
		{"a line without end", seed, put(t, map[string]string{"x": strings.Repeat("x", maxLine+1)}), "too long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := report(&strings.Builder{}, test.seed, seed, test.folder)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
