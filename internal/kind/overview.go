package kind

import (
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Counter counts facts that belong to objects, such as the certificates of profiles, by what names the objects: of each up
// to so many and one more. Objects without any may be left out.
type Counter func(tx *store.Tx, keys []string, most int) (map[string]int64, error)

// Counting makes what is told of the objects of a kind tell how many of a sort of facts belong to them: "certificates".
func (s *Set) Counting(kind, facts string, count Counter) *Set {
	return attached(s, s.counts, kind, facts, count)
}

// Failures is what failed of an object.
type Failures struct {
	Count int64 `json:"count" doc:"How many failed, up to 1,000."`
	Last  int64 `json:"last,omitempty" doc:"When the last one did, in milliseconds since 1970; left out where none did."`
}

// Watch finds what failed of the objects of a kind since a time, by what names the objects.
type Watch func(tx *store.Tx, since time.Time) (map[string]Failures, error)

// Watching makes the overview of a kind tell what of a sort of work failed of its objects lately: "requests".
func (s *Set) Watching(kind, work string, watch Watch) *Set {
	return attached(s, s.watches, kind, work, watch)
}

// attached adds to what is told of a kind what finds it, once for each sort.
func attached[T any](s *Set, all map[string]map[string]T, kind, sort string, find T) *Set {
	if _, twice := all[kind][sort]; twice || s.all[kind] == nil {
		panic("kind: " + kind + " is unknown, or tells its " + sort + " already")
	}
	if all[kind] == nil {
		all[kind] = map[string]T{}
	}
	all[kind][sort] = find
	return s
}

const (
	everything = math.MaxInt32  // a limit of counting that is none
	atMost     = 10_000         // how far the facts of an object are counted for a list
	lately     = 24 * time.Hour // how far back failures are told
)

// tally is how many facts belong to an object.
type tally struct {
	Count int64 `json:"count" doc:"How many there are, up to 10,000."`
	More  bool  `json:"more,omitempty" doc:"Whether there are more."`
}

// standing is what a list tells of an object besides itself.
type standing struct {
	Key       string              `json:"key" doc:"What names the object."`
	UsedBy    int                 `json:"usedBy" doc:"How many objects refer to it."`
	Counts    map[string]tally    `json:"counts" doc:"How many facts belong to it, by their sort, such as certificates."`
	ChangedAt int64               `json:"changedAt,omitempty" doc:"When it was last stored, in milliseconds since 1970; left out where that was not kept."`
	ChangedBy string              `json:"changedBy,omitempty" doc:"Who stored it last; left out where that was not kept."`
	Test      *tested             `json:"test,omitempty" doc:"How it did when it was last tried as it is now."`
	Failures  map[string]Failures `json:"failures" doc:"What failed in the last 24 hours, by its sort, such as requests."`
}

// overviewOp tells what a list of the objects of a kind says of them besides themselves, in one question.
func (s *Set) overviewOp(deps Deps) web.Operation {
	op := web.Op{
		Method: http.MethodGet, Path: "/system/kinds/{key}/overview", Name: "SystemKindOverview", Tag: "configuration",
		Doc: "Tells of each object of a kind how much refers to it and belongs to it, when it was changed and by whom, how it did when it was last tried, " +
			"and what failed lately.",
		Needs: access.LoggedIn, Status: http.StatusOK, Rule: "by the right to read objects of the kind",
	}
	return web.Handle(op, func(c *web.Call, in keyed) (all []standing, err error) {
		d, ok := s.all[in.Key]
		if !ok {
			return nil, noKind.Detail("%s", clip(in.Key))
		}
		err = ops{d, deps, s}.read(c, func(tx *store.Tx, now *snapshot) error {
			all, err = s.overview(tx, d, now)
			return err
		})
		return all, err
	})
}

func (s *Set) overview(tx *store.Tx, d *Definition, now *snapshot) ([]standing, error) {
	items, users := now.list(d.Kind), now.counts(d.Kind)
	tests, err := testsOf(tx, d.Kind)
	if err != nil {
		return nil, err
	}
	counts, failures, err := s.measured(tx, d.Kind, slices.Collect(maps.Keys(now.kinds[d.Kind])))
	if err != nil {
		return nil, err
	}
	all := make([]standing, 0, len(items))
	for _, one := range items {
		v := standing{Key: one.key, UsedBy: users[one.key], Counts: map[string]tally{}, Failures: map[string]Failures{}, ChangedBy: one.by}
		if one.modified > 0 {
			v.ChangedAt = store.Time(one.modified).UnixMilli()
		}
		if t, ok := tests[one.key]; ok && t.of(one) {
			v.Test = &t.tested
		}
		for facts, found := range counts {
			v.Counts[facts] = tally{min(found[one.key], atMost), found[one.key] > atMost}
		}
		for work, found := range failures {
			v.Failures[work] = found[one.key]
		}
		all = append(all, v)
	}
	return all, nil
}

// measured asks every counter and watch of a kind once.
func (s *Set) measured(tx *store.Tx, kind string, keys []string) (counts map[string]map[string]int64, failures map[string]map[string]Failures, err error) {
	counts, failures = map[string]map[string]int64{}, map[string]map[string]Failures{}
	for facts, count := range s.counts[kind] {
		if counts[facts], err = count(tx, keys, atMost); err != nil {
			return nil, nil, err
		}
	}
	for work, watch := range s.watches[kind] {
		if failures[work], err = watch(tx, tx.Now().Add(-lately)); err != nil {
			return nil, nil, err
		}
	}
	return counts, failures, nil
}
