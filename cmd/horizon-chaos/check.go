package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

const (
	sealTime = time.Minute // after the last kill, for the log to hold everything: a lease has to run out
	pageSize = 1000
)

// check compares what clients hold with what the server says of itself, then looks into the stopped server's database.
func (c *campaign) check(ctx context.Context) error {
	held := map[string]string{} // serial numbers clients hold, by name
	orders := 0
	for _, one := range c.clients {
		for _, o := range one.done {
			leaf, err := o.Leaf()
			if err != nil {
				return err
			}
			orders++
			held[pki.SerialHex(leaf.SerialNumber)] = o.Name
		}
	}
	if len(held) != orders {
		c.tally.complain("clients hold %d serial numbers in %d certificates", len(held), orders)
	}
	if err := c.checkAPI(ctx, held); err != nil {
		return err
	}
	if err := c.server.Stop(); err != nil {
		return err
	}
	if err := c.checkDatabase(ctx); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, c.server.Binary, append([]string{"events", "verify"}, c.server.Where()...)...).CombinedOutput() //nolint:gosec // the server's own program
	if err != nil {
		c.tally.complain("the log does not verify: %v: %s", err, out)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	fmt.Printf("%d certificates in the hands of clients; the log: %s\n", orders, first)
	return nil
}

// checkAPI looks for every certificate in the inventory and in the log, through the REST API.
func (c *campaign) checkAPI(ctx context.Context, held map[string]string) error {
	roots, err := c.server.Roots()
	if err != nil {
		return err
	}
	r := rest{connected(roots), c.server.URL}
	inventory, names := map[string]bool{}, map[string]int{}
	err = r.all(ctx, "certificates", `profile equals "quickstart"`, []string{"serial", "dn"}, func(x item) {
		inventory[x.Serial] = true
		names[x.DN]++
	})
	if err != nil {
		return err
	}
	for serial, name := range held {
		if !inventory[serial] {
			c.tally.complain("%s: the certificate %s its client holds is not in the inventory", name, serial)
		}
	}
	for name, n := range names {
		if n > 1 {
			c.tally.complain("%s: %d certificates were issued for one order", name, n)
		}
	}
	enrolled, err := c.enrolled(ctx, r, len(inventory))
	if err != nil {
		return err
	}
	for serial := range inventory {
		if n := enrolled[serial]; n != 1 {
			c.tally.complain("the certificate %s (%s) has %d events of its issuance in the log", serial, held[serial], n)
		}
	}
	return nil
}

// enrolled counts the events of issuances by serial number, once the log holds as many as are wanted.
func (c *campaign) enrolled(ctx context.Context, r rest, want int) (all map[string]int, err error) {
	for until := time.Now().Add(sealTime); ; {
		all = map[string]int{}
		err := r.all(ctx, "events", `code equals "LIFECYCLE-ENROLL" and status equals "success"`, nil, func(x item) {
			for _, d := range x.Details {
				if d.Key == "certificateSerial" {
					all[d.Value]++
				}
			}
		})
		if err != nil || len(all) >= want || time.Now().After(until) {
			return all, err
		}
		if err := sleep(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

// checkDatabase looks for what no API shows: work that was left undone, and certificates beside the books.
func (c *campaign) checkDatabase(ctx context.Context) (err error) {
	db, done, err := c.database.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return db.Read(ctx, func(tx *store.Tx) error {
		for _, one := range []struct{ query, wrong string }{
			{`SELECT count(*) FROM request WHERE state = 'processing'`, "requests are still in processing"},
			{`SELECT count(*) FROM request WHERE state = 'failed'`, "requests have failed"},
			{`SELECT count(*) FROM acme_order WHERE status = 'processing'`, "orders are still in processing"},
			{`SELECT count(*) FROM acme_order WHERE status = 'invalid'`, "orders became invalid"},
			{`SELECT count(*) FROM (SELECT wish FROM request GROUP BY wish HAVING count(*) > 1) x`, "orders have two requests"},
			{`SELECT count(*) FROM (SELECT request_id FROM certificate GROUP BY request_id HAVING count(*) > 1) x`, "requests have two certificates"},
			{`SELECT count(*) FROM authority_issued i WHERE i.purpose = 'leaf' AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.request_id = i.request AND c.der = i.certificate)`,
				"certificates the CA has signed are not in the inventory"},
			{`SELECT count(*) FROM certificate c WHERE NOT EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = c.request_id AND i.certificate = c.der)`,
				"certificates of the inventory are not in the CA's books"},
			{`SELECT count(*) FROM acme_order o WHERE o.status = 'valid' AND NOT EXISTS (SELECT 1 FROM certificate c JOIN request r ON r.id = c.request_id WHERE c.id = o.certificate_id AND r.wish = 'acme/' || o.id)`,
				"orders name another certificate than their request"},
			{`SELECT count(*) FROM event_pending`, "events are not sealed after the stop"},
		} {
			var n int
			if _, err := tx.Get(one.query, nil, &n); err != nil {
				return err
			}
			if n > 0 {
				c.tally.complain("%d %s", n, one.wrong)
			}
		}
		return nil
	})
}

// rest is a client of the REST API.
type rest struct {
	http *http.Client
	url  string
}

// item is what is read of what a search finds.
type item struct {
	Serial  string `json:"serial"`
	DN      string `json:"dn"`
	Details []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"details"`
}

// all calls found for everything a query describes.
func (r rest) all(ctx context.Context, what, query string, fields []string, found func(item)) error {
	for page := 1; ; page++ {
		in := map[string]any{"query": query, "pageSize": pageSize, "pageIndex": page, "sortedBy": []map[string]string{{"element": "_id", "order": "Asc"}}}
		if fields != nil {
			in["fields"] = fields
		}
		var out struct {
			Results []item `json:"results"`
			HasMore bool   `json:"hasMore"`
		}
		if err := r.post(ctx, "/api/v1/"+what+"/search", in, &out); err != nil {
			return err
		}
		for _, x := range out.Results {
			found(x)
		}
		if !out.HasMore {
			return nil
		}
	}
}

func (r rest) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("X-API-ID", "administrator")
	q.Header.Set("X-API-KEY", load.Password)
	w, err := r.http.Do(q)
	if err != nil {
		return err
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		return err
	}
	if w.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %s", path, w.StatusCode, text)
	}
	return json.Unmarshal(text, out)
}
