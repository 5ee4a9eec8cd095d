package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// channelOf names the channel of the nodes that share a schema. Notifications are those of a whole database, which may
// hold several.
func channelOf(schema string) string {
	sum := sha256.Sum256([]byte(schema))
	return "horizon_" + hex.EncodeToString(sum[:8])
}

// tell has PostgreSQL pass the topics on to other nodes once the transaction commits.
func (tx *Tx) tell() error {
	for _, topic := range tx.everywhere {
		if _, err := tx.Exec(`SELECT pg_notify($1, $2)`, tx.db.channel, topic); err != nil {
			return fmt.Errorf("telling other nodes of %s: %w", topic, err)
		}
	}
	return nil
}

const (
	listenAgain = 5 * time.Second // after a lost connection
	goodbye     = 2 * time.Second
)

// Listen passes on what other nodes wake everywhere, until ctx ends. It keeps a connection of its own, and builds another
// one when that is lost. SQLite has no nodes: it returns at once.
func (db *DB) Listen(ctx context.Context) {
	if db.Dialect != PostgreSQL {
		return
	}
	for ctx.Err() == nil {
		if err := db.listen(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "other nodes are not heard; what they change is seen a second later", "error", err)
			_ = db.Clock.Wait(ctx, listenAgain) // an end of ctx ends the loop
		}
	}
}

func (db *DB) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, db.native.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{db.channel}.Sanitize()); err != nil {
		return err
	}
	db.wakes.signal(db.wakes.all()) // nobody knows what was told before
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		db.wakes.signal([]string{n.Payload})
	}
}
