package api

import (
	"encoding/json"

	"github.com/horizon-clm/horizon/internal/lifecycle/batch"
	"github.com/horizon-clm/horizon/internal/web"
)

// batchWish is what is to be done to many certificates, on the wire. Members that do not belong to it are passed over.
type batchWish struct {
	Workflow     string         `json:"workflow" doc:"renew, revoke, update or migrate."`
	Query        string         `json:"query,omitempty" doc:"HCQL: which certificates. id exists finds everything."`
	Certificates *[]string      `json:"certificates,omitempty" doc:"In place of a query: their identifiers."`
	Profile      string         `json:"profile,omitempty" doc:"Of a migration: the profile they move to."`
	Template     *batchTemplate `json:"template,omitempty" doc:"The form, the same for all."`
	Comment      string         `json:"requesterComment,omitempty" doc:"Told to whoever decides."`
	Contact      string         `json:"contact,omitempty" doc:"Whom to write to about the requests."`
}

// batchTemplate is the part of a form that can be the same for many certificates.
type batchTemplate struct {
	KeyType   string          `json:"keyType,omitempty" doc:"Of a renewal: the kind of the new keys; that of the old ones when left out."`
	Labels    []askedLabel    `json:"labels,omitempty"`
	Metadata  []askedMetadata `json:"metadata,omitempty"`
	Owner     *askedValue     `json:"owner,omitempty"`
	Team      *askedValue     `json:"team,omitempty"`
	Contact   *askedValue     `json:"contactEmail,omitempty"`
	AutoRenew *askedSwitch    `json:"autoRenew,omitempty"`
	Reason    string          `json:"revocationReason,omitempty"`
}

// batchView is a batch on the wire.
type batchView struct {
	ID          string       `json:"_id"`
	Status      string       `json:"status" enum:"previewed,running,canceling,canceled,completed" doc:"How far it has come; canceling until what a PKI has begun is at its end."`
	Workflow    string       `json:"workflow"`
	Query       string       `json:"query,omitempty" doc:"Absent when the certificates were listed."`
	Profile     string       `json:"profile,omitempty"`
	Principal   string       `json:"principal" doc:"Whose it is."`
	Comment     string       `json:"requesterComment,omitempty"`
	Reason      string       `json:"reason,omitempty" doc:"Why it was stopped."`
	Preview     previewView  `json:"preview"`
	Progress    progressView `json:"progress"`
	Registered  int64        `json:"registrationDate" doc:"Milliseconds since 1970."`
	Started     int64        `json:"startDate,omitempty"`
	Ended       int64        `json:"endDate,omitempty"`
	RemoveAt    int64        `json:"removeAt,omitempty" doc:"When it is removed; a preview cannot be run after that."`
	Permissions batchMay     `json:"permissions"`
}

// previewView is what was found out before anything was done.
type previewView struct {
	Found     int          `json:"found" doc:"How many certificates the batch has."`
	Direct    int          `json:"direct" doc:"To how many of them the caller may do it."`
	Ask       int          `json:"ask" doc:"For how many the caller may only ask: their requests wait for a decision."`
	Refused   int          `json:"refused" doc:"How many are refused. These are left out."`
	Unchecked int          `json:"unchecked" doc:"For how many there was no time; they are looked at when it is their turn."`
	Reasons   []reasonView `json:"reasons" doc:"Why certificates are refused."`
}

type reasonView struct {
	Code     string        `json:"error"`
	Message  string        `json:"message"`
	Count    int           `json:"count"`
	Examples []exampleView `json:"examples" doc:"The first of them."`
}

type exampleView struct {
	CertificateID string `json:"certificateId"`
	DN            string `json:"dn,omitempty" doc:"Absent of a certificate the caller may not see."`
	Detail        string `json:"detail,omitempty"`
}

// progressView is how many certificates have come how far.
type progressView struct {
	Done     int `json:"done"`
	Asked    int `json:"asked" doc:"Their requests wait for a decision."`
	Refused  int `json:"refused" doc:"By the preview, or when it was their turn."`
	Failed   int `json:"failed"`
	Underway int `json:"underway" doc:"A PKI works on them."`
	Left     int `json:"left"`
}

type batchMay struct {
	Run    bool `json:"run"`
	Cancel bool `json:"cancel"`
}

// outcomeView is what became of one certificate of a batch.
type outcomeView struct {
	CertificateID string `json:"certificateId"`
	DN            string `json:"dn,omitempty"`
	Outcome       string `json:"outcome" enum:"left,underway,done,asked,refused,failed"`
	RequestID     string `json:"requestId,omitempty" doc:"The request that was made for it."`
	Code          string `json:"error,omitempty" doc:"Code of the fault it was refused or failed with."`
	Message       string `json:"message,omitempty"`
	Detail        string `json:"detail,omitempty"`
}

// readWish reads what is to be done.
func readWish(raw []byte) (w batch.Wish, err error) {
	var in batchWish
	if err := json.Unmarshal(raw, &in); err != nil {
		return w, web.BadInput.Detail("the body is not the JSON of a batch").Because(err)
	}
	if len(in.Comment) > maxComment || len(in.Contact) > maxText || len(in.Query) > maxText {
		return w, web.BadInput.Detail("requesterComment: at most %d bytes; query and contact: at most %d", maxComment, maxText)
	}
	w = batch.Wish{Workflow: in.Workflow, Query: in.Query, Profile: in.Profile, Comment: in.Comment, Contact: in.Contact}
	if in.Certificates != nil {
		w.Certificates, w.Listed = *in.Certificates, true
	}
	t := in.Template
	if t == nil {
		t = &batchTemplate{}
	}
	w.Sheet, err = sheetOf(askedTemplate{
		KeyType: t.KeyType, Labels: t.Labels, Metadata: t.Metadata, Owner: t.Owner, Team: t.Team, Contact: t.Contact, AutoRenew: t.AutoRenew, Reason: t.Reason,
	})
	return w, err
}

func batchAnswer(b batch.Batch, err error) (batchView, error) {
	if err != nil {
		return batchView{}, err
	}
	return batchOf(b), nil
}

func batchOf(b batch.Batch) batchView {
	v := batchView{
		ID: b.ID, Status: b.State, Workflow: b.Workflow, Query: b.Query, Profile: b.Profile, Principal: b.By, Comment: b.Comment, Reason: b.Reason,
		Preview:    previewView{Found: b.Preview.Found, Direct: b.Preview.Direct, Ask: b.Preview.Ask, Refused: b.Preview.Refused, Unchecked: b.Preview.Unchecked, Reasons: []reasonView{}},
		Progress:   progressView(b.Progress),
		Registered: millis(b.Created), Started: millis(b.Started), Ended: millis(b.Ended), RemoveAt: millis(b.RemoveAt),
		Permissions: batchMay{Run: b.CanRun, Cancel: b.CanCancel},
	}
	for _, r := range b.Preview.Reasons {
		one := reasonView{Code: r.Code, Message: r.Message, Count: r.Count}
		for _, e := range r.Examples {
			one.Examples = append(one.Examples, exampleView{CertificateID: e.Certificate, DN: e.DN, Detail: e.Detail})
		}
		v.Preview.Reasons = append(v.Preview.Reasons, one)
	}
	return v
}
