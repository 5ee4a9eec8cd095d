package api

import (
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/web"
)

// What needs those who run the server. Each source is left out for who has no right to it.

func (d Deps) mailRows(c *web.Call) ([]homeRow, error) {
	if !c.Who.Can(mail.Read) && !c.Who.Can(mail.Manage) {
		return nil, nil
	}
	_, failed, err := d.Mail.Count(c)
	if err != nil || failed == 0 {
		return nil, err
	}
	last, err := d.Mail.List(c, c.Who, mail.Failed, "", 1)
	if err != nil || len(last) == 0 {
		return nil, err
	}
	return []homeRow{{
		Kind: "mail.failed", Severity: "warning", At: last[0].Failed, Count: failed,
		List: homeList{On: "mail", Scope: mail.Failed}, Subject: &homeSubject{ID: last[0].ID, Name: last[0].Subject},
	}}, nil
}

func (d Deps) listRows(c *web.Call) (rows []homeRow, err error) {
	if !c.Who.Can(authority.Read) && !c.Who.Can(authority.Manage) {
		return nil, nil
	}
	all, err := d.Authority.Stale(c, c.Who)
	for _, l := range all {
		severity := "warning"
		if !l.NextUpdate.After(d.DB.Clock.Now()) {
			severity = "error"
		}
		rows = append(rows, homeRow{
			Kind: "crl.stale", Severity: severity, At: l.NextUpdate.UnixMilli(), Count: 1, List: homeList{On: "authorities"}, Subject: &homeSubject{Name: l.Name},
		})
	}
	return rows, err
}

func (d Deps) credentialRows(c *web.Call) ([]homeRow, error) {
	if !c.Who.Can(connector.Credentials.Right(kind.Read)) && !c.Who.Can(connector.Credentials.Right(kind.Manage)) {
		return nil, nil
	}
	all, err := connector.Expiring(c, d.DB.DB, c.Who, withinExpiry)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	r := homeRow{
		Kind: "credentials.expiring", Severity: "warning", At: all[0].At.UnixMilli(), Count: len(all),
		List: homeList{On: "credentials"}, Subject: &homeSubject{Name: all[0].Name},
	}
	if !all[0].At.After(d.DB.Clock.Now()) {
		r.Severity = "error"
	}
	return []homeRow{r}, nil
}

func (d Deps) logRows(c *web.Call) (rows []homeRow, err error) {
	if !c.Who.Can(event.Read) {
		return nil, nil
	}
	a, err := d.Log.LateAnomalies(c, c.Who)
	if err != nil {
		return nil, err
	}
	if a.Count > 0 {
		rows = append(rows, homeRow{Kind: "log.anomaly", Severity: "error", At: a.Last.UnixMilli(), Count: a.Count, List: homeList{On: "events", Query: a.Query}})
	}
	last, err := d.Log.LastIntegrity(c)
	if err == nil && last.State == "invalid" {
		rows = append(rows, homeRow{Kind: "log.invalid", Severity: "error", At: last.Time, Count: 1, List: homeList{On: "integrity"}})
	}
	return rows, err
}
