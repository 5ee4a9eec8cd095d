package acme

import "github.com/horizon-clm/horizon/internal/lang/rule"

// Keys are what order.dictionary brings to the rules of a profile.
func Keys() []rule.Known {
	return []rule.Known{
		{Name: "acme.order.initialip", Doc: "Address the order came from."}, {Name: "acme.order.owner", Doc: "Owner the order asks for."},
		{Name: "acme.order.team", Doc: "Team the order asks for."}, {Name: "acme.order.mail", Doc: "Contact the order asks for."},
		{Name: "acme.order.label.*", Doc: "Label the order asks for.", Values: "label"},
		{Name: "acme.order.metadata.*", Doc: "Technical fact the order asks for.", Values: "metadata"},
		{Name: "acme.account.initialip", Doc: "Address the account was made from."},
		{Name: "acme.account.contact", Doc: "E-mail addresses of the account.", List: true},
	}
}
