package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/web"
)

// form is a file with the values that were sent with it.
type form struct {
	file   []byte
	values map[string]string // password and order
}

// maxParts of a form are read.
const maxParts = 10

// readForm reads a form, or the body itself as the file when it is no form. The file is the first part that holds anything
// and is none of the values, whatever its name.
func readForm(contentType string, body []byte) (f form, err error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return form{file: bytes.Clone(body)}, nil
	}
	f.values = map[string]string{}
	in := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for range maxParts {
		p, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(io.LimitReader(p, pki.MaxBundle+1))
		}
		if err != nil {
			return f, web.BadInput.Detail("the form cannot be read").Because(err)
		}
		switch name := p.FormName(); {
		case p.FileName() == "" && (name == "password" || name == "order"):
			f.values[name] = string(content)
		case f.file == nil && len(content) > 0:
			f.file = content
		}
	}
	if f.file == nil {
		return f, web.BadInput.Detail("the form holds no file")
	}
	return f, nil
}
