package api

import (
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/web"
)

// Requests returns the operations on requests.
func (d Deps) Requests() []web.Operation {
	op := func(method, path, name string, status int, doc string) web.Op {
		return web.Op{Method: method, Path: "/requests" + path, Name: name, Doc: doc, Tag: "requests", Needs: access.LoggedIn, Status: status, Rule: "by the rights on the profile of the request"}
	}
	// What a profile lets everyone ask for needs no credentials; the core asks for the right.
	open := func(o web.Op) web.Op { o.Needs = access.Public; o.Describe = describeBody[asking]; return o }
	// What was asked for without credentials is found again by its claim.
	byClaim := func(o web.Op) web.Op { o.Needs = access.Public; o.Rule += ", or by the claim of the request"; return o }
	decided := func(o web.Op) web.Op { o.Describe = describeBody[deciding]; return o }
	store := func(o web.Op) web.Op { o.Type = "application/octet-stream"; return o }
	return []web.Operation{
		web.Handle(open(op(http.MethodPost, "/template", "RequestTemplate", 200, "Returns the form of a request, filled as far as its values are known.")), d.requestTemplate),
		web.Handle(open(op(http.MethodPost, "/submit", "RequestSubmit", 201, "Submits a request: carried out at once, or kept for a decision.")), d.submitRequest),
		web.Handle(decided(op(http.MethodPost, "/approve", "RequestApprove", 200, "Approves a request that waits.")), d.approveRequest),
		web.Handle(decided(op(http.MethodPost, "/deny", "RequestDeny", 200, "Denies a request that waits.")), d.denyRequest),
		web.Handle(byClaim(decided(op(http.MethodPost, "/cancel", "RequestCancel", 200, "Takes back a request of one's own that waits."))), d.cancelRequest),
		web.Handle(byClaim(op(http.MethodGet, "/{id}", "RequestGet", 200, "Returns a request.")), d.getRequest),
		web.Handle(op(http.MethodGet, "/{id}/review", "RequestReview", 200, "Tells how a request differs from what its profile proposes and from the certificate before."), d.reviewRequest),
		web.Handle(byClaim(store(op(http.MethodGet, "/{id}/keystore", "RequestKeystore", 200, "Returns the key of a request with its certificate and chain, under the password of the request."))), d.requestKeyStore),
		web.Handle(op(http.MethodPost, "/search", "RequestSearch", 200, "Searches the requests the caller may see."), d.searchRequests),
		web.Stream(table(op(http.MethodPost, "/csv", "RequestCsv", 200, "Exports the requests a query describes as CSV.")), d.requestsCSV),
		web.Handle(op(http.MethodPost, "/aggregate", "RequestAggregate", 200, "Counts the requests the caller may see by their values."), d.aggregateRequests),
		web.Handle(op(http.MethodGet, "/search/dictionary", "RequestDictionary", 200, "Tells what a query can ask."), d.requestDictionary),
		web.Handle(op(http.MethodGet, "/profiles", "RequestProfiles", 200, "Lists the profiles the caller may ask something of."), d.requestProfiles),
	}
}

// describeBody puts the schema of T where huma sees raw bytes.
func describeBody[T any](r huma.Registry, o *huma.Operation) {
	if o.RequestBody != nil {
		o.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: r.Schema(reflect.TypeFor[T](), true, "")}}
	}
}

type rawBody struct {
	RawBody []byte `contentType:"application/json"`
}

// Claimed is a call by whoever asked for a request without credentials.
type Claimed struct {
	Claim string `header:"Horizon-Claim" doc:"Of who asks without credentials: a secret of 32 to 200 characters that the request is found by again. A submission may bring one of its own and can then be sent again; otherwise one is made."`
}

// caller is who calls, with the claim they present.
func (in Claimed) caller(c *web.Call) access.Caller {
	return lifecycle.Presenting(c.Who, secret.NewText(in.Claim))
}

type claimedBody struct {
	Claimed
	rawBody
}

type templateCall struct {
	Terms bool `query:"termsOfService" doc:"Whether to add the text of the terms of service."`
	rawBody
}

func (d Deps) requestTemplate(c *web.Call, in templateCall) (formView, error) {
	a, err := readAsk(in.RawBody)
	if err != nil {
		return formView{}, err
	}
	f, err := d.Lifecycle.Template(c, c.Who, a)
	if err != nil {
		return formView{}, err
	}
	v := formView{Workflow: f.Workflow, Module: f.Module, Profile: f.Profile, Template: templateOf(f, a), Usual: f.Usual.Milliseconds()}
	if in.Terms && f.Terms != "" {
		v.Terms, err = d.termsOf(c, f.Terms)
	}
	return v, err
}

func (d Deps) submitRequest(c *web.Call, in claimedBody) (requestView, error) {
	a, err := readAsk(in.RawBody)
	a.Claim = secret.NewText(in.Claim)
	if err != nil {
		facts := event.Request{Workflow: clip(a.Workflow), Profile: clip(a.Profile), CertificateID: clip(a.Certificate)}
		return requestView{}, d.unread(c, event.RequestSubmit, facts, a.DryRun, err)
	}
	r, err := d.Lifecycle.Submit(c, c.Who, a)
	if err != nil {
		return requestView{}, err
	}
	return requestOf(d.DB.Clock.Now(), r), nil
}

// decision reads a decision about a request. That it was tried is recorded also when it cannot be read.
func (d Deps) decision(c *web.Call, in rawBody, t event.Type[event.Request]) (lifecycle.Decision, error) {
	v, err := readDecision(in.RawBody)
	if err != nil {
		return v, d.unread(c, t, event.Request{RequestID: clip(v.ID)}, v.DryRun, err)
	}
	return v, nil
}

// unread records that somebody tried what cannot even be read, with what could be read of it, as the core records what it
// refuses: not what is only tried out, nor what nobody knows who has sent.
func (d Deps) unread(c *web.Call, t event.Type[event.Request], facts event.Request, dry bool, why error) error {
	if dry || c.Who.Known() != nil {
		return why
	}
	return act.Refuse(c, d.DB, c.Who, t, &facts, why)
}

func (d Deps) approveRequest(c *web.Call, in rawBody) (requestView, error) {
	v, err := d.decision(c, in, event.RequestApprove)
	if err != nil {
		return requestView{}, err
	}
	r, err := d.Lifecycle.Approve(c, c.Who, v)
	return answered(d.DB.Clock.Now(), r, err)
}

func (d Deps) denyRequest(c *web.Call, in rawBody) (requestView, error) {
	v, err := d.decision(c, in, event.RequestDeny)
	if err != nil {
		return requestView{}, err
	}
	r, err := d.Lifecycle.Deny(c, c.Who, v)
	return answered(d.DB.Clock.Now(), r, err)
}

func (d Deps) cancelRequest(c *web.Call, in claimedBody) (requestView, error) {
	v, err := d.decision(c, in.rawBody, event.RequestCancel)
	if err != nil {
		return requestView{}, err
	}
	r, err := d.Lifecycle.Cancel(c, in.caller(c), v)
	return answered(d.DB.Clock.Now(), r, err)
}

func answered(now time.Time, r lifecycle.Request, err error) (requestView, error) {
	if err != nil {
		return requestView{}, err
	}
	return requestOf(now, r), nil
}

type requestID struct {
	ID string `path:"id" maxLength:"64"`
}

type requestCall struct {
	Claimed
	ID string `path:"id" maxLength:"64"`
}

func (d Deps) getRequest(c *web.Call, in requestCall) (requestView, error) {
	r, err := d.Lifecycle.Request(c, in.caller(c), in.ID)
	return answered(d.DB.Clock.Now(), r, err)
}

type keyStoreCall struct {
	Claimed
	ID   string `path:"id" maxLength:"64"`
	Form string `query:"form" default:"pkcs12" enum:"pkcs12,jks" doc:"PKCS#12 (RFC 7292), or a Java key store."`
}

func (d Deps) requestKeyStore(c *web.Call, in keyStoreCall) ([]byte, error) {
	return d.Lifecycle.KeyStore(c, in.caller(c), in.ID, in.Form)
}

type offersCall struct {
	Workflow string `query:"workflow" maxLength:"32" doc:"Only profiles with this workflow."`
	Module   string `query:"module" maxLength:"32" doc:"Only profiles of this module."`
}

// offerView is a profile with what the caller may do on it.
type offerView struct {
	Name         string                `json:"name"`
	Module       string                `json:"module"`
	DisplayName  []lifecycle.Localized `json:"displayName,omitempty"`
	Description  []lifecycle.Localized `json:"description,omitempty"`
	Workflows    []offeredView         `json:"workflows"`
	Challenge    bool                  `json:"challenge,omitempty" doc:"Whether an enrollment asks for a one-time challenge."`
	Capabilities capabilities          `json:"capabilities"`
}

type offeredView struct {
	Workflow string `json:"workflow"`
	Perform  bool   `json:"perform" doc:"Whether the caller has it carried out at once."`
	Request  bool   `json:"request" doc:"Whether the caller may ask for it."`
}

func (d Deps) requestProfiles(c *web.Call, in offersCall) ([]offerView, error) {
	offers, err := d.Lifecycle.Offers(c, c.Who, in.Workflow, in.Module)
	if err != nil {
		return nil, err
	}
	all := make([]offerView, 0, len(offers))
	for _, o := range offers {
		v := offerView{Name: o.Name, Module: o.Module, DisplayName: o.DisplayName, Description: o.Description, Challenge: o.Challenge, Capabilities: capabilitiesOf(o.Crypto)}
		for _, w := range o.Workflows {
			v.Workflows = append(v.Workflows, offeredView(w))
		}
		all = append(all, v)
	}
	return all, nil
}
