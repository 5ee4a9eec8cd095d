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
	"github.com/horizon-clm/horizon/internal/store"
)

// Every kind of configuration object behaves alike: its example is added, refused a second time, read, replaced as it was
// read, refused to who may not, deleted; and every attempt is on record.
func TestEveryKind(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("powerless")
	s.Call("powerless", http.MethodGet, "/api/v1/security/principals/self", nil)
	refer(s)
	for _, d := range s.App.Kinds() {
		for _, example := range d.Examples() {
			t.Run(fmt.Sprintf("%s/%T", d.Kind, example), func(t *testing.T) {
				life(t, s, d, example)
			})
		}
	}
}

// refer makes what examples refer to and no example is.
func refer(s *harness.Server) {
	s.T.Helper()
	s.Must("admin", http.MethodPost, "/api/v1/security/credentials", map[string]any{"name": "company-login", "type": "password", "login": "horizon", "password": "Word-Of-The-Company-7"}, http.StatusCreated)
}

func life(t *testing.T, s *harness.Server, d *kind.Definition, example any) {
	path := "/api/v1" + d.Path
	object := objectOf(t, example)
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
	want("admin", http.MethodPost, path+"?dryRun=true", object, 201, `"_dryRun":{"changes":[{"field":`)
	want("admin", http.MethodGet, path+"/"+name, nil, 404, d.Family+"-"+d.Numbers.Missing)
	want("admin", http.MethodPost, path, object, 201, `"_id"`)
	want("admin", http.MethodPost, path, object, 400, d.Family+"-"+d.Numbers.Exists)
	var stored map[string]any
	if err := json.Unmarshal([]byte(want("admin", http.MethodGet, path+"/"+name, nil, 200, name)), &stored); err != nil {
		t.Fatal(err)
	}
	revised(t, s, d, stored)
	want("admin", http.MethodPut, path, unknown, 404, d.Family+"-"+d.Numbers.Missing)
	want("admin", http.MethodPost, path, `{`, 400, d.Family+"-002")
	want("powerless", http.MethodPost, path, unknown, 403, "SEC-PERM-001")
	want("powerless", http.MethodGet, path+"/"+name, nil, 403, "SEC-PERM-001")
	want("powerless", http.MethodDelete, path+"/"+name, nil, 403, "SEC-PERM-001")
	want("admin", http.MethodDelete, path+"/"+name, nil, 204, "")
	want("admin", http.MethodDelete, path+"/"+name, nil, 404, d.Family+"-"+d.Numbers.Missing)
	want("admin", http.MethodGet, path+"/"+name, nil, 404, d.Family+"-"+d.Numbers.Missing)
	add, up, del := d.Events.Add.Code.Code, d.Events.Update.Code.Code, d.Events.Delete.Code.Code
	all := []string{add + " success", add + " failure", add + " failure", add + " failure", up + " success", up + " success", up + " failure", up + " failure", del + " success", del + " failure", del + " failure", del + " failure"}
	if code := d.Reads.Code; code != nil {
		all = append(all, code.Code+" success", code.Code+" success", code.Code+" success", code.Code+" failure", code.Code+" failure", code.Code+" failure")
	}
	events(t, s, all...)
}

// revised replaces the object, which an answer has shown, by itself: its secrets, which were not shown, are kept, and its
// revision is watched. It writes two successes, a failed update and a failed deletion.
func revised(t *testing.T, s *harness.Server, d *kind.Definition, stored map[string]any) {
	t.Helper()
	path := "/api/v1" + d.Path
	one := path + "/" + stored[d.Key].(string)
	before := sealedTo(t, s, d.Kind, stored[d.Key].(string))
	tag := s.Tag("admin", one)
	dry := s.Must("admin", http.MethodPut, path+"?dryRun=true", stored, http.StatusOK)
	if !strings.HasSuffix(dry, `,"_dryRun":{"changes":[]}}`) {
		t.Errorf("got %s: an object sent back as it was shown changes", dry)
	}
	if status, _ := s.Call("admin", http.MethodGet, one, nil, "If-None-Match", tag); status != http.StatusNotModified {
		t.Errorf("got %d for what is the same, want 304", status)
	}
	if status, text := s.Call("admin", http.MethodPut, path, stored, "If-Match", tag); status != http.StatusOK {
		t.Errorf("got %d %s for the revision that was read", status, text)
	}
	status, text := s.Call("admin", http.MethodPut, path, stored, "If-Match", tag)
	if status != http.StatusConflict || !strings.Contains(text, d.Family+"-CHANGED") || !strings.Contains(text, `"current":{"_id"`) {
		t.Errorf("got %d %s for a stale revision, want 409 with the object", status, text)
	}
	if status, text := s.Call("admin", http.MethodDelete, one, nil, "If-Match", tag); status != http.StatusConflict {
		t.Errorf("got %d %s for a stale revision, want 409", status, text)
	}
	s.Must("admin", http.MethodPut, path, stored, http.StatusOK)
	if after := sealedTo(t, s, d.Kind, stored[d.Key].(string)); !cmp.Equal(before, after) {
		t.Errorf("the secrets of %s changed with an update that left them out", one)
	}
	if text := s.Must("admin", http.MethodGet, one+"/uses", nil, http.StatusOK); !strings.Contains(text, `"usedBy":[]`) {
		t.Errorf("got %s, want that nothing uses it", text)
	}
	for _, question := range []string{one + "/uses", "/api/v1/system/kinds/" + d.Kind + "/overview"} {
		if status, text := s.Call("powerless", http.MethodGet, question, nil); status != http.StatusForbidden {
			t.Errorf("got %d %s to %s without rights", status, text, question)
		}
	}
	s.Must("admin", http.MethodDelete, one+"?dryRun=true", nil, http.StatusNoContent)
}

// sealedTo returns the secrets of an object as they are stored.
func sealedTo(t *testing.T, s *harness.Server, kind, name string) (secrets map[string][]byte) {
	t.Helper()
	err := s.App.DB.Read(t.Context(), func(tx *store.Tx) error {
		var body string
		if _, err := tx.Get(`SELECT body FROM object WHERE kind = $1 AND name = $2`, []any{kind, name}, &body); err != nil {
			return err
		}
		var stored struct {
			Secrets map[string][]byte
		}
		err := json.Unmarshal([]byte(body), &stored)
		secrets = stored.Secrets
		return err
	})
	noError(t, err)
	return secrets
}

// objectOf is an example as it is sent.
func objectOf(t *testing.T, example any) (object map[string]any) {
	t.Helper()
	raw, err := json.Marshal(example)
	noError(t, err)
	noError(t, json.Unmarshal(raw, &object))
	tellSecrets(reflect.ValueOf(example), object)
	return object
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

// What is used is not deleted, whatever the kinds; its uses say by what.
func TestUsed(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	furnish(t, s)
	seen := 0
	for _, d := range s.App.Kinds() {
		if d.ReadOnly || d.Upsert || d.Unlisted {
			continue
		}
		var all []map[string]any
		noError(t, json.Unmarshal([]byte(s.Must("admin", http.MethodGet, "/api/v1"+d.Path, nil, http.StatusOK)), &all))
		for _, object := range all {
			one := "/api/v1" + d.Path + "/" + object[d.Key].(string)
			var uses struct {
				UsedBy []struct{ Kind, Title, Key string }
			}
			noError(t, json.Unmarshal([]byte(s.Must("admin", http.MethodGet, one+"/uses", nil, http.StatusOK)), &uses))
			if len(uses.UsedBy) == 0 {
				continue
			}
			seen++
			user := uses.UsedBy[0]
			var told []struct {
				Key    string
				UsedBy int
			}
			noError(t, json.Unmarshal([]byte(s.Must("admin", http.MethodGet, "/api/v1/system/kinds/"+d.Kind+"/overview", nil, http.StatusOK)), &told))
			for _, o := range told {
				if o.Key == object[d.Key] && o.UsedBy != len(uses.UsedBy) {
					t.Errorf("got %d uses of %s in the overview of its kind, want %d", o.UsedBy, one, len(uses.UsedBy))
				}
			}
			if status, text := s.Call("admin", http.MethodDelete, one, nil); status != http.StatusBadRequest ||
				!strings.Contains(text, d.Family+"-"+d.Numbers.Used) || !strings.Contains(text, user.Kind+" "+user.Key) || user.Title == "" {
				t.Errorf("%s is used by %+v and deleted: %d %s", one, user, status, text)
			}
		}
	}
	if seen == 0 {
		t.Error("nothing is used by anything")
	}
}
