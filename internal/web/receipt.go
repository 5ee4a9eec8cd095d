package web

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// EventHeader names the events that a call has caused, in an answer or a refusal: ids with ", " between them, in the order
// they were recorded, access.MaxReceipts at most. GET /events/{id} returns each, and its number in the sealed log once it
// has one.
const EventHeader = "Horizon-Event"

// receipt names the events of the call in its answer.
func (c *Call) receipt() {
	if ids := c.Who.Receipt.Events(); len(ids) > 0 {
		c.huma.SetHeader(EventHeader, strings.Join(ids, ", "))
	}
}

// eventHeader is the header as the document has it, once for all operations.
var eventHeader = &huma.Param{
	Description: "Identifiers of the events that the call has caused, with a comma between them, at most 10. A refusal that is " +
		"recorded names its event too. GET /events/{id} returns an event, and its number in the sealed log, which it has within a second.",
	Schema:  &huma.Schema{Type: huma.TypeString},
	Example: "019a8c5f3d2e00000112ab34",
}

// describeReceipt adds the header to the answers of an operation that can change something.
func describeReceipt(method string, o *huma.Operation) {
	if method == http.MethodGet {
		return
	}
	for _, r := range o.Responses {
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		r.Headers[EventHeader] = &huma.Param{Ref: "#/components/headers/" + EventHeader}
	}
}
