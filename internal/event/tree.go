package event

import (
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/store"
)

// The tree is stored in tiles: tile (l, n) holds up to 256 hashes of the complete subtrees of 256^l leaves, from the
// subtree n*256 on. A tile grows until it is full.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tree is the right edge of the stored tree: the last tile of each level, full ones included.
type tree struct {
	size  int64
	edge  []tile // by level
	dirty map[[2]int64]tile
}

type tile struct {
	n      int64
	hashes []tlog.Hash
}

// LeafHash returns the hash of a log entry: RFC 6962 leaf hash over sequence number, seal, hash of the leaf before
// (empty for the first) and canonical bytes, the first three as netstrings.
func LeafHash(seq int64, seal string, previous []byte, canonical []byte) tlog.Hash {
	h, _ := leafHash(nil, seq, seal, previous, canonical)
	return h
}

// leafHash is LeafHash with a buffer that is used again.
func leafHash(buffer []byte, seq int64, seal string, previous []byte, canonical []byte) (h tlog.Hash, b []byte) {
	b = append(buffer[:0], 0) // RFC 6962, 2.1: a leaf is hashed behind 0, a node behind 1
	b = netnumber(b, seq)
	b = netstring(b, seal)
	b = netstring(b, previous)
	b = append(b, canonical...)
	return sha256.Sum256(b), b
}

// nodeHash returns the hash of a node of the tree.
func nodeHash(left, right *tlog.Hash) tlog.Hash {
	var b [1 + 2*tlog.HashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+tlog.HashSize:], right[:])
	return sha256.Sum256(b[:])
}

// loadTree reads the right edge of a tree of the size.
func loadTree(tx *store.Tx, size int64) (*tree, error) {
	t := &tree{size: size, dirty: map[[2]int64]tile{}}
	for level, count := int64(0), size; count > 0; level, count = level+1, count/tileWidth {
		n := (count - 1) / tileWidth
		hashes, err := readTile(tx, level, n)
		if err != nil {
			return nil, err
		}
		if int64(len(hashes)) != count-n*tileWidth {
			return nil, fmt.Errorf("tile %d/%d of the event tree holds %d hashes in place of %d", level, n, len(hashes), count-n*tileWidth)
		}
		t.edge = append(t.edge, tile{n, hashes})
	}
	return t, nil
}

// last returns the hash of the last leaf, or nil of an empty tree.
func (t *tree) last() []byte {
	if t.size == 0 {
		return nil
	}
	h := t.edge[0].hashes[len(t.edge[0].hashes)-1]
	return h[:]
}

// add appends a leaf.
func (t *tree) add(leaf tlog.Hash) {
	t.size++
	t.push(0, leaf)
}

func (t *tree) push(level int, h tlog.Hash) {
	if level == len(t.edge) {
		t.edge = append(t.edge, tile{})
	}
	e := &t.edge[level]
	if len(e.hashes) == tileWidth {
		*e = tile{n: e.n + 1}
	}
	e.hashes = append(e.hashes, h)
	t.dirty[[2]int64{int64(level), e.n}] = *e
	if len(e.hashes) == tileWidth {
		t.push(level+1, fold(e.hashes))
	}
}

// fold returns the root over a power of two of hashes.
func fold(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	left, right := fold(hashes[:half]), fold(hashes[half:])
	return nodeHash(&left, &right)
}

// root returns the hash of the whole tree (RFC 6962, 2.1).
func (t *tree) root() tlog.Hash {
	var c compact
	for level := len(t.edge) - 1; level >= 0; level-- {
		hashes := t.edge[level].hashes
		if len(hashes) == tileWidth { // its root stands in the level above
			continue
		}
		for width := tileWidth / 2; width > 0; width /= 2 {
			if len(hashes)&width != 0 {
				c = append(c, fold(hashes[:width]))
				hashes = hashes[width:]
			}
		}
	}
	return c.root()
}

// compact is the list of roots of the complete subtrees a tree is made of, the largest first.
type compact []tlog.Hash

// root returns the hash of the tree.
func (c compact) root() tlog.Hash {
	if len(c) == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		h = nodeHash(&c[i], &h)
	}
	return h
}

// add appends the leaf with the index to the tree.
func (c compact) add(index int64, h tlog.Hash) compact {
	for ; index&1 == 1; index >>= 1 {
		h = nodeHash(&c[len(c)-1], &h)
		c = c[:len(c)-1]
	}
	return append(c, h)
}

// save writes the tiles that have changed.
func (t *tree) save(tx *store.Tx) error {
	for at, e := range t.dirty {
		if err := writeTile(tx, at[0], at[1], e.hashes); err != nil {
			return err
		}
	}
	clear(t.dirty)
	return nil
}

// hashReader reads hashes of the tree as the library of proofs counts them.
type hashReader struct{ read tiles }

// tiles reads tile n of a level.
type tiles func(level, n int64) ([]tlog.Hash, error)

func tilesOf(tx *store.Tx) tiles {
	return func(level, n int64) ([]tlog.Hash, error) { return readTile(tx, level, n) }
}

// keeping is a reader that reads no tile twice.
func keeping(tx *store.Tx) hashReader {
	kept := map[[2]int64][]tlog.Hash{}
	return hashReader{func(level, n int64) ([]tlog.Hash, error) {
		if hashes, ok := kept[[2]int64{level, n}]; ok {
			return hashes, nil
		}
		hashes, err := readTile(tx, level, n)
		if err == nil {
			kept[[2]int64{level, n}] = hashes
		}
		return hashes, err
	}}
}

// ReadHashes returns the stored hashes with the given indexes.
func (r hashReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		h, err := subtreeOf(r.read, level, n)
		if err != nil {
			return nil, err
		}
		all[i] = h
	}
	return all, nil
}

// subtree returns the root of the n-th complete subtree of 2^level leaves.
func subtree(tx *store.Tx, level int, n int64) (tlog.Hash, error) {
	return subtreeOf(tilesOf(tx), level, n)
}

func subtreeOf(read tiles, level int, n int64) (tlog.Hash, error) {
	within := level % tileHeight
	first := n << within
	hashes, err := read(int64(level/tileHeight), first/tileWidth)
	if err != nil {
		return tlog.Hash{}, err
	}
	from, to := first%tileWidth, first%tileWidth+1<<within
	if to > int64(len(hashes)) {
		return tlog.Hash{}, fmt.Errorf("tile %d/%d of the event tree is too short", level/tileHeight, first/tileWidth)
	}
	return fold(hashes[from:to]), nil
}

// split returns the roots of the complete subtrees that make up the first size leaves.
func split(tx *store.Tx, size int64) (c compact, err error) {
	start := int64(0)
	for level := 62; level >= 0; level-- {
		width := int64(1) << level
		if size&width == 0 {
			continue
		}
		h, err := subtree(tx, level, start/width)
		if err != nil {
			return nil, err
		}
		c = append(c, h)
		start += width
	}
	return c, nil
}
