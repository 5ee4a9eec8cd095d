package pki

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func prime(t testing.TB, bits int) *big.Int {
	t.Helper()
	p, err := rand.Prime(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func nextPrime(p *big.Int) *big.Int {
	q := new(big.Int).Add(p, two)
	for !q.ProbablyPrime(10) {
		q.Add(q, two)
	}
	return q
}

// rocaPrime makes a prime as the vulnerable generator did: k*M + (65537^a mod M), M the product of the small primes.
func rocaPrime(t testing.TB, bits int) *big.Int {
	t.Helper()
	m := big.NewInt(1)
	for p := int64(2); p <= 701; p++ {
		if b := big.NewInt(p); b.ProbablyPrime(5) && m.BitLen() < bits-60 {
			m.Mul(m, b)
		}
	}
	lowest := new(big.Int).Lsh(big.NewInt(3), uint(bits-2))
	for {
		a, err := rand.Int(rand.Reader, m)
		if err != nil {
			t.Fatal(err)
		}
		p := new(big.Int).Exp(big.NewInt(65537), a, m)
		k := new(big.Int).Div(lowest, m)
		p.Add(p, k.Mul(k.Add(k, one), m))
		for range 400 {
			if p.ProbablyPrime(2) {
				return p
			}
			p.Add(p, m)
		}
	}
}

func TestCheckKey(t *testing.T) {
	t.Parallel()
	good := newKey(t, RSA2048).Public().(*rsa.PublicKey)
	p := prime(t, 1024)
	mul := func(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }
	withE := func(e int) *rsa.PublicKey { return &rsa.PublicKey{N: good.N, E: e} }
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec := newKey(t, P256).Public().(*ecdsa.PublicKey)
	//lint:ignore SA1019 nothing else makes a point beside the curve
	off := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).Add(ec.X, one), Y: ec.Y}
	tests := map[string]struct {
		key  crypto.PublicKey
		want *fault.Fault
	}{
		"good RSA":              {good, nil},
		"small RSA":             {&rsa.PublicKey{N: mul(prime(t, 512), prime(t, 512)), E: 65537}, WeakKey},
		"huge RSA":              {&rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 20000, 1), E: 65537}, WeakKey},
		"no modulus":            {&rsa.PublicKey{E: 65537}, WeakKey},
		"exponent 3":            {withE(3), WeakKey},
		"even exponent":         {withE(65538), WeakKey},
		"large exponent":        {withE(65539), nil},
		"even modulus":          {&rsa.PublicKey{N: new(big.Int).Lsh(good.N, 1), E: 65537}, WeakKey},
		"factor 3":              {&rsa.PublicKey{N: mul(good.N, big.NewInt(3)), E: 65537}, WeakKey},
		"factor 751":            {&rsa.PublicKey{N: mul(good.N, big.NewInt(751)), E: 65537}, WeakKey},
		"square":                {&rsa.PublicKey{N: mul(p, p), E: 65537}, WeakKey},
		"neighbouring primes":   {&rsa.PublicKey{N: mul(p, nextPrime(p)), E: 65537}, WeakKey},
		"primes of ROCA":        {&rsa.PublicKey{N: mul(rocaPrime(t, 1024), rocaPrime(t, 1024)), E: 65537}, WeakKey},
		"good P-256":            {ec, nil},
		"beside the curve":      {off, WeakKey},
		"no point":              {&ecdsa.PublicKey{Curve: elliptic.P256()}, WeakKey},
		"no curve":              {&ecdsa.PublicKey{}, Unsupported},
		"good Ed25519":          {newKey(t, Ed25519).Public(), nil},
		"short Ed25519":         {ed25519.PublicKey{1, 2}, WeakKey},
		"identity of Ed25519":   {append(ed25519.PublicKey{1}, make([]byte, 31)...), WeakKey},
		"X25519 cannot sign":    {x25519.PublicKey(), Unsupported},
		"nothing that is known": {nil, Unsupported},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, CheckKey(tt.key), tt.want)
		})
	}
}

// The points of small order are exactly those that become the neutral element (0, 1) when doubled three times. On
// -x^2+y^2 = 1+d*x^2*y^2 the y of the double depends on y alone.
func TestLowOrder(t *testing.T) {
	t.Parallel()
	p := new(big.Int).Sub(new(big.Int).Lsh(one, 255), big.NewInt(19))
	d := new(big.Int).ModInverse(big.NewInt(121666), p)
	d.Mul(d, big.NewInt(-121665)).Mod(d, p)
	mul := func(a, b *big.Int) *big.Int { return new(big.Int).Mod(new(big.Int).Mul(a, b), p) }
	for y := range lowOrder {
		be := make([]byte, 32)
		for i, b := range y {
			be[31-i] = b
		}
		v := new(big.Int).Mod(new(big.Int).SetBytes(be), p)
		for range 3 {
			y2 := mul(v, v)
			under := new(big.Int).Add(mul(d, y2), one)
			x2 := mul(new(big.Int).Sub(y2, one), under.ModInverse(under, p))
			num, den := new(big.Int).Add(y2, x2), new(big.Int).Sub(one, mul(d, mul(x2, y2)))
			v = mul(num, den.ModInverse(den.Mod(den, p), p))
		}
		if v.Cmp(one) != 0 {
			t.Errorf("got y = %v after three doublings of %x, want 1", v, y)
		}
	}
}

func BenchmarkCheckKey(b *testing.B) {
	for _, k := range []KeyType{P256, Ed25519, RSA2048} {
		pub := newKey(b, k).Public()
		b.Run(string(k), func(b *testing.B) {
			for b.Loop() {
				if err := CheckKey(pub); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
