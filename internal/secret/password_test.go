package secret

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := NewPasswords()
	ctx := t.Context()
	hash, err := p.Hash(ctx, NewText("hunter2"))
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %s, %v", hash, err)
	}
	if again, _ := p.Hash(ctx, NewText("hunter2")); again == hash {
		t.Error("two accounts with one password have one hash")
	}
	for name, c := range map[string]struct {
		hash, password string
		ok, stale      bool
	}{
		"right":            {hash, "hunter2", true, false},
		"wrong":            {hash, "hunter3", false, false},
		"empty password":   {hash, "", false, false},
		"long password":    {hash, strings.Repeat("x", maxPassword+1), false, false},
		"no account":       {"", "", false, false},
		"older parameters": {"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$0CJJqRHD1L5yS5bwrEzXRg", "other", false, false},
		// Made with OpenSSL 3 (passwd -6) and glibc's crypt.
		"crypt":           {"$6$abcdefgh$F/F0dF59Wi1wgWhIIxW2ISo.wmenhCGLM6F23EST1Nb8/GP0L4y6Eo/G1bGpTiRctEuhDHUbbVL2E2wBZsuQG.", "Pa$$word", true, true},
		"crypt wrong":     {"$6$abcdefgh$F/F0dF59Wi1wgWhIIxW2ISo.wmenhCGLM6F23EST1Nb8/GP0L4y6Eo/G1bGpTiRctEuhDHUbbVL2E2wBZsuQG.", "Pa$$worD", false, false},
		"crypt by rounds": {"$6$rounds=2000$somesalt$dhomQkyS2Nr.H7hA4fXsZTBqqn5puyVOVXu0McCAUJ5MRfCxyoF.5yJQlTDeS1XxL9KTaXQg2bRvUf9dKF047.", "x", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, stale, err := p.Verify(ctx, c.hash, NewText(c.password))
			if err != nil || ok != c.ok || stale != c.stale {
				t.Errorf("got %v, %v, %v, want %v, %v", ok, stale, err, c.ok, c.stale)
			}
		})
	}
	weaker := phc{cost: cost{1, 64, 1}, salt: []byte("somesalt")}
	weaker.key = weaker.cost.key("hunter2", weaker.salt, 16)
	if ok, stale, err := p.Verify(ctx, weaker.String(), NewText("hunter2")); err != nil || !ok || !stale {
		t.Errorf("got %v, %v, %v, want a right password with a stale hash", ok, stale, err)
	}
	for _, bad := range []string{"", strings.Repeat("x", maxPassword+1)} {
		if _, err := p.Hash(ctx, NewText(bad)); !errors.Is(err, badPassword) {
			t.Errorf("got %v, want the password refused", err)
		}
	}
}

func TestPasswordsInTurn(t *testing.T) {
	t.Parallel()
	p := NewPasswords()
	for p.free.TryAcquire(1) { // every processor is busy
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Hash(ctx, NewText("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
	if _, _, err := p.Verify(ctx, "", NewText("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

var badHashes = []string{
	"x", "$", "$6$", "$5$abcdefgh$AAAA", "$6$s$short", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=19$m=19456,t=2,p=257$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=19$t=2,m=19456,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=19$m=019456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
	"$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA\n",
	"$argon2id$v=19$m=19456,t=2,p=1$$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$",
	"$6$rounds=999999999$somesalt$" + strings.Repeat("A", 86), "$6$rounds=1$somesalt$" + strings.Repeat("A", 86),
	"$6$saltsaltsaltsaltsalt$" + strings.Repeat("A", 86), "$6$somesalt$" + strings.Repeat("!", 86), "$6$" + strings.Repeat("a", maxHash),
}

func TestBadHashes(t *testing.T) {
	t.Parallel()
	for _, h := range badHashes {
		if _, _, err := NewPasswords().Verify(t.Context(), h, NewText("x")); !errors.Is(err, errHash) {
			t.Errorf("%s: got %v, want it refused", h, err)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$0CJJqRHD1L5yS5bwrEzXRg")
	for _, h := range badHashes {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := parsePHC(s); err == nil && (h.String() != s || !h.cost.sane()) {
			t.Errorf("%q was read as %q", s, h)
		}
		_, _, _ = checker(s)
	})
}
