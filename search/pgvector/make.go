package pgvector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"likeness/search/engine"
)

// widestVector is how many numbers a vector of pgvector has at most, widestIndexed one that its indexes take.
const (
	widestVector  = 16000
	widestIndexed = 2000
)

// Make implements engine.Engine.
func (db *database) Make(ctx context.Context, h *engine.Header, opt engine.MakeOptions) (engine.Collection, error) {
	if err := h.Check(); err != nil {
		return nil, err
	}
	if h.Width > widestVector {
		return nil, fmt.Errorf("points of %d numbers, pgvector takes up to %d", h.Width, widestVector)
	}
	if opt.Shards > 1 || opt.Replicas > 1 {
		return nil, errors.New("shards and replicas are not made by a client of PostgreSQL: a replica is a hot standby, which its operator sets up")
	}
	digest, err := h.Digest()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	space, err := h.SpaceBytes()
	if err != nil {
		return nil, err
	}
	k, err := db.migrate(ctx)
	if err != nil {
		return nil, err
	}
	var number int64
	err = db.write(ctx, "make", db.call, func(ctx context.Context, tx pgx.Tx) error {
		if err := db.lockName(ctx, tx); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT number FROM `+db.collections()+` WHERE name = $1 AND digest = $2`, db.location.Name, digest).Scan(&number)
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := tx.QueryRow(ctx, `INSERT INTO `+db.collections()+` (name, digest, header, space) VALUES ($1, $2, $3, $4) RETURNING number`,
			db.location.Name, digest, string(text), space).Scan(&number); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, db.makeEntries(number, h, k))
		return err
	})
	if err != nil {
		return nil, err
	}
	return db.collection(number, h, k), nil
}

func (db *database) collections() string { return db.table("likeness_collections") }

// lockName makes clients that change what a name stands for do it one after the other.
func (db *database) lockName(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, $2))`, db.schema+"."+db.location.Name, int64(migrationLock))
	return err
}

// entriesName is the name of the table with the entries of a collection. A number is never given twice, so that no one
// takes another collection's entries for those of a dropped one.
func entriesName(number int64) string { return fmt.Sprintf("likeness_entries_%d", number) }

// makeEntries returns the statements that make the table of a collection's entries. Unknown times
// and attributes are NULL, which meets no condition.
func (db *database) makeEntries(number int64, h *engine.Header, k known) string {
	table := db.table(entriesName(number))
	var b strings.Builder
	fmt.Fprintf(&b, `CREATE TABLE %s (
		id text COLLATE "C" PRIMARY KEY,
		seq bigserial NOT NULL,
		person text NOT NULL,
		person_plain text COLLATE "C" NOT NULL,
		taken bigint,
		hash bytea,
		mark bytea NOT NULL,
		frame real[],
		source text COLLATE "C" NOT NULL,
		point %s.vector(%d) NOT NULL`, table, k.home, h.Width)
	for i := range h.Attributes {
		fmt.Fprintf(&b, ",\n\t\t%s real", attributeColumn(i))
	}
	b.WriteString(");")
	// Points that are longer than some 500 numbers would lie apart from their rows, and a pass over all would take several
	// times as long. A row must fit a page of 8 kB.
	if 4*h.Width+5*len(h.Attributes) < 6000 {
		fmt.Fprintf(&b, "\nALTER TABLE %s ALTER COLUMN point SET STORAGE PLAIN;", table)
	}
	return b.String()
}

func attributeColumn(i int) string { return fmt.Sprintf("a%d", i) }

// Published implements engine.Engine.
func (db *database) Published(ctx context.Context) (engine.Collection, error) {
	var number int64
	var text string
	var space []byte
	var k known
	err := db.read(ctx, "published", func(ctx context.Context, tx pgx.Tx) (err error) {
		if k, err = db.known(ctx, tx); err != nil {
			return err
		}
		if err := db.checkVersion(k); err != nil {
			return err
		}
		if k.version == 0 {
			return engine.ErrNone
		}
		err = tx.QueryRow(ctx, `SELECT number, header, space FROM `+db.collections()+` WHERE name = $1 AND published`, db.location.Name).Scan(&number, &text, &space)
		if errors.Is(err, pgx.ErrNoRows) {
			return engine.ErrNone
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	h := &engine.Header{}
	if err := json.Unmarshal([]byte(text), h); err != nil {
		return nil, fmt.Errorf("%s: the header of the collection: %w", db.config.name, err)
	}
	if err := h.SetSpace(db.config.name, space); err != nil {
		return nil, err
	}
	return db.collection(number, h, k), nil
}
