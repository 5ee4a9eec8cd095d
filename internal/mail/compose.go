package mail

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// compose writes the message as it is sent (RFC 5322). Its Message-ID and its date are the same in every attempt.
func (s *Service) compose(m Message, id string, created time.Time) ([]byte, error) {
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from, err := s.sender(m)
	if err != nil {
		return nil, err
	}
	out.FromMailAddress(from)
	for _, list := range []struct {
		texts []string
		set   func(...*mail.Address)
	}{{m.To, out.ToMailAddress}, {m.CC, out.CcMailAddress}, {split(m.ReplyTo), out.ReplyToMailAddress}} {
		addresses, err := addressesOf(list.texts)
		if err != nil {
			return nil, err
		}
		if len(addresses) > 0 {
			list.set(addresses...)
		}
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(created)
	out.SetMessageIDWithValue(messageID(id, from.Address))
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5: so that no robot answers
	for _, h := range m.Headers {
		out.SetGenHeader(gomail.Header(h.Name), h.Value)
	}
	kind := gomail.TypeTextPlain
	if m.HTML {
		kind = gomail.TypeTextHTML
	}
	out.SetBodyString(kind, m.Body)
	for _, a := range m.Attachments {
		if err := out.AttachReader(a.Name, bytes.NewReader(a.Bytes), gomail.WithFileContentType(gomail.ContentType(a.Media))); err != nil {
			return nil, fmt.Errorf("attaching %s: %w", a.Name, err)
		}
	}
	var b bytes.Buffer
	if _, err := out.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("composing the message: %w", err)
	}
	return b.Bytes(), nil
}

// sender is who the message is from.
func (s *Service) sender(m Message) (*mail.Address, error) {
	from := m.From
	if from == "" {
		from = s.to.From
	}
	if from == "" {
		return nil, Invalid.Detail("from: the message names no sender, and mail.from is not set")
	}
	return ParseAddress(from)
}

// returnTo is where what cannot be delivered goes back to.
func (s *Service) returnTo(m Message) (string, error) {
	if s.to.From != "" {
		m.From = s.to.From
	}
	from, err := s.sender(m)
	if err != nil {
		return "", err
	}
	return from.Address, nil
}

// messageID names a message in the domain of its sender.
func messageID(id, from string) string {
	return id + "@" + from[strings.LastIndexByte(from, '@')+1:]
}

func split(one string) []string {
	if one == "" {
		return nil
	}
	return []string{one}
}

func addressesOf(texts []string) ([]*mail.Address, error) {
	var all []*mail.Address
	for _, text := range texts {
		a, err := ParseAddress(text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}
