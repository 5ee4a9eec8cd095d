package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/rule"
)

const (
	maxToken      = 16 << 10 // bytes of a token that is sent
	maxClaimDepth = 8
	maxClaims     = 2000
)

var errClaims = errors.New("the claims are no object, nested too deep or too many")

// flattened makes a dictionary of the claims of a token: nested objects as dotted keys, arrays as keys with an index from
// 1. An array of one member also has the plain key.
func flattened(payload []byte) (*rule.Map, error) {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&all); err != nil || all == nil {
		return nil, errClaims
	}
	f := &flattening{m: rule.NewMap()}
	return f.m, f.object("", all, 0)
}

type flattening struct {
	m *rule.Map
	n int
}

func (f *flattening) object(prefix string, all map[string]any, depth int) error {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key := rule.Key(name)
		if prefix != "" {
			key = prefix + "." + key
		}
		if err := f.add(key, all[name], depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *flattening) add(key string, v any, depth int) error {
	if f.n++; depth > maxClaimDepth || f.n > maxClaims {
		return errClaims
	}
	switch v := v.(type) {
	case map[string]any:
		return f.object(key, v, depth)
	case []any:
		for i, one := range v {
			if err := f.add(key+"."+strconv.Itoa(i+1), one, depth+1); err != nil {
				return err
			}
		}
		if len(v) == 1 {
			f.scalar(key, v[0])
		}
	default:
		f.scalar(key, v)
	}
	return nil
}

func (f *flattening) scalar(key string, v any) {
	switch v := v.(type) {
	case string:
		f.m.Set(key, v)
	case json.Number:
		f.m.Set(key, v.String())
	case bool:
		f.m.Set(key, strconv.FormatBool(v))
	}
}

// moments are the times in a token, in seconds since 1970 (RFC 7519, 4.1.4 to 4.1.6).
type moments struct {
	Expires   *json.Number `json:"exp"`
	NotBefore *json.Number `json:"nbf"`
	Issued    *json.Number `json:"iat"`
}

// window is what a token's times have to keep.
type window struct {
	skew         time.Duration // how far clocks may differ
	future, past time.Duration // how far iat may lie off; 0 is any distance
}

const farthest = 1 << 40 // seconds; beyond no clock shows

func instant(n *json.Number) (time.Time, bool) {
	f, err := n.Float64()
	if err != nil || f < 0 || f > farthest {
		return time.Time{}, false
	}
	return time.Unix(int64(f), 0), true
}

// check returns when the token expires, or what is wrong with its times.
func (w window) check(payload []byte, now time.Time) (expires time.Time, problem string) {
	var m moments
	if json.Unmarshal(payload, &m) != nil || m.Expires == nil {
		return expires, "the claim exp is missing"
	}
	expires, ok := instant(m.Expires)
	if !ok || !now.Before(expires.Add(w.skew)) {
		return expires, "the token has expired"
	}
	if m.NotBefore != nil {
		if at, ok := instant(m.NotBefore); !ok || at.After(now.Add(w.skew)) {
			return expires, "the token is not valid yet"
		}
	}
	if m.Issued == nil {
		if w.future > 0 || w.past > 0 {
			return expires, "the claim iat is missing"
		}
		return expires, ""
	}
	at, ok := instant(m.Issued)
	switch {
	case !ok || w.future > 0 && at.After(now.Add(w.future+w.skew)):
		return expires, "the token was issued too far in the future"
	case w.past > 0 && at.Before(now.Add(-w.past-w.skew)):
		return expires, "the token was issued too long ago"
	}
	return expires, ""
}
