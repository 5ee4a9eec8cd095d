package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"math/big"

	"github.com/horizon-clm/horizon/internal/fault"
)

// WeakKey is the fault of a key that must not be certified.
var WeakKey = fault.Define("CRYPTO-003", fault.Invalid, "Key is too weak")

const (
	minRSA       = 2048
	maxRSA       = 16384 // beyond this a signature check is an attack on our time
	minExponent  = 65537
	fermatRounds = 100
)

// CheckKey reports why a public key must not be certified: too small, of a broken generator, or no valid point of its
// curve. An EC key costs microseconds, an RSA key less than one verification of its signature.
func CheckKey(pub crypto.PublicKey) error {
	switch p := pub.(type) {
	case *rsa.PublicKey:
		return checkRSA(p)
	case *ecdsa.PublicKey:
		return checkEC(p)
	case ed25519.PublicKey:
		return checkEd25519(p)
	}
	return Unsupported.Detail("the kind of the public key is not known")
}

func checkEC(p *ecdsa.PublicKey) error {
	switch p.Curve {
	case elliptic.P256(), elliptic.P384(), elliptic.P521():
	case elliptic.P224():
		return WeakKey.Detail("the curve P-224 is below 128 bits of security")
	default:
		return Unsupported.Detail("the curve is not known")
	}
	//lint:ignore SA1019 a key without a point makes ECDH panic
	if p.X == nil || p.Y == nil {
		return WeakKey.Detail("the public key is not a point of its curve")
	}
	if _, err := p.ECDH(); err != nil { // checks the point: SEC 1, 3.2.2.1; the NIST curves have cofactor 1
		return WeakKey.Detail("the public key is not a point of its curve")
	}
	return nil
}

// lowOrder holds the y coordinates, little endian without the sign bit, of the points of order up to 8 (RFC 8032, 5.1):
// 0, 1, p-1, p, p+1 and the two of order 8. A signature by such a key can be made by anyone.
var lowOrder = map[[32]byte]bool{
	{}:            true,
	{0: 0x01}:     true,
	allOnes(0xec): true, allOnes(0xed): true, allOnes(0xee): true,
	{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05}: true,
	{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}: true,
}

func allOnes(first byte) (b [32]byte) {
	for i := range b {
		b[i] = 0xff
	}
	b[0], b[31] = first, 0x7f
	return b
}

func checkEd25519(p ed25519.PublicKey) error {
	if len(p) != ed25519.PublicKeySize {
		return WeakKey.Detail("an Ed25519 public key has 32 bytes")
	}
	y := [32]byte(p)
	y[31] &= 0x7f
	if lowOrder[y] {
		return WeakKey.Detail("the public key is a point of small order")
	}
	return nil
}

func checkRSA(p *rsa.PublicKey) error {
	switch {
	case p.N == nil || p.N.BitLen() < minRSA:
		return WeakKey.Detail("the RSA modulus has less than %d bits", minRSA)
	case p.N.BitLen() > maxRSA:
		return WeakKey.Detail("the RSA modulus has more than %d bits", maxRSA)
	case p.E < minExponent || p.E%2 == 0:
		return WeakKey.Detail("the RSA public exponent must be odd and at least %d", minExponent)
	case hasSmallFactor(p.N):
		return WeakKey.Detail("the RSA modulus has a small prime factor")
	case isROCA(p.N):
		return WeakKey.Detail("the RSA modulus has the fingerprint of CVE-2017-15361 (ROCA)")
	case hasClosePrimes(p.N):
		return WeakKey.Detail("the RSA primes are too close to each other")
	}
	return nil
}

// hasSmallFactor divides by every odd number below 752, the bound of NIST SP 800-89, 5.3.3; several at a time, as many
// as fit one word.
func hasSmallFactor(n *big.Int) bool {
	if n.Bit(0) == 0 {
		return true
	}
	rest, word := new(big.Int), new(big.Int)
	for from := uint64(3); from < 752; {
		product, to := uint64(1), from
		for ; to < 752 && product < 1<<54; to += 2 {
			product *= to
		}
		r := rest.Mod(n, word.SetUint64(product)).Uint64()
		for d := from; d < to; d += 2 {
			if r%d == 0 {
				return true
			}
		}
		from = to
	}
	return false
}

// rocaPrimes are those primes of the vulnerable generator modulo which 65537 does not generate everything: primes made
// by it are k*M + (65537^a mod M), so that the modulus is a power of 65537 modulo each of them (Nemec et al., 2017, 4).
var rocaPrimes = [...]uint64{11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157}

func isROCA(n *big.Int) bool {
	m := new(big.Int)
	for _, p := range rocaPrimes {
		r := m.Mod(n, m.SetUint64(p)).Uint64()
		if !isPowerOf65537(r, p) {
			return false
		}
	}
	return true
}

func isPowerOf65537(r, p uint64) bool {
	x := uint64(1)
	for range p {
		if x == r {
			return true
		}
		x = x * 65537 % p
	}
	return false
}

// hasClosePrimes runs Fermat's factorization for some rounds: it finds p and q when they share their upper half.
func hasClosePrimes(n *big.Int) bool {
	a := new(big.Int).Sqrt(n)
	if new(big.Int).Mul(a, a).Cmp(n) == 0 {
		return true
	}
	a.Add(a, one)
	square := new(big.Int).Mul(a, a)
	b2 := square.Sub(square, n)
	step := new(big.Int).Lsh(a, 1)
	step.Add(step, one) // (a+1)^2 - a^2
	root, again, rest := new(big.Int), new(big.Int), new(big.Int)
	for range fermatRounds {
		if mayBeSquare(b2, rest) && again.Mul(root.Sqrt(b2), root).Cmp(b2) == 0 {
			return true
		}
		b2.Add(b2, step)
		step.Add(step, two)
	}
	return false
}

var (
	one     = big.NewInt(1)
	two     = big.NewInt(2)
	sieve   = []uint64{63, 65, 11, 17, 19, 23, 31}
	sieveAt = big.NewInt(63 * 65 * 11 * 17 * 19 * 23 * 31)
)

// mayBeSquare sorts out almost all numbers that are no squares by their residues; rest is scratch space.
func mayBeSquare(n, rest *big.Int) bool {
	if low := n.Bits(); len(low) > 0 && !isSquareMod(uint64(low[0])%64, 64) {
		return false
	}
	r := rest.Mod(n, sieveAt).Uint64()
	for _, m := range sieve {
		if !isSquareMod(r%m, m) {
			return false
		}
	}
	return true
}

func isSquareMod(r, m uint64) bool {
	for x := uint64(0); x <= m/2; x++ {
		if x*x%m == r {
			return true
		}
	}
	return false
}
