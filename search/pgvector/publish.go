package pgvector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"likeness/search/engine"
)

// buildLimit bounds the time that an index takes to build.
const buildLimit = 24 * time.Hour

// mostBuildMemory is how much memory an index is built in at most, in bytes, unless the location
// sets maintenance_work_mem.
const mostBuildMemory = 1 << 30

// Publish implements engine.Engine. It builds the index of a collection that has none and is worth
// one. To build one takes a third of the processor time that it takes to keep one up to date while the
// entries come.
func (db *database) Publish(ctx context.Context, c engine.Collection) error {
	own, ok := c.(*collection)
	if !ok || own.db != db {
		return errForeign
	}
	if err := own.buildIndexes(ctx); err != nil {
		return err
	}
	own.lock.Lock()
	own.asked = time.Time{} // there may be an index now
	own.lock.Unlock()
	var others []int64
	err := db.write(ctx, "publish", db.call, func(ctx context.Context, tx pgx.Tx) error {
		if err := db.lockName(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `UPDATE `+db.collections()+` SET published = false WHERE name = $1 AND published AND number <> $2 RETURNING number`, db.location.Name, own.number)
		if err != nil {
			return err
		}
		before, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		others = append(others, before...) // also of a try whose answer was lost
		tag, err := tx.Exec(ctx, `UPDATE `+db.collections()+` SET published = true WHERE name = $1 AND number = $2`, db.location.Name, own.number)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return engine.ErrNone
		}
		return nil
	})
	if err != nil {
		return err
	}
	abandoned, err := db.abandoned(ctx)
	if err != nil {
		return err
	}
	others = append(others, abandoned...)
	slices.Sort(others)
	for _, number := range slices.Compact(others) {
		if err := db.dropCollections(ctx, []int64{number}, false); err != nil {
			return err
		}
	}
	return nil
}

// abandoned returns the collections that are not published and that nobody has written to for a day.
func (db *database) abandoned(ctx context.Context) (numbers []int64, err error) {
	type one struct {
		Number int64
		Made   time.Time
		Part   *string
	}
	err = db.read(ctx, "abandoned", func(ctx context.Context, tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT c.number, c.made, p.part FROM `+db.collections()+` c LEFT JOIN `+db.table("likeness_parts")+` p ON p.collection = c.number
			WHERE c.name = $1 AND NOT c.published`, db.location.Name)
		if err != nil {
			return err
		}
		rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[one])
		if err != nil {
			return err
		}
		made, parts := map[int64]time.Time{}, map[int64][]engine.Part{}
		for _, row := range rows {
			made[row.Number] = row.Made
			if row.Part == nil { // the collection has no parts
				continue
			}
			var p engine.Part
			if err := json.Unmarshal([]byte(*row.Part), &p); err != nil {
				return fmt.Errorf("what is known of a source of the collection %d: %w", row.Number, err)
			}
			parts[row.Number] = append(parts[row.Number], p)
		}
		numbers = nil
		for number := range made {
			if engine.Abandoned(parts[number], made[number]) {
				numbers = append(numbers, number)
			}
		}
		return nil
	})
	return numbers, err
}

// Drop implements engine.Engine.
func (db *database) Drop(ctx context.Context) (int, error) {
	var numbers []int64
	err := db.read(ctx, "drop", func(ctx context.Context, tx pgx.Tx) error {
		k, err := db.known(ctx, tx)
		if err != nil || k.version == 0 {
			return err
		}
		if err := db.checkVersion(k); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT number FROM `+db.collections()+` WHERE name = $1`, db.location.Name)
		if err != nil {
			return err
		}
		numbers, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	return len(numbers), db.dropCollections(ctx, numbers, true)
}

// dropCollections removes collections with their entries. A search that is under way is waited
// for, others wait meanwhile, so that it gives up after a while and tries again. One that is
// published, perhaps since a moment ago, stays unless published is true.
func (db *database) dropCollections(ctx context.Context, numbers []int64, published bool) error {
	return db.write(ctx, "drop", db.call, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('lock_timeout', '3s', true)`); err != nil {
			return err
		}
		for _, number := range numbers {
			tag, err := tx.Exec(ctx, `DELETE FROM `+db.collections()+` WHERE number = $1 AND ($2 OR NOT published)`, number, published)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 && !published { // or somebody else has dropped it
				continue
			}
			if _, err := tx.Exec(ctx, `DROP TABLE IF EXISTS `+db.table(entriesName(number))); err != nil {
				return err
			}
		}
		return nil
	})
}

// buildIndexes makes the indexes of a collection that it does not have, and lets the server count
// what is in the columns, by which it chooses how to search.
func (c *collection) buildIndexes(ctx context.Context) error {
	build := func(workers string) error {
		return c.db.write(ctx, "build index", buildLimit, func(ctx context.Context, tx pgx.Tx) error { return c.build(ctx, tx, workers) })
	}
	err := build("")
	// In many a container shared memory is too small for several workers.
	if server, ok := errors.AsType[*pgconn.PgError](err); ok && server.Code == "53100" {
		err = build("0")
	}
	return gone(err)
}

func (c *collection) build(ctx context.Context, tx pgx.Tx, workers string) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, int32(migrationLock>>32), int32(c.number)); err != nil {
		return err
	}
	for _, column := range []string{"person_plain", "taken"} {
		if err := c.ensureIndex(ctx, tx, column, "("+column+")", nil); err != nil {
			return err
		}
	}
	worth := false
	if err := tx.QueryRow(ctx, `SELECT count(*) >= $1 FROM (SELECT FROM `+c.table+` LIMIT $1) AS first`, int64(c.db.config.indexFrom)).Scan(&worth); err != nil {
		return err
	}
	if worth && c.header.Width <= widestIndexed {
		definition := fmt.Sprintf(`USING hnsw (point %s.vector_l2_ops) WITH (m = %d, ef_construction = %d)`, c.known.home, c.db.config.m, c.db.config.efConstruction)
		if err := c.ensureIndex(ctx, tx, "point", definition, func() error { return c.buildSettings(ctx, tx, workers) }); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `ANALYZE `+c.table)
	return err
}

// ensureIndex makes an index of a column where it is not there; to make it, even IF NOT EXISTS, would let
// others who write wait. before, if not nil, is called first.
func (c *collection) ensureIndex(ctx context.Context, tx pgx.Tx, column, definition string, before func() error) error {
	name := entriesName(c.number) + "_" + column
	var there bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, c.db.table(name)).Scan(&there); err != nil || there {
		return err
	}
	if before != nil {
		if err := before(); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `CREATE INDEX `+pgx.Identifier{name}.Sanitize()+` ON `+c.table+` `+definition)
	return err
}

// buildSettings gives an index the memory that its graph takes while it is built; without it the
// build takes many times as long.
func (c *collection) buildSettings(ctx context.Context, tx pgx.Tx, workers string) error {
	if workers != "" {
		if _, err := tx.Exec(ctx, `SELECT set_config('max_parallel_maintenance_workers', $1, true)`, workers); err != nil {
			return err
		}
	}
	if c.db.config.memory {
		return nil
	}
	var n int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+c.table).Scan(&n); err != nil {
		return err
	}
	// The point, its neighbours on the lowest layer and some above, and what describes an element.
	need := n * int64(4*c.header.Width+40*c.db.config.m+200)
	_, err := tx.Exec(ctx, `SELECT set_config('maintenance_work_mem', $1 || 'kB', true) FROM pg_settings WHERE name = 'maintenance_work_mem' AND setting::bigint < $2`,
		fmt.Sprint(min(need, mostBuildMemory)>>10), min(need, mostBuildMemory)>>10)
	return err
}
