package pgvector

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"likeness/search"
	"likeness/search/engine"
)

// collection is a collection in a database.
type collection struct {
	db     *database
	number int64
	header *engine.Header
	known  known
	table  string // with its entries, quoted

	lock    sync.Mutex
	indexed bool      // there is an index of the points
	asked   time.Time // when that was found out
	last    int       // what Len has returned at last
}

func (db *database) collection(number int64, h *engine.Header, k known) *collection {
	return &collection{db: db, number: number, header: h, known: k, table: db.table(entriesName(number))}
}

// Header implements engine.Collection.
func (c *collection) Header() *engine.Header { return c.header }

// Dim implements search.Index.
func (c *collection) Dim() int { return c.header.Width }

// Len implements search.Index. Where the server does not answer, it returns what it has returned at last.
func (c *collection) Len() int {
	n, err := c.Count(context.Background(), search.Where{})
	c.lock.Lock()
	defer c.lock.Unlock()
	if err == nil {
		c.last = n
	}
	return c.last
}

// Count implements engine.Collection.
func (c *collection) Count(ctx context.Context, where search.Where) (n int, err error) {
	err = plainly(c.read(ctx, "count", func(ctx context.Context, tx pgx.Tx) error {
		cond, err := c.conditions(ctx, tx, &where)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM `+c.table+cond.where(), cond.args...).Scan(&n)
	}))
	return n, err
}

// Any implements engine.Collection.
func (c *collection) Any(ctx context.Context, where search.Where) (there bool, err error) {
	err = plainly(c.read(ctx, "any", func(ctx context.Context, tx pgx.Tx) error {
		cond, err := c.conditions(ctx, tx, &where)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+c.table+cond.where()+`)`, cond.args...).Scan(&there)
	}))
	return there, err
}

// People implements engine.Collection.
func (c *collection) People(ctx context.Context, most int) (list []engine.Tally, err error) {
	err = c.read(ctx, "people", func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT person, count(*) FROM `+c.table+` WHERE person <> '' GROUP BY person ORDER BY 2 DESC, person COLLATE "C" LIMIT $1`, int64(most))
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[engine.Tally])
		return err
	})
	return list, err
}

// Parts implements engine.Collection.
func (c *collection) Parts(ctx context.Context) (parts []engine.Part, err error) {
	err = c.read(ctx, "parts", func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT p.part FROM `+c.db.collections()+` c LEFT JOIN `+c.db.table("likeness_parts")+` p ON p.collection = c.number
			WHERE c.number = $1 ORDER BY p.source`, c.number)
		if err != nil {
			return err
		}
		texts, err := pgx.CollectRows(rows, pgx.RowTo[*string])
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			return engine.ErrNone
		}
		parts = nil
		for _, text := range texts {
			if text == nil { // the collection has no parts
				continue
			}
			var p engine.Part
			if err := json.Unmarshal([]byte(*text), &p); err != nil {
				return err
			}
			parts = append(parts, p)
		}
		return nil
	})
	return parts, err
}

// SetPart implements engine.Collection.
func (c *collection) SetPart(ctx context.Context, p engine.Part) error {
	if err := checkText("the source", p.Source); err != nil {
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.write(ctx, "set part", c.db.call, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO `+c.db.table("likeness_parts")+` VALUES ($1, $2, $3) ON CONFLICT (collection, source) DO UPDATE SET part = EXCLUDED.part`,
			c.number, p.Source, string(text))
		if server, ok := errors.AsType[*pgconn.PgError](err); ok && server.Code == "23503" { // a foreign key: the collection is gone
			return engine.ErrNone
		}
		return err
	})
}

// read is database.read for what may have been dropped.
func (c *collection) read(ctx context.Context, name string, f func(ctx context.Context, tx pgx.Tx) error) error {
	return gone(c.db.read(ctx, name, f))
}

// write is database.write for what may have been dropped.
func (c *collection) write(ctx context.Context, name string, limit time.Duration, f func(ctx context.Context, tx pgx.Tx) error) error {
	return gone(c.db.write(ctx, name, limit, f))
}
