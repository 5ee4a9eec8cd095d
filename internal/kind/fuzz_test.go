package kind

import (
	"encoding/json"
	"testing"

	"github.com/horizon-clm/horizon/internal/event"
)

type fuzzed struct {
	Named
	Type   string            `json:"type" required:"true" enum:"one"`
	Count  int               `json:"count,omitempty" minimum:"1"`
	Secret Secret            `json:"secret,omitempty"`
	List   []fuzzedPart      `json:"list,omitempty"`
	Map    map[string]string `json:"map,omitempty"`
}

type fuzzedPart struct {
	Of  Ref[fuzzedTarget] `json:"of"`
	Key Secret            `json:"key"`
}

type fuzzedTarget struct{}

func (fuzzedTarget) KindName() string { return "fuzz-target" }

var fuzzedKind = DefineUnion[fuzzed](Info{
	Kind: "fuzz", Title: "fuzz", Singular: "Fuzz", Path: "/fuzz", Name: "Fuzz", Area: "configuration:fuzz", Family: "KIND-TEST-FUZZ",
	Events: event.Conf, By: "type",
}, nil)

// Whatever is sent as a configuration object is read or refused with a fault of the kind; what is read has its key and is
// read again from what is stored of it.
func FuzzParse(f *testing.F) {
	d := fuzzedKind.Variants(fuzzed{Named: Named{Name: "x"}, Type: "one"})
	for _, seed := range []string{
		`{"name":"a","type":"one","secret":"s","list":[{"of":"b","key":{"value":"k"}}]}`, `{"NAME":"a","type":"one","count":null,"map":{"a":"b"}}`,
		`{"name":"a","type":"two"}`, `[]`, `{`, `{"name":1,"type":{}}`, `null`, `{"type":"one","name":"a","list":[null,{}],"secret":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, key, err := d.parse(raw)
		if err != nil {
			return
		}
		if key == "" || key != v.(fuzzed).Name {
			t.Fatalf("the key is %q", key)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.parse(again); err != nil {
			t.Errorf("%s is not read again: %v", again, err)
		}
	})
}
