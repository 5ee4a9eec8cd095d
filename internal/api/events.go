package api

import (
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

var badField = fault.Define("EVT-005", fault.Invalid, "Unknown member of events")

// Event is an event on the wire: the contract's members, and what a third party needs to verify it.
type Event struct {
	ID        string         `json:"_id"`
	Code      string         `json:"code,omitempty"`
	Module    string         `json:"module,omitempty"`
	Node      string         `json:"node,omitempty"`
	Timestamp int64          `json:"timestamp,omitempty" doc:"Milliseconds since 1970."`
	Status    string         `json:"status,omitempty" enum:"success,failure,warning"`
	Details   []event.Detail `json:"details,omitempty" doc:"What happened, in order; a key may repeat."`
	Seal      string         `json:"seal,omitempty"`
	Sequence  *int64         `json:"sequence,omitempty" doc:"Place in the sealed log, from 0; left out while the event waits to be sealed, at most a second."`
	Version   int            `json:"version,omitempty" doc:"Version of the canonical form."`
	Leaf      string         `json:"leaf,omitempty" doc:"Hash of the log entry, base64."`
}

// EventOf is an event on the wire without its place in the tree.
func EventOf(sequence int64, e event.Event) Event {
	return Event{
		ID: e.ID, Code: e.Code, Module: e.Module, Node: e.Node, Timestamp: e.Time.UnixMilli(), Status: string(e.Status),
		Details: e.Details, Seal: e.Seal, Sequence: &sequence, Version: e.Version,
	}
}

func eventView(e event.Entry) Event {
	v := EventOf(e.Sequence, e.Event)
	if e.Pending {
		v.Sequence = nil
		return v
	}
	v.Leaf = base64.StdEncoding.EncodeToString(e.Leaf)
	return v
}

// Events returns the operations on the event log.
func (d Deps) Events() []web.Operation {
	op := func(method, path, name, doc string, status int) web.Op {
		return web.Op{Method: method, Path: path, Name: name, Doc: doc, Tag: "events", Needs: access.LoggedIn, Status: status, Right: event.Read}
	}
	evidence := op(http.MethodPost, "/events/evidence", "EventEvidence", "Exports the events a query describes, the newest first and at most 50,000, each with the proof that it is in the log: JSON lines that verify without the server.", 200)
	evidence.Type = "application/jsonl"
	return []web.Operation{
		web.Handle(op(http.MethodPost, "/events/search", "EventSearch", "Searches events; the newest come first.", 200), d.searchEvents),
		web.Stream(table(op(http.MethodPost, "/events/csv", "EventCsv", "Exports the events a query describes as CSV.", 200)), d.eventsCSV),
		web.Stream(evidence, d.evidence),
		web.Handle(op(http.MethodPost, "/events/aggregate", "EventAggregate", "Counts events by their values.", 200), d.aggregateEvents),
		web.Handle(op(http.MethodGet, "/events/search/dictionary", "EventDictionary", "Tells what a query can ask.", 200), d.eventDictionary),
		web.Handle(op(http.MethodGet, "/events/verify", "EventValidate", "Verifies the log, or the part with an event or between two times.", 204), d.verifyEvents),
		web.Handle(op(http.MethodGet, "/events/integrity", "EventIntegrity", "Tells the outcome of the last verification.", 200), d.integrity),
		web.Handle(op(http.MethodGet, "/events/integrity/run", "EventIntegrityRun", "Verifies the whole log.", 200), d.runIntegrity),
		web.Handle(op(http.MethodGet, "/events/checkpoint", "EventCheckpoint", "Returns the last signed checkpoint.", 200), d.checkpoint),
		web.Handle(op(http.MethodGet, "/events/checkpoints", "EventCheckpoints", "Lists past checkpoints, the newest first. Of those older than a day the last of each hour is left.", 200), d.checkpoints),
		web.Handle(op(http.MethodGet, "/events/key", "EventKey", "Returns the public key of the log.", 200), d.logKey),
		web.Handle(op(http.MethodGet, "/events/consistency", "EventConsistency", "Proves that the log of one size is the beginning of the log of another.", 200), d.consistency),
		web.Handle(op(http.MethodGet, "/events/{id}/proof", "EventProof", "Proves that an event is in the log.", 200), d.inclusion),
		web.Handle(op(http.MethodGet, "/events/{id}", "EventGet", "Returns one event, also while it waits to be sealed.", 200), d.getEvent),
	}
}

type eventSearch struct {
	Body searching
}

func (d Deps) find(c *web.Call, s searching) (event.Page, error) {
	return d.Log.Find(c, c.Who, event.Search{Query: s.Query, Paging: s.paging(), Count: s.WithCount})
}

func (d Deps) searchEvents(c *web.Call, in eventSearch) (found[Event], error) {
	p, err := d.find(c, in.Body)
	if err != nil {
		return found[Event]{}, err
	}
	out := found[Event]{Results: []Event{}, PageIndex: p.Index, PageSize: p.Size, HasMore: p.More, Count: p.Count}
	for _, e := range p.Entries {
		v := eventView(e)
		if in.Body.Fields != nil {
			if v, err = only(v, *in.Body.Fields); err != nil {
				return out, err
			}
		}
		out.Results = append(out.Results, v)
	}
	return out, nil
}

type eventAggregate struct {
	Body aggregating
}

func (d Deps) aggregateEvents(c *web.Call, in eventAggregate) (aggregated, error) {
	g, err := d.Log.Aggregate(c, c.Who, in.Body.Query, in.Body.grouping())
	return aggregatedOf(g), err
}

// only keeps the named members, and _id.
func only(e Event, fields []string) (Event, error) {
	v := Event{ID: e.ID}
	for _, f := range fields {
		switch name, key, detail := strings.Cut(f, "."); {
		case f == "_id":
		case f == "code":
			v.Code = e.Code
		case f == "module":
			v.Module = e.Module
		case f == "node":
			v.Node = e.Node
		case f == "timestamp":
			v.Timestamp = e.Timestamp
		case f == "status":
			v.Status = e.Status
		case f == "details":
			v.Details = e.Details
		case f == "seal":
			v.Seal = e.Seal
		case f == "sequence":
			v.Sequence = e.Sequence
		case f == "removeAt":
		case detail && name == "detail":
			for _, d := range e.Details {
				if d.Key == key {
					v.Details = append(v.Details, d)
				}
			}
		default:
			return v, badField.Detail("%s: one of _id, code, module, node, timestamp, status, sequence, seal, details, detail.<key>", f)
		}
	}
	return v, nil
}

// eventColumns are those of a CSV when none are named.
var eventColumns = []string{"_id", "sequence", "code", "module", "node", "timestamp", "status", "detail.actorId", "detail.ip", "detail.certificateId", "detail.requestId", "detail.message"}

func (d Deps) eventsCSV(c *web.Call, in eventSearch, to io.Writer) error {
	names := namesOr(in.Body.Fields, eventColumns)
	columns, err := columnsFor(names, eventCell)
	if err != nil {
		return err
	}
	return writeCSV(to, names, columns, func(row func(Event) error) error {
		return d.Log.Each(c, c.Who, event.Search{Query: in.Body.Query, Paging: in.Body.order()}, all(eventView, row))
	})
}

type evidenceWish struct {
	Body struct {
		Query string `json:"query,omitempty" maxLength:"8192" doc:"Query; everything when left out."`
	}
}

func (d Deps) evidence(c *web.Call, in evidenceWish, to io.Writer) error {
	return d.Log.Evidence(c, c.Who, in.Body.Query, to)
}

// eventCell returns the column of a name.
func eventCell(name string) (func(Event) string, error) {
	if _, err := only(Event{}, []string{name}); err != nil {
		return nil, err
	}
	switch name {
	case "_id":
		return func(e Event) string { return e.ID }, nil
	case "timestamp":
		return func(e Event) string { return cell(e.Timestamp) }, nil
	case "sequence":
		return func(e Event) string { return strconv.FormatInt(*e.Sequence, 10) }, nil
	}
	return func(e Event) string {
		one, _ := only(e, []string{name})
		values := make([]string, 0, len(one.Details))
		for _, x := range one.Details {
			if name == "details" {
				x.Value = x.Key + ":" + x.Value
			}
			values = append(values, x.Value)
		}
		return one.Code + one.Module + one.Node + one.Status + one.Seal + strings.Join(values, "\n")
	}, nil
}

type eventDictionary struct {
	Fields  []query.Entry `json:"fields"`
	GroupBy []string      `json:"groupBy" doc:"What can be grouped by."`
	Codes   []eventCode   `json:"codes"`
}

type eventCode struct {
	Code     string         `json:"code"`
	Group    string         `json:"group"`
	Module   string         `json:"module"`
	Meaning  string         `json:"meaning"`
	Statuses []event.Status `json:"statuses"`
	Retired  bool           `json:"deprecated"`
}

func (d Deps) eventDictionary(c *web.Call, _ web.None) (eventDictionary, error) {
	if err := c.Who.May(event.Read); err != nil {
		return eventDictionary{}, err
	}
	out := eventDictionary{Fields: d.Log.Dictionary(), GroupBy: event.Groupable()}
	for _, x := range event.Catalogue() {
		out.Codes = append(out.Codes, eventCode{x.Code, x.Group, x.Module, x.Meaning, x.Statuses, x.Retired})
	}
	return out, nil
}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

func (d Deps) getEvent(c *web.Call, in byID) (Event, error) {
	e, err := d.Log.Look(c, c.Who, in.ID)
	return eventView(e), err
}

type verifyEvents struct {
	ID   string `query:"id" maxLength:"64" doc:"Identifier of one event."`
	From int64  `query:"from" doc:"Milliseconds since 1970."`
	To   int64  `query:"to" doc:"Milliseconds since 1970."`
}

// verifyEvents answers nothing when the log holds, and a problem when it does not.
func (d Deps) verifyEvents(c *web.Call, in verifyEvents) (web.None, error) {
	if err := c.Who.May(event.Read); err != nil {
		return web.None{}, err
	}
	var o event.VerifyOptions
	switch {
	case in.ID != "":
		e, err := d.Log.Get(c, c.Who, in.ID)
		if err != nil {
			return web.None{}, err
		}
		o.From, o.To = e.Sequence, e.Sequence
	case in.From != 0 || in.To != 0:
		to := time.Time{}
		if in.To != 0 {
			to = time.UnixMilli(in.To)
		}
		first, last, any, err := d.Log.Span(c, time.UnixMilli(in.From), to)
		if err != nil || !any {
			return web.None{}, err
		}
		o.From, o.To = first, last
	}
	report, err := d.Log.Verify(c, o)
	if err == nil && report.Problem != nil {
		err = event.Broken.Detail("%s", report.Problem)
	}
	return web.None{}, err
}

func (d Deps) integrity(c *web.Call, _ web.None) (event.Integrity, error) {
	if err := c.Who.May(event.Read); err != nil {
		return event.Integrity{}, err
	}
	return d.Log.LastIntegrity(c)
}

func (d Deps) runIntegrity(c *web.Call, _ web.None) (event.Integrity, error) {
	if err := c.Who.May(event.Read); err != nil {
		return event.Integrity{}, err
	}
	return d.Log.RunIntegrity(c)
}

type checkpointView struct {
	Size int64  `json:"size" doc:"Entries of the log."`
	Root string `json:"root" doc:"Hash of the tree, base64."`
	Time int64  `json:"time,omitempty" doc:"Milliseconds since 1970."`
	Note string `json:"note" doc:"The signed note."`
}

func checkpointOf(c event.Checkpoint) checkpointView {
	v := checkpointView{Size: c.Size, Root: base64.StdEncoding.EncodeToString(c.Root[:]), Note: c.Note}
	if !c.Time.IsZero() {
		v.Time = c.Time.UnixMilli()
	}
	return v
}

func (d Deps) checkpoint(c *web.Call, _ web.None) (v checkpointView, err error) {
	if err := c.Who.May(event.Read); err != nil {
		return v, err
	}
	err = d.DB.Read(c, func(tx *store.Tx) error {
		last, err := d.Log.LastCheckpoint(tx)
		v = checkpointOf(last)
		return err
	})
	return v, err
}

type pastCheckpoints struct {
	Before int64 `query:"before" minimum:"0" doc:"Only those of fewer entries than this."`
	Limit  int   `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most."`
}

type checkpointList struct {
	Results []checkpointView `json:"results"`
	HasMore bool             `json:"hasMore" doc:"Whether there are older ones: ask for those before the size of the last."`
}

func (d Deps) checkpoints(c *web.Call, in pastCheckpoints) (checkpointList, error) {
	all, more, err := d.Log.Checkpoints(c, c.Who, in.Before, in.Limit)
	v := checkpointList{Results: make([]checkpointView, 0, len(all)), HasMore: more}
	for _, one := range all {
		v.Results = append(v.Results, checkpointOf(one))
	}
	return v, err
}

type keyView struct {
	Log       string `json:"log" doc:"Name of the log in checkpoints."`
	PublicKey string `json:"publicKey" doc:"Ed25519 key in the form of signed notes: name+hash+base64."`
}

func (d Deps) logKey(c *web.Call, _ web.None) (keyView, error) {
	return keyView{Log: d.Log.Key.Name(), PublicKey: d.Log.PublicKey}, c.Who.May(event.Read)
}

type proofView struct {
	Sequence   *int64         `json:"sequence,omitempty"`
	Leaf       string         `json:"leaf,omitempty"`
	Previous   string         `json:"previousLeaf,omitempty" doc:"Hash of the entry before, base64."`
	From       *int64         `json:"from,omitempty" doc:"Size of the older tree."`
	Hashes     []string       `json:"hashes" doc:"The proof, base64 (RFC 6962, 2.1)."`
	Checkpoint checkpointView `json:"checkpoint"`
}

func hashes(p []tlog.Hash) []string {
	all := make([]string, len(p))
	for i, h := range p {
		all[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return all
}

func (d Deps) inclusion(c *web.Call, in byID) (v proofView, err error) {
	e, err := d.Log.Get(c, c.Who, in.ID)
	if err != nil {
		return v, err
	}
	p, err := d.Log.Prove(c, e.Sequence)
	if err != nil {
		return v, err
	}
	v = proofView{Sequence: &e.Sequence, Leaf: base64.StdEncoding.EncodeToString(e.Leaf), Hashes: hashes(p.Hashes), Checkpoint: checkpointOf(p.Checkpoint)}
	if e.Sequence > 0 {
		v.Previous = base64.StdEncoding.EncodeToString(p.Previous[:])
	}
	return v, nil
}

type twoSizes struct {
	From int64 `query:"from" required:"true" minimum:"0" doc:"Size of the older tree."`
	To   int64 `query:"to" minimum:"0" doc:"Size of the newer tree; the last checkpoint's when left out."`
}

func (d Deps) consistency(c *web.Call, in twoSizes) (v proofView, err error) {
	if err := c.Who.May(event.Read); err != nil {
		return v, err
	}
	p, err := d.Log.ProveGrowth(c, in.From, in.To)
	return proofView{From: &in.From, Hashes: hashes(p.Hashes), Checkpoint: checkpointOf(p.Checkpoint)}, err
}
