package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// migrations bring the tables of this package from one version to the next; {name} stands for the
// quoted table likeness_name. What is here is never changed, only continued. The entries of each
// collection are a table of their own, see makeEntries.
var migrations = []string{
	`CREATE TABLE {collections} (
		number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		name text COLLATE "C" NOT NULL,
		digest text COLLATE "C" NOT NULL,
		header text NOT NULL,
		space bytea NOT NULL,
		published boolean NOT NULL DEFAULT false,
		made timestamptz NOT NULL DEFAULT now(),
		UNIQUE (name, digest));
	CREATE UNIQUE INDEX likeness_collections_published ON {collections} (name) WHERE published;
	CREATE TABLE {parts} (
		collection bigint NOT NULL REFERENCES {collections} ON DELETE CASCADE,
		source text COLLATE "C" NOT NULL,
		part text NOT NULL,
		PRIMARY KEY (collection, source));`,
}

// migrationLock is the number of the lock under which clients that start at the same time migrate
// one after the other: "likeness" in ASCII.
const migrationLock = 0x6c696b656e657373

// known is what a database is known to have.
type known struct {
	version   int    // of the tables of this package; 0: there are none
	extension string // pgvector's version, "" where the extension is not there
	home      string // the quoted schema of the extension
}

// known asks what the database has.
func (db *database) known(ctx context.Context, tx pgx.Tx) (k known, err error) {
	var home string
	var there bool
	err = tx.QueryRow(ctx, `SELECT coalesce(max(e.extversion), ''), coalesce(max(n.nspname), ''),
			EXISTS (SELECT FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = $1 AND c.relname = 'likeness_schema')
		FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'`, db.schema).Scan(&k.extension, &home, &there)
	if err != nil {
		return k, err
	}
	k.home = pgx.Identifier{home}.Sanitize()
	if !there {
		return k, nil
	}
	err = tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM `+db.table("likeness_schema")).Scan(&k.version)
	return k, err
}

// checkVersion returns an error when the tables were made by a newer program.
func (db *database) checkVersion(k known) error {
	if k.version > len(migrations) {
		return fmt.Errorf("%s: the tables of the schema %s have version %d, this program knows versions up to %d: a newer one has made them", db.config.name, db.schema, k.version, len(migrations))
	}
	return nil
}

// iterates reports whether the extension's indexes go on searching where a condition has thrown out
// what was found, from 0.8 on.
func (k known) iterates() bool {
	major, rest, _ := strings.Cut(k.extension, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a > 0 || b >= 8
}

// migrate makes the extension, the schema and the tables where they are not there, and brings older
// tables up to date.
func (db *database) migrate(ctx context.Context) (k known, err error) {
	err = db.read(ctx, "migrate", func(ctx context.Context, tx pgx.Tx) (err error) {
		k, err = db.known(ctx, tx)
		return err
	})
	if err != nil {
		return k, err
	}
	if err := db.checkVersion(k); err != nil || k.version == len(migrations) && k.extension != "" {
		return k, err
	}
	err = db.write(ctx, "migrate", 4*db.call, func(ctx context.Context, tx pgx.Tx) (err error) {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
			return err
		}
		if k, err = db.known(ctx, tx); err != nil { // another one may have been here
			return err
		}
		if err := db.checkVersion(k); err != nil {
			return err
		}
		if err := db.makeSchema(ctx, tx); err != nil {
			return err
		}
		if k.extension == "" {
			if _, err := tx.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS vector`); err != nil {
				return explainExtension(err)
			}
		}
		for _, m := range migrations[k.version:] {
			if _, err := tx.Exec(ctx, db.fill(m)); err != nil {
				return err
			}
		}
		versions := db.table("likeness_schema")
		if k.version == 0 {
			if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS `+versions+` (version integer NOT NULL)`); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM `+versions); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO `+versions+` VALUES ($1)`, int32(len(migrations))); err != nil {
			return err
		}
		k, err = db.known(ctx, tx)
		return err
	})
	return k, err
}

// makeSchema makes the schema where it is not there; asking first spares a role a right that it does not need.
func (db *database) makeSchema(ctx context.Context, tx pgx.Tx) error {
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, db.schema).Scan(&there); err != nil || there {
		return err
	}
	_, err := tx.Exec(ctx, `CREATE SCHEMA `+pgx.Identifier{db.schema}.Sanitize())
	return err
}

// fill puts the names of tables into a migration.
func (db *database) fill(text string) string {
	return strings.NewReplacer("{collections}", db.table("likeness_collections"), "{parts}", db.table("likeness_parts")).Replace(text)
}

// explainExtension says what is to do where the extension cannot be made.
func explainExtension(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && server.Code == "42501":
		return fmt.Errorf("the database has no extension vector, and this role may not make it (CREATE EXTENSION vector by a role that may): %w", err)
	case ok && (server.Code == "0A000" || server.Code == "58P01"):
		return fmt.Errorf("the server has no extension pgvector: install it there (github.com/pgvector/pgvector): %w", err)
	}
	return err
}
