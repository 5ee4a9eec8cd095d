package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/kind"
)

// Every kind of configuration object behaves alike: its example is added, refused a second time, read, replaced as it was
// read, refused to who may not, deleted; and every attempt is on record.
func TestEveryKind(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("powerless")
	s.Call("powerless", http.MethodGet, "/api/v1/security/principals/self", nil)
	for _, d := range s.App.Kinds() {
		for _, example := range d.Examples() {
			t.Run(fmt.Sprintf("%s/%T", d.Kind, example), func(t *testing.T) {
				life(t, s, d, example)
			})
		}
	}
}

func life(t *testing.T, s *harness.Server, d *kind.Definition, example any) {
	path := "/api/v1" + d.Path
	raw, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	tellSecrets(reflect.ValueOf(example), object)
	want := func(who, method, path string, body any, status int, contains string) string {
		t.Helper()
		got, text := s.Call(who, method, path, body)
		if got != status || !strings.Contains(text, contains) {
			t.Errorf("%s %s %s: got %d %s, want %d with %q", who, method, path, got, text, status, contains)
		}
		return text
	}
	s.Fresh()
	switch {
	case d.ReadOnly:
		want("admin", http.MethodGet, path, nil, 200, `"_id"`)
		want("admin", http.MethodPost, path, object, 405, "")
		events(t, s)
		return
	case d.Upsert:
		want("admin", http.MethodPut, path, object, 200, `"_id"`)
		want("admin", http.MethodPut, path, object, 200, `"_id"`)
		want("powerless", http.MethodPut, path, object, 403, "SEC-PERM-001")
		want("admin", http.MethodGet, path+"/"+object[d.Key].(string), nil, 200, `"_id"`)
		up := d.Events.Update.Code.Code
		events(t, s, up+" success", up+" success", up+" failure")
		return
	}
	name := "every-kind"
	object[d.Key] = name
	unknown := maps.Clone(object)
	unknown[d.Key] = "no-such-object"
	want("admin", http.MethodPost, path, object, 201, `"_id"`)
	want("admin", http.MethodPost, path, object, 400, d.Family+"-"+d.Numbers.Exists)
	var stored map[string]any
	if err := json.Unmarshal([]byte(want("admin", http.MethodGet, path+"/"+name, nil, 200, name)), &stored); err != nil {
		t.Fatal(err)
	}
	want("admin", http.MethodPut, path, stored, 200, name)
	want("admin", http.MethodPut, path, unknown, 404, d.Family+"-"+d.Numbers.Missing)
	want("admin", http.MethodPost, path, `{`, 400, d.Family+"-002")
	want("powerless", http.MethodPost, path, unknown, 403, "SEC-PERM-001")
	want("powerless", http.MethodGet, path+"/"+name, nil, 403, "SEC-PERM-001")
	want("powerless", http.MethodDelete, path+"/"+name, nil, 403, "SEC-PERM-001")
	want("admin", http.MethodDelete, path+"/"+name, nil, 204, "")
	want("admin", http.MethodDelete, path+"/"+name, nil, 404, d.Family+"-"+d.Numbers.Missing)
	want("admin", http.MethodGet, path+"/"+name, nil, 404, d.Family+"-"+d.Numbers.Missing)
	add, up, del := d.Events.Add.Code.Code, d.Events.Update.Code.Code, d.Events.Delete.Code.Code
	all := []string{add + " success", add + " failure", add + " failure", add + " failure", up + " success", up + " failure", del + " success", del + " failure", del + " failure"}
	if code := d.Reads.Code; code != nil {
		all = append(all, code.Code+" success", code.Code+" failure", code.Code+" failure")
	}
	events(t, s, all...)
}

// tellSecrets puts the secrets of an example, which are never written out, into what is sent.
func tellSecrets(v reflect.Value, to map[string]any) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || !f.IsExported() {
			continue
		}
		field := v.FieldByIndex(f.Index)
		if s, ok := field.Interface().(kind.Secret); ok {
			if text, ok := s.Sent(); ok {
				to[name] = map[string]string{"value": text}
			}
		} else if inner, ok := to[name].(map[string]any); ok && field.Kind() == reflect.Struct {
			tellSecrets(field, inner)
		}
	}
}

// events compares the events since the last look, in any order.
func events(t *testing.T, s *harness.Server, want ...string) {
	t.Helper()
	var got []string
	for _, e := range s.Fresh() {
		got = append(got, e.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
