package pgvector

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"likeness/search"
	"likeness/search/engine"
)

// rowLimit is added to the time limit of a call for every row that it puts: an index of the points
// takes a few milliseconds for each.
const rowLimit = 20 * time.Millisecond

// mostAtOnce is how many numbers one statement puts at most, apart from the last row's.
const mostAtOnce = 4 << 20

// Put implements engine.Collection. All rows are there or none.
func (c *collection) Put(ctx context.Context, rows *engine.Rows) error {
	if err := engine.CheckRows(c.header, rows); err != nil {
		return err
	}
	if err := checkTexts(rows); err != nil {
		return err
	}
	if rows.Len() == 0 {
		return ctx.Err()
	}
	// What goes to the server at once is bounded; all of it is one transaction.
	some := max(1, mostAtOnce/(c.header.Width+len(c.header.Attributes)+100))
	statement := c.putStatement()
	return c.write(ctx, "put", c.db.call+time.Duration(rows.Len())*rowLimit, func(ctx context.Context, tx pgx.Tx) error {
		for i := 0; i < rows.Len(); i += some {
			if _, err := tx.Exec(ctx, statement, putArguments(c.header, rows.Slice(i, min(i+some, rows.Len())))...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Upsert implements search.Store.
func (c *collection) Upsert(ctx context.Context, e search.Entries) error {
	return c.Put(ctx, &engine.Rows{Entries: e})
}

// Delete implements search.Store. Where the connection ends before the server has said that it is
// done, the number is of what was left for the next try.
func (c *collection) Delete(ctx context.Context, ids ...string) (int, error) {
	n := 0
	err := c.write(ctx, "delete", c.db.call+time.Duration(len(ids))*time.Millisecond, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `WITH doomed AS MATERIALIZED (SELECT id FROM `+c.table+` WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE)
			DELETE FROM `+c.table+` USING doomed WHERE `+c.table+`.id = doomed.id`, storables(ids))
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}

// storables returns those of some ids that may be in a table.
func storables(ids []string) []string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		if storable(id) {
			list = append(list, id)
		}
	}
	return list
}
