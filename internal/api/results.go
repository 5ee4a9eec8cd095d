package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// resultMember is the member with the results of triggers.
const resultMember = "triggerResults"

// triggerResult is what became of a trigger when it last ran, on the wire.
type triggerResult struct {
	Name      string `json:"name"`
	Event     string `json:"event"`
	Type      string `json:"triggerType,omitempty"`
	Ran       int64  `json:"lastExecutionDate" doc:"Milliseconds since 1970."`
	Status    string `json:"status" enum:"success,failure"`
	Detail    string `json:"detail,omitempty" doc:"Why it failed."`
	Retryable *bool  `json:"retryable,omitempty" doc:"Of a failure: whether it is tried again by itself or can be run again by hand."`
	Retries   *int   `json:"retries,omitempty" doc:"How often it will still be tried again by itself."`
	Next      int64  `json:"nextExecutionDate,omitempty" doc:"When it is tried again; milliseconds since 1970."`
	Delay     string `json:"nextDelay,omitempty" doc:"How long that is after the last time."`
}

// resultsOf are results on the wire. The contract knows success and failure alone: what has reached some of those it is
// for, and what is tried again, has failed.
func resultsOf(list []inventory.Result) (all []triggerResult) {
	for _, r := range list {
		v := triggerResult{Name: r.Trigger, Event: r.Event, Type: r.Type, Ran: millis(r.Ran), Status: r.Status, Detail: r.Detail}
		if r.Status != inventory.Succeeded {
			v.Status, v.Retryable = inventory.Failed, &r.Retryable
		}
		if !r.Next.IsZero() {
			v.Retries, v.Next, v.Delay = &r.Retries, millis(r.Next), span.Duration(r.Next.Sub(r.Ran).Round(time.Second)).String()
		}
		all = append(all, v)
	}
	return all
}

// addResults completes certificates with the results of their triggers, where they are asked for.
func (d Deps) addResults(ctx context.Context, fields *[]string, all []inventory.Certificate) error {
	if fields != nil && !slices.Contains(*fields, resultMember) {
		return nil
	}
	return d.DB.Read(ctx, func(tx *store.Tx) error { return inventory.AddResults(tx, all) })
}

type runIn struct {
	ID      string `path:"id" maxLength:"64" doc:"Identifier of the certificate."`
	Trigger string `path:"triggerName" maxLength:"200" doc:"Name of the notification."`
	Event   string `path:"event" maxLength:"64" doc:"The event it is for, such as on_enroll."`
}

func (d Deps) running() web.Operation {
	return web.Handle(web.Op{
		Method: http.MethodPatch, Path: "/certificates/run/{id}/{triggerName}/{event}", Name: "CertificateRun", Tag: "certificates",
		Needs: access.LoggedIn, Status: http.StatusOK, Rule: "who may update the certificate",
		Doc: "Runs a notification of the certificate's profile once more. What becomes of the message is among triggerResults once it was sent or given up.",
	}, d.runTrigger)
}

func (d Deps) runTrigger(c *web.Call, in runIn) (certificateAnswer, error) {
	one, err := d.Lifecycle.Run(c, c.Who, in.ID, in.Trigger, notify.Event(in.Event))
	if err != nil {
		return certificateAnswer{}, err
	}
	may, err := d.permissionsOf(c, c.Who, one)
	return certificateAnswer{CertificateOf(d.DB.Clock.Now(), one), may}, err
}
