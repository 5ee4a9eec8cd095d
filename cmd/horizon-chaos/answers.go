package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ocsp"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/store"
)

// ask compares what was acknowledged with what the server says of requests, certificates and revocations.
func (s *requests) ask(ctx context.Context) error {
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	requests, inventory := map[string]load.Item{}, map[string]load.Item{}
	err = errors.Join(
		admin.All(ctx, load.Search{What: "requests", Scope: "search", Fields: []string{"_id", "status", "certificateId"}}, func(x load.Item) { requests[x.ID] = x }),
		admin.All(ctx, load.Search{What: "certificates", Query: `profile equals "` + profile + `"`, Fields: []string{"_id", "certificate", "serial", "revocationDate"}},
			func(x load.Item) { inventory[x.ID] = x }),
	)
	if err != nil {
		return err
	}
	revoked := map[string]bool{} // certificates whose revocation was acknowledged
	for _, c := range s.clients {
		for _, k := range c.known {
			if q := requests[k.ID]; q.Status != k.Status || q.CertificateID != k.CertificateID {
				s.tally.complain("%s: the request %s is %q with the certificate %q, and was acknowledged as %s with %s", k.wish.Comment, k.ID, q.Status, q.CertificateID, k.Status, k.CertificateID)
			}
			if k.Status == load.Completed && k.wish.Workflow == load.Revoke {
				revoked[k.CertificateID] = true
			}
		}
	}
	for _, c := range s.clients {
		for _, k := range c.known {
			if k.Status != load.Completed || k.wish.Workflow == load.Revoke {
				continue
			}
			if x := inventory[k.CertificateID]; x.Certificate != k.Certificate.PEM || (x.Revoked != 0) != revoked[k.CertificateID] {
				s.tally.complain("%s: the inventory has the certificate %s as %q, revoked at %d; its revocation was acknowledged: %v", k.wish.Comment, k.CertificateID, x.Serial, x.Revoked, revoked[k.CertificateID])
			}
		}
	}
	return errors.Join(s.askStatus(ctx, admin.HTTP, inventory, revoked), s.readEvents(ctx, admin, len(requests)))
}

// askStatus looks for every certificate on the revocation list, and asks for each by OCSP.
func (s *requests) askStatus(ctx context.Context, h *http.Client, inventory map[string]load.Item, revoked map[string]bool) error {
	var issuer *x509.Certificate
	var listed map[string]bool
	for id, x := range inventory {
		leaf, err := certificate([]byte(x.Certificate))
		if err != nil {
			return err
		}
		if issuer == nil {
			if issuer, err = fetchIssuer(ctx, h, leaf); err != nil {
				return err
			}
			if listed, err = fetchList(ctx, h, leaf, issuer, len(revoked)); err != nil {
				return err
			}
		}
		if listed[leaf.SerialNumber.Text(16)] != revoked[id] {
			s.tally.complain("the certificate %s is on the revocation list: %v; its revocation was acknowledged: %v", id, !revoked[id], revoked[id])
		}
		status, err := askOCSP(ctx, h, leaf, issuer)
		if err != nil {
			return err
		}
		if (status == ocsp.Revoked) != revoked[id] || status == ocsp.Unknown {
			s.tally.complain("the certificate %s has the OCSP status %d; its revocation was acknowledged: %v", id, status, revoked[id])
		}
	}
	if len(listed) != len(revoked) {
		s.tally.complain("the revocation list has %d entries, and %d revocations were acknowledged", len(listed), len(revoked))
	}
	return nil
}

func certificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("a certificate of the inventory is not PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

// fetch sends a request to one of the addresses a certificate names.
func fetch(ctx context.Context, h *http.Client, method string, urls []string, body []byte) ([]byte, error) {
	if len(urls) == 0 {
		return nil, errors.New("the certificate does not say where its status is")
	}
	q, err := http.NewRequestWithContext(ctx, method, urls[0], bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/ocsp-request")
	}
	w, err := h.Do(q)
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err == nil && w.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", urls[0], w.StatusCode, text)
	}
	return text, err
}

func fetchIssuer(ctx context.Context, h *http.Client, leaf *x509.Certificate) (*x509.Certificate, error) {
	der, err := fetch(ctx, h, http.MethodGet, leaf.IssuingCertificateURL, nil)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// fetchList returns the serial numbers on the revocation list, once it has as many as are wanted.
func fetchList(ctx context.Context, h *http.Client, leaf, issuer *x509.Certificate, want int) (map[string]bool, error) {
	for until := time.Now().Add(sealTime); ; {
		der, err := fetch(ctx, h, http.MethodGet, leaf.CRLDistributionPoints, nil)
		if err != nil {
			return nil, err
		}
		l, err := x509.ParseRevocationList(der)
		if err != nil {
			return nil, err
		}
		if err := l.CheckSignatureFrom(issuer); err != nil {
			return nil, err
		}
		if len(l.RevokedCertificateEntries) >= want || time.Now().After(until) {
			listed := map[string]bool{}
			for _, e := range l.RevokedCertificateEntries {
				listed[e.SerialNumber.Text(16)] = true
			}
			return listed, nil
		}
		if err := sleep(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

func askOCSP(ctx context.Context, h *http.Client, leaf, issuer *x509.Certificate) (int, error) {
	q, err := ocsp.CreateRequest(leaf, issuer, &ocsp.RequestOptions{Hash: crypto.SHA256})
	if err != nil {
		return 0, err
	}
	der, err := fetch(ctx, h, http.MethodPost, leaf.OCSPServer, q)
	if err != nil {
		return 0, err
	}
	a, err := ocsp.ParseResponseForCert(der, leaf, issuer)
	if err != nil {
		return 0, err
	}
	if a.SerialNumber.Cmp(new(big.Int).Set(leaf.SerialNumber)) != 0 {
		return 0, errors.New("an OCSP answer is about another certificate")
	}
	return a.Status, nil
}

const codes = `code in ["REQUEST-SUBMIT", "REQUEST-APPROVE", "REQUEST-DENY", "LIFECYCLE-ENROLL", "LIFECYCLE-RENEW", "LIFECYCLE-REVOKE", "LIFECYCLE-ESCROW", "WEBRA-CHALLENGE-SUBMIT"]`

// readEvents keeps how many events each request has, once the log holds the submission of every request.
func (s *requests) readEvents(ctx context.Context, admin *load.REST, want int) error {
	for until := time.Now().Add(sealTime); ; {
		all, submitted := map[string]map[string]int{}, 0
		err := admin.All(ctx, load.Search{What: "events", Query: codes}, func(x load.Item) {
			id := x.Detail("requestId")
			if all[id] == nil {
				all[id] = map[string]int{}
			}
			all[id][x.Code+" "+x.Status]++
			if x.Code == "REQUEST-SUBMIT" {
				submitted++
			}
		})
		if err != nil {
			return err
		}
		if s.events = all; submitted >= want || time.Now().After(until) {
			return nil
		}
		if err := sleep(ctx, time.Second); err != nil {
			return err
		}
	}
}

// endRow is a request at its end.
type endRow struct {
	id, workflow, state string
	decided, escrowed   bool
}

// events are the events the request must have.
func (r endRow) events() map[string]int {
	all := map[string]int{"REQUEST-SUBMIT success": 1}
	switch {
	case r.state == load.Denied:
		all["REQUEST-DENY success"] = 1
		return all
	case r.decided:
		all["REQUEST-APPROVE success"] = 1
	}
	all[map[string]string{load.Enroll: "LIFECYCLE-ENROLL success", load.Renew: "LIFECYCLE-RENEW success", load.Revoke: "LIFECYCLE-REVOKE success"}[r.workflow]] = 1
	if r.escrowed {
		all["LIFECYCLE-ESCROW success"] = 1
	}
	return all
}

// compareEvents compares the events of every request with those it must have, which are exactly those of one of each step.
func (s *requests) compareEvents(tx *store.Tx) error {
	rows, err := store.All(tx, func(r *sql.Rows) (e endRow, err error) {
		return e, r.Scan(&e.id, &e.workflow, &e.state, &e.decided, &e.escrowed)
	}, `SELECT r.id, r.workflow, r.state, r.approver IS NOT NULL, EXISTS (SELECT 1 FROM request_key k WHERE k.request = r.id) FROM request r WHERE r.sheet IS NOT NULL ORDER BY r.id LIMIT 1000000`)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if diff := cmp.Diff(r.events(), s.events[r.id]); diff != "" {
			s.tally.complain("the request %s (%s, %s) has other events than one act has (-want +got): %s", r.id, r.workflow, r.state, diff)
		}
		delete(s.events, r.id)
	}
	for id, events := range s.events {
		s.tally.complain("events %v of the request %q, which is not there", events, id)
	}
	return nil
}
