package rule

import (
	"encoding/base64"
	"slices"
	"strings"
)

// plain makes the entry of a function from text to text that also works on every member of a list.
func plain(name, doc string, f func(string) string) function {
	return function{name: name, args: "e", doc: doc, takes: []want{either}, least: 1, most: 1, each: func(_ *call, s string, _ []value) (string, error) {
		return f(s), nil
	}}
}

// functions is filled once and never changes.
var functions = []function{
	plain("Upper", "In capitals.", strings.ToUpper),
	plain("Lower", "In small letters.", strings.ToLower),
	plain("Trim", "Without white space around it.", strings.TrimSpace),
	plain("Raw", "The same; a template puts it in without escaping.", func(s string) string { return s }),
	plain("Base64", "The text in base64.", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	plain("ShortenDNS", "The first label of a DNS name: a of a.b.c.", func(s string) string { return before(s, strings.Index(s, "."), s) }),
	plain("DomainDNS", "A DNS name without its first label: b.c of a.b.c.", func(s string) string { return after(s, strings.Index(s, "."), "") }),
	plain("EmailUser", "What stands before the last @.", func(s string) string { return before(s, strings.LastIndex(s, "@"), "") }),
	plain("EmailDomain", "What stands behind the last @.", func(s string) string { return after(s, strings.LastIndex(s, "@"), "") }),
	plain("SamAccountNameUser", `The user of DOMAIN\user.`, func(s string) string { return after(s, strings.Index(s, `\`), s) }),
	plain("SamAccountNameDomain", `The domain of DOMAIN\user.`, func(s string) string { return before(s, strings.Index(s, `\`), "") }),
	{
		name: "Substr", args: "e, start, [end]", doc: "A part, both positions included; -1 is the last character.",
		takes: []want{either, position, position}, least: 2, most: 3, each: substr,
	},
	{
		name: "Extract", args: "e, regex, [group]", doc: "The first match, or a group of it.",
		takes: []want{either, pattern, group}, least: 2, most: 3, each: extract,
	},
	{
		name: "Replace", args: "e, regex, text", doc: "Every match replaced; $1 to $9 are groups of it.",
		takes: []want{either, pattern, single}, least: 3, most: 3, each: replace,
	},
	{name: "Concat", args: "e, ...", doc: "All texts joined; with a list among them, the list of all.", takes: []want{either}, least: 1, all: concat},
	{name: "OrElse", args: "e, ...", doc: "The first that is something.", takes: []want{either}, least: 1, all: orElse},
	{
		name: "Match", args: "text, regex", doc: "The text when all of it matches.",
		takes: []want{single, pattern}, least: 2, most: 2, gives: givesText, each: whole,
	},
	{
		name: "DateTimeFormat", args: "text, format", doc: "A date in another form.",
		takes: []want{single, format}, least: 2, most: 2, gives: givesText, all: formatDate,
	},
	{
		name: "Get", args: "list, position", doc: "The member at a position; -1 is the last one.", takes: []want{multiple, position}, least: 2, most: 2, gives: givesText,
		all: func(c *call, args []value) (value, error) { return get(args[0].texts, c.numbers[0]), nil },
	},
	{
		name: "First", args: "list", doc: "The first member.", takes: []want{multiple}, least: 1, most: 1, gives: givesText,
		all: func(_ *call, args []value) (value, error) { return get(args[0].texts, 1), nil },
	},
	{
		name: "Last", args: "list", doc: "The last member.", takes: []want{multiple}, least: 1, most: 1, gives: givesText,
		all: func(_ *call, args []value) (value, error) { return get(args[0].texts, -1), nil },
	},
	{name: "Join", args: "list, text", doc: "One text of all members, the text between them.", takes: []want{multiple, single}, least: 2, most: 2, gives: givesText, all: join},
	{
		name: "Filter", args: "list, regex", doc: "The members that match as a whole.",
		takes: []want{multiple, pattern}, least: 2, most: 2, gives: givesList, each: whole,
	},
	{
		name: "Slice", args: "list, start, [end]", doc: "A part of the list, both positions included.",
		takes: []want{multiple, position, position}, least: 2, most: 3, gives: givesList, all: slice,
	},
	{
		name: "Sort", args: "list", doc: "In the order of the alphabet, capitals first.", takes: []want{multiple}, least: 1, most: 1, gives: givesList,
		all: func(_ *call, args []value) (value, error) {
			return value{texts: slices.Sorted(slices.Values(args[0].texts))}, nil
		},
	},
	{name: "Unique", args: "list", doc: "Without repetitions.", takes: []want{multiple}, least: 1, most: 1, gives: givesList, all: unique},
	{name: "Split", args: "text, separator", doc: "The parts between the separators.", takes: []want{single, single}, least: 2, most: 2, gives: givesList, all: split},
}
