package notify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/kind"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	if n := len(Events()); n != 37 {
		t.Errorf("got %d events, want 37", n)
	}
	for e, want := range map[Event][5]bool{ // known, with time, with a certificate, with a key, after a decision
		"on_enroll":          {true, false, true, false, true},
		"on_expire":          {true, true, true, false, true},
		"on_submit_enroll":   {true, false, false, false, false},
		"on_pending_revoke":  {true, true, false, false, false},
		"on_approve_recover": {true, false, true, true, true},
		"on_approve_update":  {true, false, true, false, true},
		"on_deny_migrate":    {true, false, false, false, true},
		"on_full_moon":       {false, false, false, false, true},
	} {
		got := [5]bool{e.known(), e.Reminds(), e.hasCertificate(), e.hasKey(), e.decided()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e, diff)
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a":                        "a",
		" a\r\nBcc: x@example.com": "a Bcc: x@example.com",
		"\u2028\x00":               "",
		strings.Repeat("é", 300):   strings.Repeat("é", 250),
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: got %q (%d bytes), want %q", in, got, len(got), want)
		}
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	f := Files{
		DER: []byte{0x30, 0}, Made: true,
		Chain:  func() ([][]byte, error) { return [][]byte{{0x30, 1, 0}}, nil },
		PKCS12: func() ([]byte, error) { return []byte("p12"), nil },
	}
	e := Email{Basics: Basics{Named: kind.Named{Name: "n"}}, PEM: true, PEMBundle: true, DER: true, PKCS7: true, PKCS7Chain: true, PKCS12: true}
	all, err := e.attachments(f)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
		if a.Name == "bundle.pem" && strings.Count(string(a.Bytes), "BEGIN CERTIFICATE") != 2 {
			t.Errorf("got %s, want the chain too", a.Bytes)
		}
	}
	want := []string{"certificate.pem", "bundle.pem", "certificate.cer", "certificate.p7c", "bundle.p7c", "certificate.p12"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all, err := e.attachments(Files{}); err != nil || len(all) != 0 {
		t.Errorf("without a certificate: got %v, %v", all, err)
	}
}
