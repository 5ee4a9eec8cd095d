package acme

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// Nonces are made of themselves: who made it, when, which one it is, and a MAC over that. None is stored when it is given
// out, and they survive a restart with the key.
//
// Used ones are remembered: of this process as one bit each, in a window over the last ones given out; of others (those
// before a restart, other nodes) one by one. A nonce the memory has no room for is refused, and never taken twice: the
// client gets a fresh one with the refusal (RFC 8555, 6.5).
type nonces struct {
	key     []byte
	process [6]byte
	now     func() time.Time

	mu      sync.Mutex // guards all below
	next    uint64
	window  []uint64 // a bit is set while its nonce can be used
	foreign map[[12]byte]struct{}
	older   map[[12]byte]struct{} // foreign, as it was until turned
	turned  time.Time
}

const (
	nonceLife   = time.Hour
	nonceBytes  = 32
	nonceWindow = 1 << 22 // nonces of this process that can be used at one time
	maxForeign  = 1 << 16
)

func newNonces(key []byte, now func() time.Time) *nonces {
	n := &nonces{key: key, now: now, window: make([]uint64, nonceWindow/64), foreign: map[[12]byte]struct{}{}, turned: now()}
	_, _ = rand.Read(n.process[:]) // never fails
	return n
}

// give returns a new nonce.
func (n *nonces) give() string {
	n.mu.Lock()
	at := n.next
	n.next++
	n.window[at/64%uint64(len(n.window))] |= 1 << (at % 64)
	n.mu.Unlock()

	var b [nonceBytes]byte
	copy(b[0:6], n.process[:])
	put48(b[6:12], at)
	binary.BigEndian.PutUint32(b[12:16], uint32(n.now().Unix())) // #nosec G115 -- good until 2106
	copy(b[16:], n.mac(b[:16]))
	return encode64(b[:])
}

// opened is a nonce that was made here and is not too old.
type opened struct {
	own   bool
	at    uint64
	id    [12]byte
	until time.Time
}

// open looks at a nonce and leaves it as it is.
func (n *nonces) open(s string) (opened, error) {
	b, err := decode64(s)
	if err != nil { // RFC 8555, 6.5.2
		return opened{}, malformed.Detail("the nonce is not base64url")
	}
	if len(b) != nonceBytes || !hmac.Equal(b[16:], n.mac(b[:16])) {
		return opened{}, badNonce.Detail("it was not given out here")
	}
	made := time.Unix(int64(binary.BigEndian.Uint32(b[12:16])), 0)
	now := n.now()
	if now.Sub(made) > nonceLife || made.Sub(now) > nonceLife {
		return opened{}, badNonce.Detail("it is too old")
	}
	o := opened{own: [6]byte(b[:6]) == n.process, at: get48(b[6:12]), id: [12]byte(b[:12]), until: made.Add(nonceLife)}
	return o, nil
}

// use takes a nonce, once.
func (n *nonces) use(o opened) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !o.own {
		return n.useForeign(o)
	}
	word, bit := &n.window[o.at/64%uint64(len(n.window))], uint64(1)<<(o.at%64)
	if o.at >= n.next || n.next-o.at > nonceWindow || *word&bit == 0 {
		return badNonce.Detail("it was used before")
	}
	*word &^= bit
	return nil
}

// useForeign remembers a nonce of another process, for as long as it could be used at least. The caller holds mu.
func (n *nonces) useForeign(o opened) error {
	if now := n.now(); now.Sub(n.turned) > nonceLife {
		n.older, n.foreign, n.turned = n.foreign, map[[12]byte]struct{}{}, now
	}
	_, used := n.foreign[o.id]
	_, before := n.older[o.id]
	switch {
	case used || before:
		return badNonce.Detail("it was used before")
	case len(n.foreign) >= maxForeign:
		return badNonce.Detail("there are too many of other servers")
	}
	n.foreign[o.id] = struct{}{}
	return nil
}

// mac authenticates the head of a nonce.
func (n *nonces) mac(head []byte) []byte {
	h := hmac.New(sha256.New, n.key)
	h.Write(head)
	return h.Sum(nil)[:nonceBytes-16]
}

func put48(b []byte, v uint64) {
	for i := range 6 {
		b[i] = byte(v >> (40 - 8*i)) // #nosec G115 -- the lowest byte is meant
	}
}

func get48(b []byte) (v uint64) {
	for _, c := range b[:6] {
		v = v<<8 | uint64(c)
	}
	return v
}
