package api

import (
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/web"
)

// usualMost is up to where certificates are counted when nobody says otherwise.
const usualMost = 10_000

type certificateCount struct {
	Body struct {
		Queries []string `json:"queries" required:"true" minItems:"1" maxItems:"10" doc:"The queries, each counted by itself; an empty one describes everything."`
		Most    int      `json:"most,omitempty" minimum:"1" maximum:"1000000" doc:"Up to where is counted; 10000 when left out. Counting a part costs the same however many there are."`
	}
}

// certificateCounts is how many there are of each, in the order of the queries.
type certificateCounts struct {
	Counts []certificatesCounted `json:"counts"`
}

type certificatesCounted struct {
	Count int  `json:"count" doc:"How many the query describes, up to the number asked for."`
	More  bool `json:"more,omitempty" doc:"There are more."`
}

func (d Deps) countCertificates(c *web.Call, in certificateCount) (certificateCounts, error) {
	most := in.Body.Most
	if most == 0 {
		most = usualMost
	}
	all := certificateCounts{Counts: make([]certificatesCounted, 0, len(in.Body.Queries))}
	for _, text := range in.Body.Queries {
		n, err := inventory.Count(c, d.DB.DB, c.Who, text, most)
		if err != nil {
			return certificateCounts{}, err
		}
		all.Counts = append(all.Counts, certificatesCounted{n.Count, n.More})
	}
	return all, nil
}
