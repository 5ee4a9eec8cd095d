package acme

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Rights on the state of this door. Accounts and orders of one profile are also seen with the right to search its
// certificates.
const (
	readAccounts   access.Permission = "configuration:acme:account:read"
	manageAccounts access.Permission = "configuration:acme:account:manage"
	readEAB        access.Permission = "configuration:acme:eab:read"
	manageEAB      access.Permission = "configuration:acme:eab:manage"
)

var (
	badMove       = fault.Define("ACME-003", fault.Invalid, "The status cannot be changed like this")
	noAccount     = fault.Define("ACME-004", fault.Missing, "ACME account does not exist")
	accountInUse  = fault.Define("ACME-005", fault.Invalid, "ACME account has valid certificates")
	noOrder       = fault.Define("ORDER-001", fault.Missing, "ACME order does not exist")
	accountObject = "acme-account"
)

// Operations are those of the REST API on accounts, orders and external account keys.
func (d *Door) Operations() []web.Operation {
	op := func(method, path, name string, status int, doc string) web.Op {
		return web.Op{Right: rightOf(method, path), Method: method, Path: "/acme" + path, Name: "Acme" + name, Doc: doc, Tag: "ACME", Needs: access.LoggedIn, Status: status}
	}
	return []web.Operation{
		web.Handle(op(http.MethodPost, "/accounts/search", "AccountSearch", 200, "Searches ACME accounts."), d.restAccounts),
		web.Handle(op(http.MethodGet, "/accounts/{accountId}", "AccountGet", 200, "Returns an ACME account."), d.restAccount),
		web.Handle(op(http.MethodDelete, "/accounts/{accountId}", "AccountDelete", 204, "Deletes an ACME account that has no valid certificate, with its orders."), d.restDeleteAccount),
		web.Handle(op(http.MethodPost, "/accounts/{accountId}/status", "AccountUpdateStatus", 200, "Deactivates or revokes an ACME account. There is no way back."), d.restMoveAccount),
		web.Handle(op(http.MethodGet, "/orders/{orderId}", "OrderGet", 200, "Returns an ACME order."), d.restOrder),
		web.Handle(op(http.MethodPost, "/orders/account/{accountId}", "OrderListByAccount", 200, "Searches the orders of an ACME account."), d.restOrders),
		web.Handle(op(http.MethodPost, "/eab", "EabAdd", 201, "Adds an external account key. The answer alone holds its secret."), d.restAddEAB),
		web.Handle(op(http.MethodPut, "/eab", "EabUpdate", 200, "Changes what an external account key lets its accounts do."), d.restUpdateEAB),
		web.Handle(op(http.MethodPost, "/eab/search", "EabSearch", 200, "Searches external account keys."), d.restSearchEAB),
		web.Handle(op(http.MethodGet, "/eab/{name}", "EabGet", 200, "Returns an external account key without its secret."), d.restEAB),
		web.Handle(op(http.MethodDelete, "/eab/{name}", "EabDelete", 204, "Deletes an external account key that no account is bound to."), d.restDeleteEAB),
		web.Handle(op(http.MethodPost, "/eab/{name}/renew", "EabRenew", 200, "Gives an external account key a new secret."), d.restRenewEAB),
		web.Handle(op(http.MethodPost, "/eab/{name}/status", "EabUpdateStatus", 200, "Changes the status of an external account key, and of what depends on it."), d.restMoveEAB),
		web.Handle(op(http.MethodPost, "/eab-policies", "EabpolicyAdd", 201, "Adds a policy of external account keys."), d.restAddPolicy),
		web.Handle(op(http.MethodPut, "/eab-policies", "EabpolicyUpdate", 200, "Replaces a policy of external account keys."), d.restUpdatePolicy),
		web.Handle(op(http.MethodPost, "/eab-policies/list", "EabpolicyList", 200, "Lists the policies of external account keys."), d.restPolicies),
		web.Handle(op(http.MethodGet, "/eab-policies/{name}", "EabpolicyGet", 200, "Returns a policy of external account keys."), d.restPolicy),
		web.Handle(op(http.MethodDelete, "/eab-policies/{name}", "EabpolicyDelete", 204, "Deletes a policy that no external account key has."), d.restDeletePolicy),
	}
}

// rightOf is the right that opens an operation: on accounts and orders, or on external account keys; to read, or to change.
func rightOf(method, path string) access.Permission {
	reads := method == http.MethodGet || strings.HasSuffix(path, "/search") || strings.HasSuffix(path, "/list") || strings.HasPrefix(path, "/orders")
	switch eab := strings.HasPrefix(path, "/eab"); {
	case eab && reads:
		return readEAB
	case eab:
		return manageEAB
	case reads:
		return readAccounts
	}
	return manageAccounts
}

// millis is a time on the wire of the REST API; nil when there is none.
func millis(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

// restAccountView is an account for administrators.
type restAccountView struct {
	ID         string   `json:"_id"`
	Profile    string   `json:"profile"`
	Status     string   `json:"status" enum:"valid,deactivated,revoked"`
	Contacts   []string `json:"contacts"`
	TermsAt    *int64   `json:"termsOfServiceAgreedAt,omitempty"`
	EAB        string   `json:"eab,omitempty" doc:"Name of the external account key."`
	Thumbprint string   `json:"keyThumbprint" doc:"RFC 7638 thumbprint of the key."`
	InitialIP  string   `json:"initialIp,omitempty"`
	CreatedAt  *int64   `json:"createdAt"`
}

func viewAccount(a *account) restAccountView {
	v := restAccountView{
		ID: a.ID, Profile: a.Profile, Status: a.Status, Contacts: a.Contacts, TermsAt: millis(a.Terms), EAB: a.EAB,
		Thumbprint: a.key.thumbprint, InitialIP: a.IP, CreatedAt: millis(a.Created),
	}
	if v.Contacts == nil {
		v.Contacts = []string{}
	}
	return v
}

// maySee refuses an account or order of a profile the caller may not look at.
func maySee(who access.Caller, profile string) error {
	if who.Can(manageAccounts) || who.Can(access.Of("lifecycle", Module, profile, "search")) {
		return nil
	}
	return who.May(readAccounts)
}

// seen is the SQL condition of the profiles the caller may look at.
func seen(tx *store.Tx, who access.Caller, column string) (string, []any, error) {
	if who.Can(readAccounts) || who.Can(manageAccounts) {
		return "TRUE", nil, nil
	}
	profiles, err := lifecycle.Profiles.List(tx)
	if err != nil {
		return "", nil, err
	}
	var marks []string
	var args []any
	for _, p := range profiles {
		if name := p.Shared().Name; who.Can(access.Of("lifecycle", Module, name, "search")) {
			args = append(args, name)
			marks = append(marks, "$"+itoa(len(args)))
		}
	}
	if len(args) == 0 {
		return "", nil, who.May(readAccounts)
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")", args, nil
}

var accountFields = query.NewFields(
	query.Field{Name: "id", Type: query.ID, Doc: "The identifier.", Column: "id", Fast: query.Equals | query.In},
	query.Field{Name: "profile", Type: query.Text, Doc: "The profile.", Column: "profile", Fast: query.Equals | query.In},
	query.Field{Name: "status", Type: query.Enum, Doc: "The status.", Column: "status", Values: []string{valid, deactivated, revoked}},
	query.Field{Name: "contact", Type: query.Text, Doc: "The contacts, as a JSON list.", Column: "contacts"},
	query.Field{Name: "eab", Type: query.Text, Doc: "The external account key.", Column: "eab", Fast: query.Equals | query.In},
	query.Field{Name: "key.thumbprint", Type: query.Text, Doc: "The RFC 7638 thumbprint of the key.", Column: "thumbprint"},
	query.Field{Name: "initial.ip", Type: query.Text, Doc: "The address it was registered from.", Column: "ip"},
	query.Field{Name: "created.at", Type: query.Date, Doc: "When it was registered.", Column: "created", Past: true},
)

var accountOrder = query.Columns{
	"_id": {SQL: "id"}, "profile": {SQL: "profile"}, "status": {SQL: "status"}, "createdAt": {SQL: "created"}, "eab": {SQL: "eab", Null: true},
}

type accountSearch struct{ Body searching }

func (d *Door) restAccounts(c *web.Call, in accountSearch) (p page[restAccountView], err error) {
	s := subject[*account]{from: accountColumns + " FROM acme_account", fields: accountFields, columns: accountOrder, last: "id DESC", scan: scanAccount}
	err = d.DB.Read(c, func(tx *store.Tx) (err error) {
		s.may, s.args, err = seen(tx, c.Who, "profile")
		return err
	})
	if err != nil {
		return p, err
	}
	all, err := s.find(c, d.DB.DB, in.Body)
	return mapped(all, viewAccount), err
}

// mapped turns what was found into what is shown.
func mapped[A, B any](p page[A], view func(A) B) page[B] {
	out := page[B]{Results: make([]B, len(p.Results)), PageIndex: p.PageIndex, PageSize: p.PageSize, HasMore: p.HasMore, Count: p.Count}
	for i, r := range p.Results {
		out.Results[i] = view(r)
	}
	return out
}

type accountPath struct {
	ID string `path:"accountId" maxLength:"64"`
}

func (d *Door) restAccount(c *web.Call, in accountPath) (v restAccountView, err error) {
	err = d.DB.Read(c, func(tx *store.Tx) error {
		a, err := shownAccount(tx, c.Who, in.ID)
		if err == nil {
			v = viewAccount(a)
		}
		return err
	})
	return v, err
}

// shownAccount reads an account the caller may look at. Who may see nothing learns nothing.
func shownAccount(tx *store.Tx, who access.Caller, id string) (*account, error) {
	a, err := accountByID(tx, id)
	if err != nil {
		return nil, err
	}
	if a == nil {
		if _, _, err := seen(tx, who, "profile"); err != nil {
			return nil, err
		}
		return nil, noAccount
	}
	return a, maySee(who, a.Profile)
}

type accountMove struct {
	ID   string `path:"accountId" maxLength:"64"`
	Body struct {
		Status string `json:"status" required:"true" enum:"deactivated,revoked" doc:"The new status."`
	}
}

// restMoveAccount closes an account, with its open orders and authorizations.
func (d *Door) restMoveAccount(c *web.Call, in accountMove) (v restAccountView, err error) {
	facts := event.Object{Kind: accountObject, Name: brief(in.ID)}
	err = act.Do(c, d.DB, c.Who, event.ConfUpdate, &facts, func(tx *store.Tx) error {
		facts = event.Object{Kind: accountObject, Name: brief(in.ID), Changed: []string{"status"}}
		if err := c.Who.May(manageAccounts); err != nil {
			return err
		}
		a, err := shownAccount(tx, c.Who, in.ID)
		if err != nil {
			return err
		}
		facts.Changes = []event.Detail{{Key: "old.status", Value: a.Status}, {Key: "new.status", Value: in.Body.Status}}
		if !mayMove(accountMoves, a.Status, in.Body.Status) {
			return badMove.Detail("an account that is %s cannot become %s", a.Status, in.Body.Status)
		}
		if err := closeAccount(tx, a, in.Body.Status); err != nil {
			return stale(err)
		}
		closed := *a
		closed.Status = in.Body.Status
		v = viewAccount(&closed)
		return nil
	})
	d.accounts.drop(in.ID)
	return v, err
}

// stale turns the race of two changes into a fault for people.
func stale(err error) error {
	if errors.Is(err, errStale) {
		return badMove.Detail("it was changed by somebody else at the same time")
	}
	return err
}

// restDeleteAccount deletes an account and its orders.
func (d *Door) restDeleteAccount(c *web.Call, in accountPath) (web.None, error) {
	facts := event.Object{Kind: accountObject, Name: brief(in.ID)}
	err := act.Do(c, d.DB, c.Who, event.ConfDelete, &facts, func(tx *store.Tx) error {
		if err := c.Who.May(manageAccounts); err != nil {
			return err
		}
		a, err := shownAccount(tx, c.Who, in.ID)
		if err != nil {
			return err
		}
		if err := unused(tx, a); err != nil {
			return err
		}
		return deleteAccount(tx, a.ID)
	})
	d.accounts.drop(in.ID)
	return web.None{}, err
}

// unused refuses an account with certificates that are valid, or about to be issued.
func unused(tx *store.Tx, a *account) error {
	orders, err := findOrders(tx, `account = $1 AND (status = 'processing' OR status = 'valid' AND not_after > $2) ORDER BY id LIMIT 1000`,
		a.ID, store.Micros(tx.Now()))
	if err != nil {
		return err
	}
	for _, o := range orders {
		cert, err := inventory.Get(tx, o.CertificateID)
		if errors.Is(err, inventory.Missing) && o.Status == valid {
			continue
		}
		if err != nil && !errors.Is(err, inventory.Missing) {
			return err
		}
		if o.Status == processing || !cert.Revoked {
			return accountInUse.Detail("the order %s", o.ID)
		}
	}
	return nil
}
