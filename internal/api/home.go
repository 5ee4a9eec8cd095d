package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/web"
)

// Home returns the operations of the page an interface begins with once somebody has logged in.
func (d Deps) Home() []web.Operation {
	return []web.Operation{d.setupOperation(), web.Handle(web.Op{
		Method: http.MethodGet, Path: "/home", Name: "HomeGet", Tag: "User interface", Needs: access.LoggedIn, Status: 200, Rule: "everybody, of what they may see",
		Doc: "Returns what needs the caller, what ends in the next 13 weeks, and what the caller did last.",
	}, d.home)}
}

// homeView is what waits for the caller.
type homeView struct {
	At     int64       `json:"at" doc:"When it was looked, in milliseconds since 1970, as all times."`
	Needs  []homeRow   `json:"needs" doc:"What needs the caller: what does harm already first, then what does so soonest."`
	Next   *homeNext   `json:"next,omitempty" doc:"What will need the caller next, as far as it is known."`
	Expiry homeOutlook `json:"expiry" doc:"What ends in the next 13 weeks, of the certificates the caller may see that are valid and not renewed."`
	Recent []Event     `json:"recent" doc:"What the caller did last, with the details that say to what. Their sequence and seal are those of the event itself."`
}

// homeRow is one matter, or several that are alike.
type homeRow struct {
	Kind     string       `json:"kind" enum:"certificate.expired,certificate.due,renewal.overdue,request.decide,request.own,request.failed,mail.failed,crl.stale,credentials.expiring,log.anomaly,log.invalid" doc:"What it is. A request of the caller that has failed stands here until it is removed, or the caller's preferences say that what failed until then was seen: failuresSeen, in milliseconds since 1970."`
	Severity string       `json:"severity" enum:"error,warning,info" doc:"error: harm is done. warning: it will be. info: somebody waits."`
	At       int64        `json:"at" doc:"When it hurts, or when it began to."`
	Count    int          `json:"count" doc:"How many there are: what the list finds."`
	More     bool         `json:"more,omitempty" doc:"Whether there are more than were counted."`
	List     homeList     `json:"list" doc:"The search or list that finds them."`
	Subject  *homeSubject `json:"subject,omitempty" doc:"The one that hurts first."`
	Profile  string       `json:"profile,omitempty" doc:"The profile they are on, of requests."`
	Oldest   int64        `json:"oldest,omitempty" doc:"Since when the first waits, of requests."`
	People   []string     `json:"people,omitempty" doc:"Who asked, up to three of them, of requests to decide about."`
}

// homeList says how the same is found again.
type homeList struct {
	On    string `json:"on" enum:"certificates,requests,events,mail,authorities,credentials,integrity" doc:"What is searched or listed."`
	Query string `json:"query,omitempty" doc:"Query of the search."`
	Scope string `json:"scope,omitempty" doc:"Scope of the search of requests; state of the list of messages."`
}

// homeSubject is one certificate, request, CA or other object.
type homeSubject struct {
	ID       string `json:"_id,omitempty" doc:"Of a certificate, request or message."`
	Name     string `json:"name,omitempty" doc:"Of other objects; of a certificate its first alternative name or common name."`
	DN       string `json:"dn,omitempty"`
	Workflow string `json:"workflow,omitempty" doc:"Of a request."`
	NotAfter int64  `json:"notAfter,omitempty" doc:"Of a certificate."`
	Profile  string `json:"profile,omitempty"`
	Owner    string `json:"owner,omitempty"`
	Team     string `json:"team,omitempty"`
}

// homeNext is what will need the caller.
type homeNext struct {
	At      int64       `json:"at" doc:"When it is due for renewal."`
	Subject homeSubject `json:"subject"`
}

// homeOutlook is what ends, week by week.
type homeOutlook struct {
	At    int64      `json:"at" doc:"When it was counted: of very many certificates some minutes ago."`
	Weeks []homeWeek `json:"weeks" doc:"13 of seven days each; the first begins with today (UTC)."`

	Totals []homeSegment `json:"totals" doc:"The same of all weeks together."`
}

type homeWeek struct {
	Start    int64         `json:"start"`
	End      int64         `json:"end" doc:"Not included."`
	Segments []homeSegment `json:"segments" doc:"By who renews them, in the order auto, manual, none."`
}

type homeSegment struct {
	Mode  string `json:"mode" enum:"auto,manual,none" doc:"Who acts: the server, the owner or a client, nobody."`
	Count int64  `json:"count"`
	Query string `json:"query" doc:"Query that finds them."`
}

const (
	recentActs   = 10
	withinExpiry = 30 * 24 * time.Hour // of credentials
	maxMillis    = 253402300800000     // the year 10000
)

func (d Deps) home(c *web.Call, _ web.None) (v homeView, err error) {
	v = homeView{At: d.DB.Clock.Now().UnixMilli(), Needs: []homeRow{}, Recent: []Event{}}
	seen, err := d.failuresSeen(c)
	if err != nil {
		return v, err
	}
	inbox, err := d.Lifecycle.Inbox(c, c.Who, seen)
	if err != nil {
		return v, err
	}
	v.Needs = append(v.Needs, d.certificateRows(inbox)...)
	v.Needs = append(v.Needs, requestRows(inbox)...)
	if inbox.Next != nil {
		v.Next = &homeNext{inbox.Next.RenewalDue().UnixMilli(), *certificateSubject(*inbox.Next)}
	}
	for _, source := range []func(*web.Call) ([]homeRow, error){d.mailRows, d.listRows, d.credentialRows, d.logRows} {
		rows, err := source(c)
		if err != nil {
			return v, err
		}
		v.Needs = append(v.Needs, rows...)
	}
	slices.SortStableFunc(v.Needs, func(a, b homeRow) int {
		return cmp.Or(-cmp.Compare(harm(a), harm(b)), cmp.Compare(a.At, b.At))
	})
	ahead, err := inventory.Ahead(c, d.DB.DB, c.Who)
	if err != nil {
		return v, err
	}
	v.Expiry = outlookOf(ahead)
	v.Recent, err = d.recent(c)
	return v, err
}

// failuresSeen is until when the caller has seen which of their requests have failed.
func (d Deps) failuresSeen(c *web.Call) (time.Time, error) {
	kept, err := d.Identity.Preference(c, c.Who.ID, "failuresSeen")
	if at, ok := kept.(float64); ok && at > 0 && at < maxMillis {
		return time.UnixMilli(int64(at)), err
	}
	return time.Time{}, err
}

// harm is 1 where it is done already.
func harm(r homeRow) int {
	if r.Severity == "error" {
		return 1
	}
	return 0
}

var modes = []string{inventory.RenewedByServer, inventory.RenewedByHand, inventory.NotRenewed}

func outlookOf(o inventory.Outlook) homeOutlook {
	v := homeOutlook{At: o.At.UnixMilli(), Weeks: make([]homeWeek, 0, len(o.Weeks))}
	for _, mode := range modes {
		count, query := o.Total(mode)
		v.Totals = append(v.Totals, homeSegment{mode, count, query})
	}
	for _, w := range o.Weeks {
		week := homeWeek{Start: w.Start.UnixMilli(), End: w.End().UnixMilli()}
		for _, mode := range modes {
			week.Segments = append(week.Segments, homeSegment{mode, w.Ending[mode], w.Query(mode)})
		}
		v.Weeks = append(v.Weeks, week)
	}
	return v
}

// recent are the caller's last acts. Of their details only those are told that say what they were about.
func (d Deps) recent(c *web.Call) ([]Event, error) {
	acts, err := d.Log.ActsOf(c, c.Who, recentActs)
	all := make([]Event, 0, len(acts))
	for _, e := range acts {
		view := eventView(e)
		view.Seal, view.Leaf, view.Details = "", "", nil
		for _, detail := range e.Details {
			if slices.Contains(recentDetails, detail.Key) {
				view.Details = append(view.Details, event.Detail{Key: detail.Key, Value: detail.Value})
			}
		}
		all = append(all, view)
	}
	return all, err
}

var recentDetails = []string{
	"kind", "name", "certificateId", "certificateDn", "certificateProfile", "requestId", "requestWorkflow", "requestStatus", "message", "correlationId",
}

func certificateSubject(c inventory.Certificate) *homeSubject {
	s := &homeSubject{ID: c.ID, DN: c.DN, NotAfter: c.NotAfter.UnixMilli(), Profile: c.Profile, Owner: c.Owner, Team: c.Team, Name: c.DN}
	if len(c.SANs) > 0 {
		s.Name = c.SANs[0].Value
	}
	return s
}

func (d Deps) certificateRows(b lifecycle.Inbox) (rows []homeRow) {
	for _, m := range []struct {
		kind, severity string
		inventory.Matter
	}{{"certificate.expired", "error", b.Ended}, {"renewal.overdue", "error", b.Overdue}, {"certificate.due", "warning", b.Due}} {
		if m.Count > 0 {
			rows = append(rows, homeRow{
				Kind: m.kind, Severity: m.severity, At: m.First.NotAfter.UnixMilli(), Count: m.Count, More: m.More,
				List: homeList{On: "certificates", Query: m.Query}, Subject: certificateSubject(m.First),
			})
		}
	}
	return rows
}

func requestRows(b lifecycle.Inbox) (rows []homeRow) {
	add := func(kind string, w lifecycle.Waiting) {
		r := homeRow{
			Kind: kind, Severity: "info", At: w.First.Expires.UnixMilli(), Count: w.Count, More: b.More, Profile: w.Profile, Oldest: w.Oldest.UnixMilli(),
			List:    homeList{On: "requests", Query: w.Query, Scope: string(w.Scope)},
			Subject: &homeSubject{ID: w.First.ID, DN: w.First.DN, Workflow: w.First.Workflow, Profile: w.Profile, Team: w.First.Team},
		}
		if kind == "request.decide" {
			r.People = w.Requesters
		}
		rows = append(rows, r)
	}
	for _, w := range b.Decide {
		add("request.decide", w)
	}
	for _, w := range b.Own {
		add("request.own", w)
	}
	if b.Failed.Count > 0 {
		add("request.failed", b.Failed)
		last := &rows[len(rows)-1]
		last.Severity, last.At = "warning", b.Failed.First.Modified.UnixMilli()
	}
	return rows
}
