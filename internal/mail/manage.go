package mail

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// Rights on messages: those on the configuration of the system.
const (
	Read   access.Permission = "configuration:system:configuration:read"
	Manage access.Permission = "configuration:system:configuration:manage"
)

// mayRead is the question before messages are shown.
func mayRead(who access.Caller) error {
	if who.Can(Manage) {
		return nil
	}
	return who.May(Read)
}

const objectKind = "mail-message"

// Check opens a session with the mail server and ends it again.
func (s *Service) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.to.Timeout)
	defer cancel()
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	return c.Quit()
}

// Test sends a test message at once and returns its Message-ID and what the server answers to it. The attempt is
// recorded.
func (s *Service) Test(ctx context.Context, who access.Caller, to string) (id, answer string, err error) {
	facts := event.Object{Kind: objectKind, Name: clip(to)}
	if err := who.May(Manage); err != nil {
		return "", "", act.Refuse(ctx, s.DB, who, event.ConfTest, &facts, err)
	}
	status := event.Success
	id, answer, err = s.try(ctx, to)
	if err != nil {
		status = event.Failure
	}
	if noted := act.Note(ctx, s.DB, who, event.ConfTest, status, &facts, err); noted != nil {
		return "", "", noted
	}
	return id, answer, err
}

func (s *Service) try(ctx context.Context, to string) (id, answer string, err error) {
	if !s.Configured() {
		return "", "", notConfigured
	}
	m := Message{To: []string{to}, Subject: "Test message", Body: "This message shows that Horizon can send mail.\n"}
	if err := m.Check(); err != nil {
		return "", "", err
	}
	id = s.DB.NewID()
	raw, err := s.compose(m, id, s.DB.Clock.Now())
	if err != nil {
		return "", "", err
	}
	from, err := s.returnTo(m)
	if err != nil {
		return "", "", err
	}
	addresses, err := bare(m.To)
	if err != nil {
		return "", "", err
	}
	r := s.deliver(ctx, from, addresses, raw)
	return messageID(id, from), r.Answer, r.Err
}

// List returns messages that wait or have failed, the newest first, at most limit of one state (or of both, when it is
// empty), and those before an id.
func (s *Service) List(ctx context.Context, who access.Caller, state, before string, limit int) (all []Entry, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if err := mayRead(who); err != nil {
			return err
		}
		letters, err := list(tx, state, before, limit)
		all = make([]Entry, 0, len(letters))
		for _, l := range letters {
			all = append(all, l.entry())
		}
		return err
	})
	return all, err
}

// Count returns how many messages wait and how many have failed.
func (s *Service) Count(ctx context.Context) (waiting, failed int, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		waiting, failed, err = count(tx)
		return err
	})
	return waiting, failed, err
}

// Retry lets a message be tried at once, with all its attempts before it, for those who have not got it yet.
func (s *Service) Retry(ctx context.Context, who access.Caller, id string) (done Entry, err error) {
	facts := event.Object{Kind: objectKind, Name: clip(id)}
	err = act.Do(ctx, s.DB, who, event.ConfUpdate, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		l, found, err := find(tx, id)
		if err != nil {
			return err
		}
		if !found {
			return missing.Detail("%s", clip(id))
		}
		l.Attempts, l.progress.Left, l.progress.Refused = 0, l.progress.undelivered(), nil
		if _, err := again(tx, l, tx.Now()); err != nil {
			return err
		}
		l.State, l.Due, l.Ended = Waiting, tx.Now(), time.Time{}
		done = l.entry()
		return nil
	})
	return done, err
}

// Delete gives a message up. One that is being sent may still arrive.
func (s *Service) Delete(ctx context.Context, who access.Caller, id string) error {
	facts := event.Object{Kind: objectKind, Name: clip(id)}
	return act.Do(ctx, s.DB, who, event.ConfDelete, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		l, found, err := find(tx, id)
		if err == nil && found {
			found, err = remove(tx, id)
		}
		if err == nil && !found {
			err = missing.Detail("%s", clip(id))
		}
		if err != nil || l.State != Waiting {
			return err
		}
		return s.tell(tx, l, Outcome{Status: event.Failure, Why: "The message was deleted before it was sent"})
	})
}

const (
	lost   = time.Hour // how long after its time a message is missed
	tended = 1000      // of those at once
)

// Tend deletes what was given up long ago, and queues anew what should have been sent long ago.
func (s *Service) Tend(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := forget(tx, tx.Now().Add(-kept)); err != nil {
			return err
		}
		late, err := overdue(tx, tx.Now().Add(-lost), tended)
		if err != nil {
			return err
		}
		for _, l := range late {
			if _, err := again(tx, l, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}
