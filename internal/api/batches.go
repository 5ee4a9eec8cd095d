package api

import (
	"io"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lifecycle/batch"
	"github.com/horizon-clm/horizon/internal/web"
)

// maxBatchBody is enough for the identifiers of the largest batch there can be.
const maxBatchBody = 4 << 20

// BatchOperations returns the operations that do one thing to many certificates.
func (d Deps) BatchOperations() []web.Operation {
	const own, seen = "whose batch it is", "whose batch it is, and who holds configuration:batch:read or configuration:batch:manage"
	op := func(method, path, name string, status int, rule, doc string) web.Op {
		return web.Op{Method: method, Path: "/batches" + path, Name: name, Doc: doc, Tag: "batches", Needs: access.LoggedIn, Status: status, Rule: rule}
	}
	preview := op(http.MethodPost, "", "BatchPreview", 201, "by the rights on the profile of each certificate", "Fixes the certificates of a batch and tells what would become of them. Nothing is done yet.")
	preview.Describe, preview.MaxBody = describeBody[batchWish], maxBatchBody
	return []web.Operation{
		web.Handle(preview, d.previewBatch),
		web.Handle(op(http.MethodGet, "", "BatchList", 200, "everybody sees their own; who holds configuration:batch:read or configuration:batch:manage sees all", "Lists batches, the newest first."), d.listBatches),
		web.Handle(op(http.MethodGet, "/{id}", "BatchGet", 200, seen, "Returns a batch: its preview, and how far it has come."), d.getBatch),
		web.Handle(op(http.MethodPost, "/{id}/run", "BatchRun", 200, own, "Begins to do what was previewed."), d.runBatch),
		web.Handle(op(http.MethodPost, "/{id}/cancel", "BatchCancel", 200, "whose batch it is, and who holds configuration:batch:manage", "Stops a batch: nothing more is begun."), d.cancelBatch),
		web.Handle(op(http.MethodPost, "/{id}/retry", "BatchRetry", 201, own, "Previews a batch of what an ended one has not done."), d.retryBatch),
		web.Handle(op(http.MethodDelete, "/{id}", "BatchDiscard", 204, own, "Discards a preview."), d.discardBatch),
		web.Handle(op(http.MethodGet, "/{id}/outcomes", "BatchOutcomes", 200, seen, "Tells what became of the certificates of a batch, page by page."), d.batchOutcomes),
		web.Stream(table(op(http.MethodGet, "/{id}/outcomes/csv", "BatchOutcomesCsv", 200, seen, "Exports what became of the certificates of a batch as CSV.")), d.batchOutcomesCSV),
	}
}

func (d Deps) previewBatch(c *web.Call, in rawBody) (batchView, error) {
	w, err := readWish(in.RawBody)
	if err != nil {
		return batchView{}, err
	}
	return batchAnswer(d.Batches.Prepare(c, c.Who, w))
}

type batchList struct {
	Status    string `query:"status" maxLength:"16" doc:"Only these: previewed, running, canceling, canceled or completed."`
	Principal string `query:"principal" maxLength:"256" doc:"Only those of this principal."`
	PageIndex int    `query:"pageIndex" minimum:"0" maximum:"1000000" doc:"Page, from 1."`
	PageSize  int    `query:"pageSize" minimum:"0" maximum:"1000" doc:"Rows of a page."`
}

func (d Deps) listBatches(c *web.Call, in batchList) (found[batchView], error) {
	p, err := d.Batches.Find(c, c.Who, batch.Search{State: in.Status, Principal: in.Principal, Paging: query.Paging{Index: in.PageIndex, Size: in.PageSize}})
	if err != nil {
		return found[batchView]{}, err
	}
	out := found[batchView]{Results: make([]batchView, 0, len(p.Batches)), PageIndex: p.Index, PageSize: p.Size, HasMore: p.More}
	for _, b := range p.Batches {
		out.Results = append(out.Results, batchOf(b))
	}
	return out, nil
}

type batchID struct {
	ID string `path:"id" maxLength:"64"`
}

func (d Deps) getBatch(c *web.Call, in batchID) (batchView, error) {
	return batchAnswer(d.Batches.Get(c, c.Who, in.ID))
}

func (d Deps) runBatch(c *web.Call, in batchID) (batchView, error) {
	return batchAnswer(d.Batches.Run(c, c.Who, in.ID))
}

func (d Deps) cancelBatch(c *web.Call, in batchID) (batchView, error) {
	return batchAnswer(d.Batches.Cancel(c, c.Who, in.ID))
}

func (d Deps) retryBatch(c *web.Call, in batchID) (batchView, error) {
	return batchAnswer(d.Batches.Retry(c, c.Who, in.ID))
}

func (d Deps) discardBatch(c *web.Call, in batchID) (web.None, error) {
	return web.None{}, d.Batches.Discard(c, c.Who, in.ID)
}

type outcomeCall struct {
	ID        string `path:"id" maxLength:"64"`
	Outcome   string `query:"outcome" maxLength:"16" doc:"Only these: left, underway, done, asked, refused or failed."`
	Code      string `query:"code" maxLength:"64" doc:"Only those refused or failed with this code."`
	PageIndex int    `query:"pageIndex" minimum:"0" maximum:"1000000" doc:"Page, from 1."`
	PageSize  int    `query:"pageSize" minimum:"0" maximum:"1000" doc:"Rows of a page."`
}

func (in outcomeCall) which() batch.Which {
	return batch.Which{Outcome: in.Outcome, Code: in.Code, Paging: query.Paging{Index: in.PageIndex, Size: in.PageSize}}
}

func (d Deps) batchOutcomes(c *web.Call, in outcomeCall) (found[outcomeView], error) {
	r, err := d.Batches.Results(c, c.Who, in.ID, in.which())
	if err != nil {
		return found[outcomeView]{}, err
	}
	out := found[outcomeView]{Results: make([]outcomeView, 0, len(r.Outcomes)), PageIndex: r.Index, PageSize: r.Size, HasMore: r.More}
	for _, o := range r.Outcomes {
		out.Results = append(out.Results, outcomeView(o))
	}
	return out, nil
}

// outcomeCSV are the columns of the CSV.
var outcomeCSV = []string{"certificateId", "dn", "outcome", "requestId", "error", "message", "detail"}

func (d Deps) batchOutcomesCSV(c *web.Call, in outcomeCall, to io.Writer) error {
	columns := make([]func(outcomeView) string, len(outcomeCSV))
	for i := range outcomeCSV {
		columns[i] = member[outcomeView](i)
	}
	return writeCSV(to, outcomeCSV, columns, func(row func(outcomeView) error) error {
		return d.Batches.Each(c, c.Who, in.ID, in.which(), all(func(o batch.Outcome) outcomeView { return outcomeView(o) }, row))
	})
}
