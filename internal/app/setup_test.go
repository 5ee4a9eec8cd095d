package app_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// setup is how far a server is set up.
type setup struct {
	Done, Dismissed bool
	Account         struct {
		Done, OwnPassword, BackupHolds bool
		Administrators                 int
		SealSecret, Keys               string
		LastBackup                     int64
	}
	Issuer struct {
		Done                    bool
		Authorities, Connectors []string
	}
	Profiles struct {
		Done    bool
		Enabled map[string][]string
	}
	FirstCertificate *struct {
		ID string `json:"_id"`
	}
	Then struct {
		Mail, ExpiryNotification    bool
		Accounts, Principals, Teams int
	}
}

func steps(t *testing.T, s *harness.Server) (v setup) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.Must("admin", http.MethodGet, "/api/v1/setup", nil, http.StatusOK)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Every step ticks when it is done, by whatever way.
func TestSetup(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("robot", "lifecycle:webra:web:enroll")
	v := steps(t, s)
	if !v.Account.OwnPassword || v.Account.Administrators != 1 || v.Account.BackupHolds || v.Account.Done || v.Account.SealSecret != "file" || v.Issuer.Done || v.Profiles.Done || v.FirstCertificate != nil || v.Then.ExpiryNotification || !v.Then.Mail || v.Then.Accounts != 2 {
		t.Errorf("a new server says %+v", v)
	}
	s.User("second", "configuration:*")
	if err := s.App.Backup(context.Background(), filepath.Join(t.TempDir(), "backup"), secret.NewText("a long passphrase")); err != nil {
		t.Fatal(err)
	}
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	if v = steps(t, s); !v.Account.Done || v.Account.LastBackup == 0 || v.Issuer.Done || !slices.Equal(v.Issuer.Authorities, []string{"lab"}) {
		t.Errorf("with a second administrator, a backup and a CA it says %+v", v)
	}
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", homeProfile, http.StatusCreated)
	if v = steps(t, s); !v.Issuer.Done || !v.Profiles.Done || v.Done {
		t.Errorf("with a profile it says %+v", v)
	}
	if diff := cmp.Diff(map[string][]string{"webra": {"web"}}, v.Profiles.Enabled); diff != "" {
		t.Error(diff)
	}
	enroll(t, s, "robot", "one")
	s.Advance(0)
	if v = steps(t, s); !v.Done || v.FirstCertificate == nil || v.Dismissed {
		t.Errorf("with a certificate it says %+v", v)
	}
	s.Must("admin", http.MethodGet, "/api/v1/certificates/"+v.FirstCertificate.ID, nil, http.StatusOK)
	s.Must("admin", http.MethodPost, "/api/v1/security/principals/preferences", `{"setupDismissed": true}`, http.StatusOK)
	if !steps(t, s).Dismissed {
		t.Error("the administrator has dismissed it, and it does not say so")
	}
	if status, _ := s.Call("robot", http.MethodGet, "/api/v1/setup", nil); status != http.StatusForbidden {
		t.Errorf("who may not set up was answered %d", status)
	}
}

// A password that the first start drew is told to be one until the administrator sets another.
func TestDrawnPassword(t *testing.T) {
	t.Parallel()
	c, err := app.Load("", nil, map[string]string{"data": filepath.Join(t.TempDir(), "data"), "database": storetest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	a, err := app.New(ctx, c, app.Parts{Clock: clock.NewManual(time.Now()), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	password, err := a.Bootstrap(ctx)
	if err != nil || password == "" {
		t.Fatalf("got the password %q (%v), want one that was drawn", password, err)
	}
	drawn := func() bool {
		staff, err := identity.StaffOf(ctx, a.DB.DB)
		if err != nil {
			t.Fatal(err)
		}
		return staff.Drawn
	}
	if !drawn() {
		t.Error("after the first start the password is not told to be drawn")
	}
	if _, err := a.ResetPassword(ctx, identity.AdministratorName); err != nil {
		t.Fatal(err)
	}
	if drawn() {
		t.Error("another password was set, and it is told to be the one that was drawn")
	}
}

// An interface learns what of it somebody needs.
func TestSections(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("asker", "lifecycle:webra:web:request_enroll")
	s.User("officer", "lifecycle:webra:web:approve_enroll", "lifecycle:webra:web:search")
	s.User("auditor", "configuration:event:read")
	s.User("keeper", "configuration:system:label:read", "configuration:system:configuration:manage")
	s.User("nothing")
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", homeProfile, http.StatusCreated)
	for who, want := range map[string]string{
		"asker":   `"sections":[{"name":"certificates","can":["see"]},{"name":"requests","can":["see","ask"]}]`,
		"officer": `"sections":[{"name":"certificates","can":["see"]},{"name":"requests","can":["see","decide"]}]`,
		"auditor": `"sections":[{"name":"events","can":["see"]},{"name":"requests","can":["see"]}]`,
		"keeper":  `"sections":[{"name":"configuration","can":["see"]},{"name":"mail","can":["see","manage"]},{"name":"requests","can":["see"]}]`,
		"nothing": `"sections":[{"name":"requests","can":["see"]}]`,
		"admin":   `"sections":[{"name":"authorities","can":["see","manage"]},{"name":"certificates","can":["see"]},{"name":"configuration","can":["see"]},{"name":"events","can":["see"]},{"name":"mail","can":["see","manage"]},{"name":"requests","can":["see","ask","decide"]}]`,
	} {
		if text := s.Must(who, http.MethodGet, "/api/v1/security/principals/self", nil, http.StatusOK); !strings.Contains(text, want) {
			t.Errorf("%s: got %s, want %s", who, text, want)
		}
	}
	for who, want := range map[string]string{"keeper": `"may":{"read":true,"manage":false}`, "admin": `"may":{"read":true,"manage":true}`, "nothing": `"may":{"read":false,"manage":false}`} {
		if text := s.Must(who, http.MethodGet, "/api/v1/system/kinds/label", nil, http.StatusOK); !strings.Contains(text, want) {
			t.Errorf("%s: labels are described as %s, want %s", who, text, want)
		}
	}
}
