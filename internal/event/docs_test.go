package event

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// block returns the block of docs/event-log.md in the language that begins with a line.
func block(t *testing.T, language, begins string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/event-log.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```"+language+"\n"+begins)
	code, _, closed := strings.Cut(rest, "\n```\n")
	if !found || !closed {
		t.Fatalf("docs/event-log.md has no block of %s that begins with %s", language, begins)
	}
	return begins + code + "\n"
}

// verifier is the documented program in a folder of its own.
type verifier struct {
	t      *testing.T
	folder string
	key    string
}

func newVerifier(t *testing.T, key string) verifier {
	t.Helper()
	v := verifier{t, t.TempDir(), key}
	v.file("verify.py", block(t, "python", `"""Verifies`))
	return v
}

func (v verifier) file(name, content string) string {
	v.t.Helper()
	path := filepath.Join(v.folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		v.t.Fatal(err)
	}
	return path
}

// run starts a program in the folder and returns what it said and its exit code. A program that is not there fails the
// test: scripts/components.sh brings it.
func (v verifier) run(program string, args ...string) (string, int) {
	v.t.Helper()
	c := exec.Command(program, args...)
	c.Dir, c.Env = v.folder, append(os.Environ(), "KEY="+v.key)
	out, err := c.CombinedOutput()
	if err != nil && c.ProcessState == nil {
		v.t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

func (v verifier) expect(name string, code int, says string, files ...string) {
	v.t.Helper()
	out, got := v.run("python3", append([]string{"verify.py", v.key}, files...)...)
	if got != code || !strings.Contains(out, says) {
		v.t.Errorf("%s: got exit code %d, want %d with %q:\n%s", name, got, code, says, out)
	}
}

// The program of the documentation agrees with the product about exports.
func TestDocumentedVerifier(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(300)
	v := newVerifier(t, b.PublicKey)
	for from, says := range map[int64]string{0: "300 entries hold", 1: "299 entries hold", 257: "43 entries hold"} {
		v.expect("as it is", 0, says, v.file("export.jsonl", strings.Join(b.export(from), "")))
	}
	whole := b.export(0)
	at := func(seq int) int { return 1 + seq + seq/100 }
	for _, c := range []struct {
		name   string
		change func([]string) []string
		says   string
	}{
		{"one byte", edit(at(150), "success", "sucCess"), "entry 150: it was changed"},
		{"removed", remove(at(7)), "entry 7: it is missing"},
		{"forged checkpoint", edit(at(99)+1, `\n100\n`, `\n101\n`), "the signature of the checkpoint of size 101"},
		{"cut off", func(l []string) []string { return l[:at(250)] }, "entry 250: it is missing"},
		{"last checkpoint cut off", func(l []string) []string { return l[:len(l)-1] }, "entry 200: no checkpoint covers it"},
	} {
		v.expect(c.name, 2, c.says, v.file("export.jsonl", strings.Join(c.change(append([]string{}, whole...)), "")))
	}
}

// The program of the documentation agrees with the product about evidence.
func TestDocumentedEvidence(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(300)
	v := newVerifier(t, b.PublicKey)
	whole := b.evident("sequence < 50", MaxEvidence)
	v.expect("as it is", 0, "50 events are in the log of 300 entries", v.file("evidence.jsonl", strings.Join(whole, "")))
	for _, c := range []struct {
		name   string
		change func([]string) []string
		says   string
	}{
		{"one byte", edit(20, "success", "sucCess"), "entry 30: it was changed"},
		{"removed", remove(7), "the end: there are 49 events"},
		{"twice", func(l []string) []string { return append(l[:3], l[2:]...) }, "entry 48: it does not stand in order"},
		{"forged checkpoint", edit(0, `\n300\n`, `\n301\n`), "the signature of the checkpoint of size 301"},
		{"cut off", func(l []string) []string { return l[:20] }, "the end: there are 19 events"},
	} {
		v.expect(c.name, 2, c.says, v.file("evidence.jsonl", strings.Join(c.change(append([]string{}, whole...)), "")))
	}
}

// The program of the documentation verifies single events with their proofs.
func TestDocumentedProof(t *testing.T) {
	t.Parallel()
	known := computeVectors(t)
	v := newVerifier(t, known.PublicKey)
	for _, x := range known.Entries {
		proof, err := json.Marshal(map[string]any{
			"previousLeaf": x.Previous, "hashes": x.Proof, "checkpoint": map[string]string{"note": known.Checkpoint},
		})
		if err != nil {
			t.Fatal(err)
		}
		holds, err := json.Marshal(x.Event)
		if err != nil {
			t.Fatal(err)
		}
		v.expect("as it is", 0, "it is in the log of 5 entries", v.file("event.json", string(holds)), v.file("proof.json", string(proof)))
		changed := bytes.Replace(holds, []byte("node-1"), []byte("node-2"), 1)
		v.expect("changed", 2, "it was changed", v.file("event.json", string(changed)), v.file("proof.json", string(proof)))
	}
}

// The commands of the documentation compute what the product does.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	known := computeVectors(t)
	v := newVerifier(t, known.PublicKey)
	if out, code := v.run("sh", "-c", block(t, "sh", "# leaf")); code != 0 || strings.TrimSpace(out) != known.Entries[0].Event.Leaf {
		t.Errorf("got exit code %d and %s, want %s", code, out, known.Entries[0].Event.Leaf)
	}
	check := block(t, "sh", "# checkpoint")
	v.file("checkpoint.txt", known.Checkpoint)
	if out, code := v.run("sh", "-c", check); code != 0 || !strings.Contains(out, "Success") {
		t.Errorf("got exit code %d: %s", code, out)
	}
	v.file("checkpoint.txt", strings.Replace(known.Checkpoint, "\n5\n", "\n6\n", 1))
	if out, code := v.run("sh", "-c", check); code == 0 {
		t.Errorf("a changed checkpoint holds: %s", out)
	}
}
