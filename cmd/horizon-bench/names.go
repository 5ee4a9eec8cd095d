package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/miekg/dns"
)

// names answers that every name is at 127.0.0.1. Another server has no reason to know that names under .localhost are.
func names(ctx context.Context, address string) (closes func() error, err error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("opening the address names are asked at: %w", err)
	}
	p, err := c.ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the address names are asked at: %w", err), l.Close())
	}
	ended := make(chan error, 2)
	for _, s := range []*dns.Server{{Listener: l}, {PacketConn: p}} {
		s.Handler = dns.HandlerFunc(answerName)
		go func() { ended <- s.ActivateAndServe() }()
	}
	return func() error {
		err := errors.Join(l.Close(), p.Close())
		for range 2 {
			if e := <-ended; !errors.Is(e, net.ErrClosed) {
				err = errors.Join(err, e)
			}
		}
		return err
	}, nil
}

func answerName(w dns.ResponseWriter, q *dns.Msg) {
	a := new(dns.Msg).SetReply(q)
	a.RecursionAvailable = true
	for _, question := range q.Question {
		if question.Qtype == dns.TypeA {
			a.Answer = append(a.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.IPv4(127, 0, 0, 1),
			})
		}
	}
	_ = w.WriteMsg(a) // who asked asks again
}
