package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTextHides(t *testing.T) {
	t.Parallel()
	type holder struct {
		Shown  Text
		hidden Text
		many   []Text
	}
	s := NewText("hunter2")
	h := holder{s, s, []Text{s}}
	var log bytes.Buffer
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))} {
		l.Info("x", "a", s, "b", h, "c", &h, slog.Any("d", []any{s, &s}), slog.Group("g", "e", s))
	}
	out := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %v"} {
		out += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, &s) + fmt.Sprintf(verb, h) + fmt.Sprintf(verb, &h) + fmt.Sprintf(verb, []Text{s})
	}
	out += fmt.Sprint(s.String(), s.GoString(), fmt.Errorf("with %w %v", fmt.Errorf("x"), s))
	if strings.Contains(out, "hunter2") || strings.Contains(out, fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("the secret was written: %s", out)
	}
	if !strings.Contains(out, "[secret]") {
		t.Error("nothing stands in its place")
	}
	for _, v := range []any{s, h, &h, map[string]Text{"a": s}} {
		if b, err := json.Marshal(v); err == nil {
			t.Errorf("%T was marshalled: %s", v, b)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var in struct{ Password Text }
	if err := json.Unmarshal([]byte(`{"password":"hunter2"}`), &in); err != nil || in.Password.Reveal() != "hunter2" {
		t.Errorf("got %q, %v", in.Password.Reveal(), err)
	}
	var none Text
	if !none.IsZero() || !NewText("").IsZero() || NewText("x").IsZero() || none.Reveal() != "" {
		t.Error("an empty secret is not seen as one")
	}
	if !none.Equal(NewText("")) || NewText("a").Equal(NewText("b")) || NewText("a").Equal(NewText("ab")) || !NewText("a").Equal(NewText("a")) {
		t.Error("secrets do not compare by value")
	}
	if diff := cmp.Diff(struct{ T Text }{NewText("a")}, struct{ T Text }{NewText("a")}); diff != "" {
		t.Error(diff)
	}
}
