// Package pgvector keeps collections in PostgreSQL with the extension pgvector.
//
// A location names the servers, the database and the collection, and what stands behind its question
// mark are the options of pgx: sslmode, sslrootcert, pool_max_conns, target_session_attrs, every
// setting of the server such as maintenance_work_mem, and so on. Five are of this package: schema is
// where the tables are (default: the first of the search path), ef_search how many candidates an index
// is asked for at least, m and ef_construction how it is built, index_from how many entries make an index
// worth while. Passwords come from PGPASSWORD, from PGPASSFILE or ~/.pgpass, or from PGSERVICEFILE,
// as everywhere with PostgreSQL.
//
// A role that may only read can search: it needs USAGE on the schema and SELECT on its tables. The
// role that writes owns the tables.
package pgvector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"likeness/search/engine"
)

// database is an engine: a name in the schema of a database.
type database struct {
	location engine.Location
	config   *config
	pool     *pgxpool.Pool
	guard    *engine.Guard
	call     time.Duration // the limit of a call
	schema   string        // its name, not quoted
}

// Open connects with the servers of a location.
func Open(ctx context.Context, l engine.Location, opt engine.Options) (engine.Engine, error) {
	c, err := newConfig(l)
	if err != nil {
		return nil, err
	}
	// Connections are made when they are first needed.
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), c.pool)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	db := &database{location: l, config: c, pool: pool, guard: engine.NewGuard(c.name, opt), call: opt.Limits.Call, schema: c.schema}
	if db.call <= 0 {
		db.call = 15 * time.Second
	}
	if err := db.begin(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return db, nil
}

// begin makes sure that the server is one that this package can work with.
func (db *database) begin(ctx context.Context) error {
	var encoding, schema string
	var k known
	err := db.read(ctx, "open", func(ctx context.Context, tx pgx.Tx) (err error) {
		if err := tx.QueryRow(ctx, `SELECT current_setting('server_encoding'), coalesce(current_schema(), '')`).Scan(&encoding, &schema); err != nil {
			return err
		}
		if db.schema == "" {
			db.schema = schema
		}
		if db.schema == "" {
			return nil
		}
		k, err = db.known(ctx, tx)
		return err
	})
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return fmt.Errorf("%s: the database has the encoding %s, expected UTF8", db.config.name, encoding)
	case db.schema == "":
		return fmt.Errorf("%s: none of the schemas of the search path is there: name one by the option schema", db.config.name)
	}
	return db.checkVersion(k)
}

// Location implements engine.Engine.
func (db *database) Location() engine.Location { return db.location }

// Close implements engine.Engine.
func (db *database) Close() error {
	db.pool.Close()
	return nil
}

// read makes a call that only reads, in a transaction that sees the database as it was at one moment.
func (db *database) read(ctx context.Context, name string, f func(ctx context.Context, tx pgx.Tx) error) error {
	return db.within(ctx, name, db.call, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f)
}

// write makes a call that changes something, in a transaction.
func (db *database) write(ctx context.Context, name string, limit time.Duration, f func(ctx context.Context, tx pgx.Tx) error) error {
	return db.within(ctx, name, limit, pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite}, f)
}

func (db *database) within(ctx context.Context, name string, limit time.Duration, opt pgx.TxOptions, f func(ctx context.Context, tx pgx.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return db.guard.DoWithin(ctx, name, limit, func(ctx context.Context) error {
		return classified(pgx.BeginTxFunc(ctx, db.pool, opt, func(tx pgx.Tx) error { return f(ctx, tx) }))
	})
}

// table returns the quoted name of a table of this package.
func (db *database) table(name string) string { return pgx.Identifier{db.schema, name}.Sanitize() }

// errForeign means that a collection is of another engine.
var errForeign = errors.New("the collection of another engine")
