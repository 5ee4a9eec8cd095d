package query

import (
	"errors"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

// Verdict is what can be told of a query before it is asked.
type Verdict struct {
	Problem *source.Problem `json:"problem,omitempty" doc:"What is wrong, where, and what may have been meant."`
	Fast    bool            `json:"fast" doc:"Whether an index answers it."`
	Slow    []string        `json:"slow,omitempty" doc:"The fields that make it slow."`
}

// Check reads a query as a search would. What is wrong with the text is part of the verdict and no error.
func (fs *Fields) Check(text string, to Target) (v Verdict, err error) {
	q, err := fs.Parse(text)
	if errors.As(err, &v.Problem) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	c, err := q.Compile(to)
	v.Fast, v.Slow = c.Fast, c.Slow
	return v, err
}
