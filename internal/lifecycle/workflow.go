package lifecycle

import (
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/web"
)

// Who may take a step: the access levels of profiles.
const (
	everyone      = "everyone"
	authenticated = "authenticated"
)

// Who chooses the password of a PKCS#12.
const (
	random = "random"
	manual = "manual"
)

// Workflows of a request.
const (
	enroll   = "enroll"
	renew    = "renew"
	revoke   = "revoke"
	update   = "update"
	migrate  = "migrate"
	importer = "import"
	recovery = "recover"
)

// Workflows lists the workflows in the spelling of the contract.
func Workflows() []string {
	return []string{enroll, renew, revoke, update, migrate, importer, recovery}
}

// workflow is what differs between the workflows in who may ask and decide, and in what is recorded.
type workflow struct {
	name                     string
	event                    event.Type[event.Certificate] // that records that it was carried out
	direct, api, ask, decide func(AuthorizationLevels) *Level
	self, pop                func(SelfPermissions) bool
	owners                   bool // whether owners may always ask
	life                     func(RequestsPolicy) span.Duration
}

func noLevel(AuthorizationLevels) *Level { return nil }
func never(SelfPermissions) bool         { return false }

// workflows says it once for each. Import has no levels of its own in the contract: who may enroll may import.
var workflows = map[string]workflow{
	enroll: {
		name: enroll, event: event.LifecycleEnroll, self: never, pop: never,
		direct: func(l AuthorizationLevels) *Level { return l.Enroll }, api: func(l AuthorizationLevels) *Level { return l.EnrollAPI },
		ask: func(l AuthorizationLevels) *Level { return l.RequestEnroll }, decide: func(l AuthorizationLevels) *Level { return l.ApproveEnroll },
		life: func(r RequestsPolicy) span.Duration { return r.Enroll },
	},
	renew: {
		name: renew, event: event.LifecycleRenew, owners: true,
		self: func(s SelfPermissions) bool { return s.Renew }, pop: func(s SelfPermissions) bool { return s.PopRenew },
		direct: func(l AuthorizationLevels) *Level { return l.Renew }, api: func(l AuthorizationLevels) *Level { return l.RenewAPI },
		ask: func(l AuthorizationLevels) *Level { return l.RequestRenew }, decide: func(l AuthorizationLevels) *Level { return l.ApproveRenew },
		life: func(r RequestsPolicy) span.Duration { return r.Renew },
	},
	revoke: {
		name: revoke, event: event.LifecycleRevoke, owners: true,
		self: func(s SelfPermissions) bool { return s.Revoke }, pop: func(s SelfPermissions) bool { return s.PopRevoke },
		direct: func(l AuthorizationLevels) *Level { return l.Revoke }, api: noLevel,
		ask: func(l AuthorizationLevels) *Level { return l.RequestRevoke }, decide: func(l AuthorizationLevels) *Level { return l.ApproveRevoke },
		life: func(r RequestsPolicy) span.Duration { return r.Revoke },
	},
	update: {
		name: update, event: event.LifecycleUpdate, owners: true,
		self: func(s SelfPermissions) bool { return s.Update }, pop: func(s SelfPermissions) bool { return s.PopUpdate },
		direct: func(l AuthorizationLevels) *Level { return l.Update }, api: noLevel,
		ask: func(l AuthorizationLevels) *Level { return l.RequestUpdate }, decide: func(l AuthorizationLevels) *Level { return l.ApproveUpdate },
		life: func(r RequestsPolicy) span.Duration { return r.Update },
	},
	migrate: {
		name: migrate, event: event.LifecycleMigrate, self: never, pop: never,
		direct: func(l AuthorizationLevels) *Level { return l.Migrate }, api: noLevel,
		ask: func(l AuthorizationLevels) *Level { return l.RequestMigrate }, decide: func(l AuthorizationLevels) *Level { return l.ApproveMigrate },
		life: func(r RequestsPolicy) span.Duration { return r.Migrate },
	},
	importer: {
		name: importer, event: event.LifecycleImport, self: never, pop: never,
		direct: func(l AuthorizationLevels) *Level { return l.Enroll }, api: func(l AuthorizationLevels) *Level { return l.EnrollAPI },
		ask: func(l AuthorizationLevels) *Level { return l.RequestEnroll }, decide: func(l AuthorizationLevels) *Level { return l.ApproveEnroll },
		life: func(r RequestsPolicy) span.Duration { return r.Enroll },
	},
	recovery: {
		name: recovery, event: event.LifecycleRecover, owners: true, pop: never,
		self:   func(s SelfPermissions) bool { return s.Recover },
		direct: func(l AuthorizationLevels) *Level { return l.Recover }, api: func(l AuthorizationLevels) *Level { return l.RecoverAPI },
		ask: func(l AuthorizationLevels) *Level { return l.RequestRecover }, decide: func(l AuthorizationLevels) *Level { return l.ApproveRecover },
		life: func(r RequestsPolicy) span.Duration { return r.Recover },
	},
}

// word is the workflow as permissions spell it: import goes by the rights of enroll.
func (w workflow) word() string {
	if w.name == importer {
		return enroll
	}
	return w.name
}

// standing is how far a caller may go in a workflow.
type standing int

const (
	mayNot  standing = iota
	mayAsk           // somebody else decides
	mayDo            // it is carried out at once
	certain          // as mayDo, and sees secrets: the right for programs (enroll_api ...)
)

// stands says how far the caller may go on a profile, with a certificate or the object one is to become. The refusal
// names the right that would have helped.
func (w workflow) stands(who access.Caller, p Profile, c *inventory.Certificate, on access.Object) (standing, error) {
	if who.Type == access.PoP {
		return w.holderStands(who, p, c)
	}
	l := p.Shared().Levels
	api := w.api(l)
	if w.name != revoke && w.name != update && w.name != migrate && mayOn(who, p, api, w.word()+"_api", on) == nil {
		return certain, nil
	}
	direct := mayOn(who, p, w.direct(l), w.word(), on)
	if direct == nil {
		return mayDo, nil
	}
	owns := c != nil && owns(who, *c)
	if owns && w.self(p.Shared().Self) {
		return mayDo, nil
	}
	if owns && w.owners || mayOn(who, p, w.ask(l), "request_"+w.word(), on) == nil {
		return mayAsk, nil
	}
	return mayNot, direct
}

// holderStands says how far whoever has proved to hold a key may go: with its own certificate, where the profile says so.
func (w workflow) holderStands(who access.Caller, p Profile, c *inventory.Certificate) (standing, error) {
	switch {
	case c == nil || !proven(who, *c):
		return mayNot, access.NotPermitted.Detail("the proof is of another certificate")
	case !w.pop(p.Shared().Self):
		return mayNot, access.NotPermitted.Detail("the profile %s does not let holders of a key %s their certificate", c.Profile, w.name)
	}
	return mayDo, nil
}

// proven reports whether the caller has proved to hold the key of the certificate.
func proven(who access.Caller, c inventory.Certificate) bool {
	return who.Type == access.PoP && who.Certificate != "" && who.Certificate == c.ID
}

// owns reports whether the caller answers for the certificate, alone or with a team.
func owns(who access.Caller, c inventory.Certificate) bool {
	return who.ID != "" && c.Owner == who.ID || who.In(c.Team)
}

// mayDecide asks for the right to approve or deny. Nobody decides about their own request.
func (w workflow) mayDecide(who access.Caller, p Profile, q request) error {
	if who.ID != "" && who.ID == q.Caller.ID {
		return ownRequest
	}
	return mayOn(who, p, w.decide(p.Shared().Levels), "approve_"+w.word(), q.object())
}

// mayAtAll refuses who may take no step of the workflow on the profile, before anything is told about the request.
func (w workflow) mayAtAll(who access.Caller, p Profile) error {
	l := p.Shared().Levels
	var last error
	for _, step := range []struct {
		level *Level
		word  string
	}{{w.ask(l), "request_" + w.word()}, {w.api(l), w.word() + "_api"}, {w.direct(l), w.word()}} {
		if last = somewhere(who, p, step.level, step.word); last == nil {
			return nil
		}
	}
	return last
}

// mayOn asks whether the caller may take a step on a profile, for an object.
func mayOn(who access.Caller, p Profile, level *Level, step string, on access.Object) error {
	if decided, err := byLevel(who, p, level); decided {
		return err
	}
	return who.MayOn(permission(p, step), on)
}

func somewhere(who access.Caller, p Profile, level *Level, step string) error {
	if decided, err := byLevel(who, p, level); decided || who.CanSomewhere(permission(p, step)) {
		return err
	}
	return who.May(permission(p, step))
}

func permission(p Profile, step string) access.Permission {
	return access.Of("lifecycle", Profiles.Variant(p), p.Shared().Name, step)
}

// byLevel reports whether the access level of a step decides, and how.
func byLevel(who access.Caller, p Profile, level *Level) (decided bool, err error) {
	if level == nil {
		return false, nil
	}
	if !level.takes(who) {
		return true, access.NotPermitted.Detail("the profile %s asks for an identity of another provider", p.Shared().Name)
	}
	switch level.AccessLevel {
	case everyone:
		return true, nil
	case authenticated:
		if who.Type == access.PoP { // a proof stands for one certificate, not for somebody
			return true, access.NotPermitted.Detail("a proof of possession is good for its own certificate only")
		}
		return true, who.Known()
	}
	return false, nil
}

// The faults of requests.
var (
	Invalid       = web.BadInput
	NoRequest     = fault.Define("REQ-003", fault.Missing, "Request does not exist")
	WrongState    = fault.Define("REQ-005", fault.Invalid, "The request is not in a state that allows this")
	WrongWorkflow = fault.Define("REQ-006", fault.Invalid, "The profile does not have this workflow")
	ownRequest    = fault.Define("REQ-007", fault.Denied, "Nobody decides about their own request")
	Expired       = fault.Define("REQ-008", fault.Invalid, "The request has expired")
)

// offers lists the workflows a module has.
func offers(module string) []string {
	switch module {
	case Webra:
		return Workflows()
	case Monitored:
		return []string{update, migrate, importer, recovery}
	default:
		return []string{revoke, update, migrate, importer, recovery}
	}
}

// find returns the workflow of a name, when the profile has it.
func findWorkflow(name, module string) (workflow, error) {
	w, ok := workflows[name]
	if !ok {
		return w, Invalid.Detail("workflow: %q is none of enroll, renew, revoke, update, migrate, import and recover", clip(name))
	}
	if !slices.Contains(offers(module), name) {
		return w, WrongWorkflow.Detail("%s on a profile of the module %s", name, module)
	}
	return w, nil
}

// isRefusal reports whether an error is about who asks, not about what.
func isRefusal(err error) bool {
	return errors.Is(err, access.NotPermitted) || errors.Is(err, access.NotKnown)
}

// clip keeps what was sent short enough to be said back.
func clip(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}
