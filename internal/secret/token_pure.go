//go:build !cgo

package secret

import (
	"context"
	"errors"
)

// errNoCgo is what a Token answers in a program that cannot load PKCS#11 libraries.
var errNoCgo = errors.New("this program was built without C and cannot use PKCS#11: build it with CGO_ENABLED=1")

// Wrap says that it takes a build with cgo.
func (Token) Wrap(context.Context, []byte) ([]byte, error) { return nil, errNoCgo }

// Unwrap says that it takes a build with cgo.
func (Token) Unwrap(context.Context, []byte) ([]byte, error) { return nil, errNoCgo }

// MakeKey says that it takes a build with cgo.
func (Token) MakeKey() error { return errNoCgo }
