package api

import (
	"time"

	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/web"
)

// reviewView is what helps to decide about a request.
type reviewView struct {
	Key        reviewedKey   `json:"key"`
	Holder     holderView    `json:"holder"`
	Previous   *previousView `json:"previous,omitempty" doc:"The certificate it is about, renews, or follows."`
	NewNames   []string      `json:"newNames" doc:"Names no certificate of the team or, without one, of the owner has had; of the first 100."`
	Departures []difference  `json:"departures" doc:"Where it is not what the profile proposes."`
	Changes    []difference  `json:"changes" doc:"Where it is not as the certificate before."`
	KeyUntil   int64         `json:"keyUntil,omitempty" doc:"Until when the caller can fetch the key; milliseconds since 1970."`
}

type reviewedKey struct {
	Type     string `json:"type,omitempty"`
	MadeHere bool   `json:"madeHere" doc:"Whether this server makes the key."`
	Kept     bool   `json:"kept" doc:"Whether it is the key of the certificate before."`
}

type holderView struct {
	Valid    int    `json:"valid" doc:"Valid certificates of the holder, on any profile."`
	Profile  int    `json:"profile" doc:"Those on the profile of the request."`
	Limit    int    `json:"limit,omitempty" doc:"So many are allowed there."`
	Behavior string `json:"behavior,omitempty" enum:"revoke,reject" doc:"What happens beyond the limit."`
	Revoked  int    `json:"revoked" doc:"So many would be revoked."`
}

type previousView struct {
	ID        string `json:"_id"`
	DN        string `json:"dn"`
	Profile   string `json:"profile,omitempty"`
	State     string `json:"state"`
	NotBefore int64  `json:"notBefore" doc:"Milliseconds since 1970."`
	NotAfter  int64  `json:"notAfter" doc:"Milliseconds since 1970."`
}

type difference struct {
	Field  string `json:"field" doc:"As in forms: subject.cn.1, san.DNSNAME, label.env, owner."`
	Before string `json:"before,omitempty" doc:"What is usual, or was before."`
	After  string `json:"after,omitempty" doc:"What is asked for."`
}

func (d Deps) reviewRequest(c *web.Call, in requestID) (reviewView, error) {
	r, err := d.Lifecycle.Review(c, c.Who, in.ID)
	if err != nil {
		return reviewView{}, err
	}
	v := reviewView{
		Key: reviewedKey{string(r.Key.Type), r.Key.MadeHere, r.Key.Kept}, Holder: holderView(r.Holder), NewNames: append([]string{}, r.NewNames...),
		Departures: differences(r.Departures), Changes: differences(r.Changes), KeyUntil: millis(r.KeyUntil),
	}
	if r.Previous != nil {
		v.Previous = previousOf(d.DB.Clock.Now(), *r.Previous)
	}
	return v, nil
}

func previousOf(now time.Time, c inventory.Certificate) *previousView {
	return &previousView{ID: c.ID, DN: c.DN, Profile: c.Profile, State: c.State(now), NotBefore: millis(c.NotBefore), NotAfter: millis(c.NotAfter)}
}

func differences(list []lifecycle.Difference) []difference {
	all := make([]difference, 0, len(list))
	for _, one := range list {
		all = append(all, difference(one))
	}
	return all
}
