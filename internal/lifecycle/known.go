package lifecycle

import (
	"maps"
	"slices"

	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/trust"
)

// What is told here of keys stands beside what makes them: compose.go and askmore.go for profiles, dictionary.go for
// notifications. A test holds both together.

// ProfileKeys are the keys rules of a profile may refer to, by its module; brought are those its protocol brings, by module.
// Of no module they are those of all.
func ProfileKeys(module string, brought map[string][]rule.Known) rule.Keys {
	all := rule.Under("csr", trust.NameKeys())
	if module == Webra || module == "" {
		all = append(all, rule.Under(Webra+"."+enroll, trust.NameKeys())...)
	}
	for _, name := range slices.Sorted(maps.Keys(brought)) {
		if module == name || module == "" {
			all = append(all, brought[name]...)
		}
	}
	of := module
	if of == "" {
		of = Webra
	}
	all = append(all, rule.Under(of+"."+enroll, formKeys())...)
	return rule.Keys{All: append(all, callerKeys()...)}
}

// formKeys are what forms bring besides names.
func formKeys() []rule.Known {
	return []rule.Known{
		{Name: "owner", Doc: "Owner who was asked for."}, {Name: "team", Doc: "Team that was asked for."}, {Name: "mail", Doc: "Contact that was asked for."},
		{Name: "label.*", Doc: "Label that was asked for.", Values: "label"},
		{Name: "metadata.*", Doc: "Technical fact that was asked for.", Values: "metadata"},
	}
}

// callerKeys are what is known of who asks, and how.
func callerKeys() []rule.Known {
	return []rule.Known{
		{Name: "principal.identifier", Doc: "Identifier of who asks."}, {Name: "principal.name", Doc: "Name of who asks."},
		{Name: "principal.mail", Doc: "E-mail address of who asks."}, {Name: "principal.team", Doc: "Teams of who asks.", List: true},
		{Name: "principal.provider.name", Doc: "Identity provider of who asks."},
		{Name: "http.request.ip", Doc: "Address the request came from."}, {Name: "http.request.method", Doc: "HTTP method of the request."},
		{Name: "http.request.path", Doc: "Path of the request."},
	}
}

// NotificationKeys are the keys templates of a notification may refer to, by its event. Of no event they are those of all.
func NotificationKeys(on notify.Event) rule.Keys {
	var all []rule.Known
	if on == "" || !on.OfRequest() {
		all = append(all, rule.Under("certificate", certificateKeys())...)
	}
	if on == "" || on.OfRequest() {
		all = append(all, rule.Under("request", requestKeys())...)
		all = append(all, rule.Under("request.certificate", certificateKeys())...)
	}
	all = append(all, rule.Under("profile", append([]rule.Known{
		{Name: "name", Doc: "Name of the profile."}, {Name: "module", Doc: "Module of the profile."},
	}, bothWaysKeys()...))...)
	if on == "" || on == notify.On(renew) {
		all = append(all, rule.Under("previous.certificate", certificateKeys())...)
	}
	return rule.Keys{All: all}
}

// certificateKeys are those of a certificate of the inventory.
func certificateKeys() []rule.Known {
	return slices.Concat([]rule.Known{
		{Name: "id", Doc: "Identifier of the certificate."}, {Name: "module", Doc: "Module it was issued by."}, {Name: "profile", Doc: "Profile it is on."},
		{Name: "owner", Doc: "Who owns it."}, {Name: "mail", Doc: "Whom to write to about it."}, {Name: "revoked", Doc: "Whether it is revoked: true or false."},
		{Name: "revocation_date", Doc: "When it was revoked."}, {Name: "revocation_reason", Doc: "Why it was revoked."},
	}, trust.CertificateKeys(), sortedKeys())
}

// requestKeys are those of a request.
func requestKeys() []rule.Known {
	return slices.Concat([]rule.Known{
		{Name: "id", Doc: "Identifier of the request."}, {Name: "workflow", Doc: "What is asked for: enroll, renew, revoke."},
		{Name: "module", Doc: "Module of the profile."}, {Name: "status", Doc: "State of the request."}, {Name: "profile", Doc: "Name of the profile."},
		{Name: "requester", Doc: "Who asked."}, {Name: "approver", Doc: "Who decided."}, {Name: "requester_comment", Doc: "What who asked wrote."},
		{Name: "approver_comment", Doc: "What who decided wrote."}, {Name: "registration_date", Doc: "When it was asked for."},
		{Name: "last_modification_date", Doc: "When the request last changed."}, {Name: "my.url", Doc: "Path of the page of the request."},
		{Name: "manage.url", Doc: "Path of the page where it is decided."}, {Name: "owner", Doc: "Owner who was asked for."},
		{Name: "mail", Doc: "Contact that was asked for."}, {Name: "dn", Doc: "Distinguished name that was asked for."},
		{Name: "sans", Doc: "All alternative names as one text."}, {Name: "extensions", Doc: "All extensions as one text."},
		{Name: "password", Doc: "Password of the PKCS#12, or the one-time challenge. Not for subjects."},
	}, trust.NameKeys(), sortedKeys())
}

// sortedKeys are what sorted adds.
func sortedKeys() []rule.Known {
	return slices.Concat([]rule.Known{
		{Name: "labels", Doc: "All labels as one text."}, {Name: "label.*", Doc: "Value of a label.", Values: "label"},
	}, rule.Under("label.*", namedKeys(true)), []rule.Known{
		{Name: "team", Doc: "Team it belongs to."},
	}, rule.Under("team", bothWaysKeys()), []rule.Known{
		{Name: "metadata", Doc: "All technical facts as one text."}, {Name: "metadata.*", Doc: "Value of a technical fact.", Values: "metadata"},
	})
}

// namedKeys are what an object is called. Spare ones are understood and not offered.
func namedKeys(spare bool) []rule.Known {
	return []rule.Known{
		{Name: "displayname.*", Doc: "Name for people, in a language.", Values: "language", Spare: spare},
		{Name: "displaynames", Doc: "Names for people, in all languages.", Spare: spare},
		{Name: "description.*", Doc: "Description, in a language.", Values: "language", Spare: spare},
		{Name: "descriptions", Doc: "Descriptions, in all languages.", Spare: spare},
	}
}

// bothWaysKeys are what bothWays adds.
func bothWaysKeys() []rule.Known {
	return append(namedKeys(false), rule.Under("*", namedKeys(true))...)
}
