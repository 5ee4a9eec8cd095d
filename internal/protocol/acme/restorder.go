package acme

import (
	"strconv"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

func itoa(n int) string { return strconv.Itoa(n) }

// restOrderView is an order for administrators.
type restOrderView struct {
	ID             string                  `json:"_id"`
	Account        string                  `json:"accountId"`
	Profile        string                  `json:"profile"`
	Status         string                  `json:"status" enum:"pending,ready,processing,valid,invalid"`
	Identifiers    []identifier            `json:"identifiers"`
	ExpiresAt      *int64                  `json:"expiresAt"`
	CreatedAt      *int64                  `json:"createdAt"`
	InitialIP      string                  `json:"initialIp,omitempty"`
	CertificateID  string                  `json:"certificateId,omitempty"`
	Replaces       string                  `json:"replaces,omitempty"`
	Owner          string                  `json:"owner,omitempty"`
	Team           string                  `json:"team,omitempty"`
	Contact        string                  `json:"contactEmail,omitempty"`
	Labels         map[string]string       `json:"labels,omitempty"`
	Error          *restProblem            `json:"error,omitempty"`
	Authorizations []restAuthorizationView `json:"authorizations,omitempty"`
}

// restProblem is why an order or authorization failed.
type restProblem struct {
	Type   string `json:"type"`
	Detail string `json:"detail,omitempty"`
}

func viewProblem(p *problem) *restProblem {
	if p == nil {
		return nil
	}
	return &restProblem{Type: p.Type, Detail: p.Detail}
}

// restAuthorizationView is an authorization for administrators.
type restAuthorizationView struct {
	ID          string       `json:"_id"`
	Identifier  identifier   `json:"identifier"`
	Wildcard    bool         `json:"wildcard,omitempty"`
	Status      string       `json:"status" enum:"pending,valid,invalid,deactivated,expired,revoked"`
	Method      string       `json:"method,omitempty" doc:"The challenge that is or was tried."`
	Attempts    int          `json:"attempts,omitempty"`
	ExpiresAt   *int64       `json:"expiresAt"`
	ValidatedAt *int64       `json:"validatedAt,omitempty"`
	Error       *restProblem `json:"error,omitempty"`
}

func viewOrder(o order) restOrderView {
	return restOrderView{
		ID: o.ID, Account: o.Account, Profile: o.Profile, Status: o.Status, Identifiers: o.Identifiers, ExpiresAt: millis(o.Expires),
		CreatedAt: millis(o.Created), InitialIP: o.IP, CertificateID: o.CertificateID, Replaces: o.Replaces, Owner: o.Wishes.Owner,
		Team: o.Wishes.Team, Contact: o.Wishes.Contact, Labels: o.Wishes.Labels, Error: viewProblem(o.Error),
	}
}

type orderPath struct {
	ID string `path:"orderId" maxLength:"64"`
}

// restOrder returns an order with its authorizations.
func (d *Door) restOrder(c *web.Call, in orderPath) (v restOrderView, err error) {
	err = d.DB.Read(c, func(tx *store.Tx) error {
		o, err := orderByID(tx, in.ID)
		if err != nil {
			return err
		}
		if o == nil {
			if _, _, err := seen(tx, c.Who, "profile"); err != nil {
				return err
			}
			return noOrder
		}
		if err := maySee(c.Who, o.Profile); err != nil {
			return err
		}
		v = viewOrder(*o)
		v.Status = o.state(tx.Now())
		for _, id := range o.Authorizations {
			a, err := authorizationByID(tx, id)
			if err != nil {
				return err
			}
			if a != nil {
				v.Authorizations = append(v.Authorizations, restAuthorizationView{
					ID: a.ID, Identifier: a.Identifier, Wildcard: a.Wildcard, Status: a.state(tx.Now()), Method: a.Method, Attempts: a.Attempts,
					ExpiresAt: millis(a.Expires), ValidatedAt: millis(a.Validated), Error: viewProblem(a.Error),
				})
			}
		}
		return nil
	})
	return v, err
}

var orderFields = query.NewFields(
	query.Field{Name: "id", Type: query.ID, Doc: "The identifier.", Column: "id", Fast: query.Equals | query.In},
	query.Field{Name: "status", Type: query.Enum, Doc: "The status.", Column: "status", Values: []string{pending, ready, processing, valid, invalid}},
	query.Field{Name: "identifier", Type: query.Text, Doc: "The identifiers, as a JSON list.", Column: "identifiers"},
	query.Field{Name: "certificate.id", Type: query.ID, Doc: "The certificate.", Column: "certificate_id"},
	query.Field{Name: "initial.ip", Type: query.Text, Doc: "The address it was placed from.", Column: "ip"},
	query.Field{Name: "created.at", Type: query.Date, Doc: "When it was placed.", Column: "created", Past: true},
	query.Field{Name: "expires.at", Type: query.Date, Doc: "When it ends.", Column: "expires"},
)

var orderOrder = query.Columns{"_id": {SQL: "id"}, "status": {SQL: "status"}, "createdAt": {SQL: "created"}, "expiresAt": {SQL: "expires"}}

type orderSearch struct {
	ID   string `path:"accountId" maxLength:"64"`
	Body searching
}

func (d *Door) restOrders(c *web.Call, in orderSearch) (p page[restOrderView], err error) {
	err = d.DB.Read(c, func(tx *store.Tx) error {
		_, err := shownAccount(tx, c.Who, in.ID)
		return err
	})
	if err != nil {
		return p, err
	}
	s := subject[order]{
		from: orderColumns + " FROM acme_order", fields: orderFields, columns: orderOrder, last: "id DESC", scan: scanOrder,
		may: "account = $1", args: []any{in.ID},
	}
	all, err := s.find(c, d.DB.DB, in.Body)
	return mapped(all, viewOrder), err
}
