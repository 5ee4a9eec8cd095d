package grade

import (
	"slices"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadScale is the fault of a grade scale that leaves a score without a letter, or gives it two.
var BadScale = fault.Define("GRADING-SCALE-001", fault.Invalid, "Grade scale is not valid")

// Step gives a letter to the scores from a threshold up to the next.
type Step struct {
	Letter string  `json:"letter" doc:"The grade."`
	From   float64 `json:"from" unit:"points" doc:"The lowest score, from 0 to 100, that has it."`
}

// Scale is a list of steps, best first; the last begins at 0.
type Scale []Step

// DefaultScale returns the scale of a server that is told no other.
func DefaultScale() Scale {
	return Scale{{"A", 80}, {"B", 65}, {"C", 50}, {"D", 35}, {"E", 20}, {"F", 0}}
}

// Letter returns the letter of a score; a scale without steps has none.
func (s Scale) Letter(score float64) string {
	for _, step := range s {
		if score >= step.From {
			return step.Letter
		}
	}
	if len(s) == 0 {
		return ""
	}
	return s[len(s)-1].Letter
}

// Check says what is wrong with the scale: it needs letters, each once, and thresholds that fall from at most 100 to 0.
func (s Scale) Check() error {
	if len(s) == 0 || s[len(s)-1].From != 0 {
		return BadScale.Detail("the last step must begin at 0")
	}
	for i, step := range s {
		again := slices.ContainsFunc(s[:i], func(o Step) bool { return o.Letter == step.Letter })
		switch {
		case step.Letter == "" || again:
			return BadScale.Detail("every step needs a letter of its own")
		case !(step.From >= 0 && step.From <= 100) || i > 0 && !(step.From < s[i-1].From):
			return BadScale.Detail("the thresholds must fall from at most 100 to 0")
		}
	}
	return nil
}
