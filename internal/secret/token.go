package secret

// Token is the Wrapper that seals the keyset with an AES key that never leaves a PKCS#11 token. The token is asked for the
// sealing of a random key of 32 bytes, with AES-GCM, which seals the keyset. It takes a program that was built with cgo.
type Token struct {
	Module string // path of the PKCS#11 library
	Label  string // of the token
	PIN    Text
	Key    string // label of the AES key
}

// Name is "pkcs11".
func (Token) Name() string { return "pkcs11" }
