// Package batch does one thing to many certificates: revokes, updates, migrates or renews what a query finds, or what a
// list names. First the set is fixed and each certificate is looked at: who may do it, who may only ask, what is refused
// and why. Then it is run as a job, each certificate by a request of its own, the same as a single one.
package batch

import (
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/web"
)

// Rights on the batches of others. One's own need none.
const (
	Read   = access.Permission("configuration:batch:read")   // see them, with what became of each certificate
	Manage = access.Permission("configuration:batch:manage") // see and stop them
)

// The faults of batches.
var (
	Missing    = fault.Define("BATCH-001", fault.Missing, "Batch does not exist")
	TooLarge   = fault.Define("BATCH-002", fault.Invalid, "The batch would have too many certificates")
	WrongState = fault.Define("BATCH-003", fault.Conflict, "The batch is not in a state that allows this")
	Expired    = fault.Define("BATCH-004", fault.Conflict, "The preview has expired")
	Nothing    = fault.Define("BATCH-005", fault.Invalid, "There is nothing to do")
	TooMany    = fault.Define("BATCH-006", fault.TooMany, "Too many batches")
	canceled   = fault.Define("BATCH-007", fault.Invalid, "The batch was stopped")
	noProof    = fault.Define("BATCH-008", fault.Denied, "A proof of possession is good for its own certificate only")
)

// States of a batch.
const (
	preparing = "preparing" // its certificates are being written down
	previewed = "previewed" // it can be run
	running   = "running"
	canceling = "canceling" // it was stopped; what a PKI has begun comes to its end
	stopped   = "canceled"
	completed = "completed"
)

// States lists the states a batch can be found in.
func States() []string { return []string{previewed, running, canceling, stopped, completed} }

// What became of a certificate.
const (
	left     = "left"     // nothing yet
	underway = "underway" // a PKI works on it
	done     = "done"
	asked    = "asked"   // its request waits for a decision
	refused  = "refused" // by the preview or when it was its turn
	failed   = "failed"  // the PKI refused, or something broke
)

// Outcomes lists what can become of a certificate.
func Outcomes() []string { return []string{left, underway, done, asked, refused, failed} }

// Limits of batches.
type Limits struct {
	Certificates int           // of one batch
	Running      int           // batches of one principal at a time
	Keep         time.Duration // how long a batch is kept after its end
}

// Service prepares, runs and shows batches.
type Service struct {
	DB        *act.DB
	Lifecycle *lifecycle.Service
	Limits    Limits
}

// Wish is what is to be done, and to which certificates.
type Wish struct {
	Workflow     string          `json:"workflow"`
	Query        string          `json:"query,omitempty"` // HCQL
	Certificates []string        `json:"-"`               // in place of a query: their identifiers
	Listed       bool            `json:"listed,omitempty"`
	Profile      string          `json:"profile,omitempty"` // that they move to
	Sheet        lifecycle.Sheet `json:"sheet"`
	Comment      string          `json:"comment,omitempty"`
	Contact      string          `json:"contact,omitempty"`
}

// ask is the request about one certificate.
func (w Wish) ask(certificate string) lifecycle.Ask {
	return lifecycle.Ask{
		Workflow: w.Workflow, Profile: w.Profile, Certificate: certificate, Sheet: w.Sheet, Comment: w.Comment, Contact: w.Contact, Unattended: true,
	}
}

// Workflows lists what can be done to many certificates.
func Workflows() []string { return []string{"renew", "revoke", "update", "migrate"} }

// complaints lists what is wrong with the wish, whichever certificates it is about.
func (w Wish) complaints() (bad []string) {
	if !slices.Contains(Workflows(), w.Workflow) {
		return []string{"workflow: one of renew, revoke, update and migrate"}
	}
	if w.Query != "" && w.Listed {
		bad = append(bad, "query and certificates: one of them")
	}
	if w.Query == "" && !w.Listed {
		bad = append(bad, "query or certificates: one of them is needed; the query \"id exists\" finds everything")
	}
	if w.Workflow == "migrate" && w.Profile == "" {
		bad = append(bad, "profile: a migration needs one")
	}
	if w.Workflow != "migrate" && w.Profile != "" {
		bad = append(bad, "profile: only a migration has one; a query picks the certificates of a profile")
	}
	if w.Workflow == "update" && w.idle() {
		bad = append(bad, "template: nothing is to be changed")
	}
	return bad
}

// idle reports whether the form changes nothing.
func (w Wish) idle() bool {
	s := w.Sheet
	return len(s.Labels) == 0 && len(s.Metadata) == 0 && !s.Owner.Sent && !s.Team.Sent && !s.Contact.Sent && s.AutoRenew == nil
}

// check refuses a wish that makes no sense, or from somebody who cannot have batches.
func (w Wish) check(who access.Caller) error {
	if err := who.Known(); err != nil {
		return err
	}
	if who.Type == access.PoP {
		return noProof
	}
	if bad := w.complaints(); len(bad) > 0 {
		return web.BadInput.Each(bad)
	}
	return nil
}

// Batch is a batch as it is kept.
type Batch struct {
	ID    string
	State string
	By    string // identifier of whose it is
	Wish
	Preview  Preview
	Progress Progress
	Reason   string // why it was stopped
	Created  time.Time
	Started  time.Time // zero before it is run
	Ended    time.Time // zero until then
	RemoveAt time.Time // zero while it runs
	// CanRun and CanCancel tell what the caller may do with it by now.
	CanRun, CanCancel bool

	who access.Caller // without rights
}

// Preview is what was found out before anything was done.
type Preview struct {
	Found     int      `json:"found"`
	Direct    int      `json:"direct"`    // the caller may do it to these
	Ask       int      `json:"ask"`       // for these, only ask
	Refused   int      `json:"refused"`   // these are left out
	Unchecked int      `json:"unchecked"` // there was no time for these; they are looked at when it is their turn
	Reasons   []Reason `json:"reasons,omitempty"`
}

// Reason is why certificates are refused, with the first of them.
type Reason struct {
	Code     string    `json:"code"`
	Message  string    `json:"message"`
	Count    int       `json:"count"`
	Examples []Example `json:"examples"`
}

// Example is a certificate that is refused.
type Example struct {
	Certificate string `json:"certificate"`
	DN          string `json:"dn,omitempty"` // "" of one the caller may not see
	Detail      string `json:"detail,omitempty"`
}

// Progress is how many certificates have come how far.
type Progress struct {
	Done     int `json:"done"`
	Asked    int `json:"asked"`
	Refused  int `json:"refused"`
	Failed   int `json:"failed"`
	Underway int `json:"underway"`
	Left     int `json:"left"`
}

// add counts certificates of one outcome.
func (p *Progress) add(outcome string, n int) {
	for name, to := range map[string]*int{done: &p.Done, asked: &p.Asked, refused: &p.Refused, failed: &p.Failed, underway: &p.Underway, left: &p.Left} {
		if name == outcome {
			*to += n
		}
	}
}

// facts are what the events of the batch tell.
func (b Batch) facts() event.Task {
	return event.Task{
		Type: "batch", ID: b.ID, Workflow: b.Workflow, Profile: b.Profile, Query: b.Query, Certificates: b.Preview.Found,
		Done: b.Progress.Done, Asked: b.Progress.Asked, Refused: b.Progress.Refused, Failed: b.Progress.Failed, Left: b.Progress.Left + b.Progress.Underway,
	}
}

// sees reports whether the caller may see the batch.
func (b Batch) sees(who access.Caller) bool {
	return who.ID != "" && who.ID == b.By || who.Can(Read) || who.Can(Manage)
}

// mayCancel asks for the right to stop the batch.
func (b Batch) mayCancel(who access.Caller) error {
	if who.ID != "" && who.ID == b.By {
		return nil
	}
	return who.May(Manage)
}
