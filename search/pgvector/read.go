package pgvector

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"likeness/search"
	"likeness/search/engine"
)

// page is how many rows or marks are read at once.
const page = 1000

// fields returns what a row is read from; point says whether its point is.
func (c *collection) fields(point bool) string {
	list := "id, person, taken, hash, frame, source, "
	if point {
		list += c.known.home + ".vector_send(point)"
	} else {
		list += "NULL::bytea"
	}
	for i := range c.header.Attributes {
		list += ", " + attributeColumn(i)
	}
	return list
}

// rows reads rows whose columns are those of fields.
func (c *collection) rows(from pgx.Rows, point bool) (*engine.Rows, error) {
	h := c.header
	r := &engine.Rows{Entries: search.Entries{Dim: h.Width, IDs: []string{}, People: []string{}, Taken: []time.Time{}}}
	if h.Attributes != nil {
		r.Attributes = &search.Attributes{Names: h.Attributes}
	}
	var id, person, source string
	var taken *int64
	var hash, points []byte
	var frame []float32
	values := make([]*float32, len(h.Attributes))
	into := []any{&id, &person, &taken, &hash, &frame, &source, &points}
	for i := range values {
		into = append(into, &values[i])
	}
	hashed, framed := false, false
	_, err := pgx.ForEachRow(from, into, func() error {
		r.IDs, r.People, r.Sources = append(r.IDs, id), append(r.People, person), append(r.Sources, source)
		var at time.Time
		if taken != nil {
			at = time.UnixMicro(*taken).UTC()
		}
		r.Taken = append(r.Taken, at)
		var sum search.Hash
		if hash != nil {
			hashed = true
			copy(sum[:], hash)
		}
		r.Hashes = append(r.Hashes, sum)
		var five [search.FrameNumbers]float32
		if frame != nil {
			framed = true
			copy(five[:], frame)
		}
		r.Frames = append(r.Frames, five[:]...)
		for _, v := range values {
			if v == nil {
				r.Attributes.Values = append(r.Attributes.Values, float32(math.NaN()))
			} else {
				r.Attributes.Values = append(r.Attributes.Values, *v)
			}
		}
		if !point {
			return nil
		}
		if len(points) != 4+4*h.Width {
			return fmt.Errorf("%q: a point of %d bytes, expected %d numbers", id, len(points), h.Width)
		}
		for b := points[4:]; len(b) > 0; b = b[4:] {
			r.Codes = append(r.Codes, math.Float32frombits(binary.BigEndian.Uint32(b)))
		}
		return nil
	})
	if !hashed {
		r.Hashes = nil
	}
	if !framed {
		r.Frames = nil
	}
	return r, err
}

// query reads the rows that a query finds, of which rest is what follows FROM and the table.
func (c *collection) query(ctx context.Context, tx pgx.Tx, point bool, rest string, args ...any) (*engine.Rows, error) {
	found, err := tx.Query(ctx, `SELECT `+c.fields(point)+` FROM `+c.table+rest, args...)
	if err != nil {
		return nil, err
	}
	return c.rows(found, point)
}

// Lookup implements engine.Collection.
func (c *collection) Lookup(ctx context.Context, ids ...string) (rows *engine.Rows, err error) {
	err = c.read(ctx, "lookup", func(ctx context.Context, tx pgx.Tx) error {
		rows, err = c.query(ctx, tx, true, ` WHERE id = ANY($1::text[]) ORDER BY seq`, storables(ids))
		return err
	})
	return rows, err
}

// Get implements search.Store.
func (c *collection) Get(ctx context.Context, ids ...string) (search.Entries, error) {
	rows, err := c.Lookup(ctx, ids...)
	if err != nil {
		return search.Entries{}, err
	}
	return rows.Entries, nil
}

// List implements engine.Collection.
func (c *collection) List(ctx context.Context, where search.Where, first, most int) (rows *engine.Rows, err error) {
	err = plainly(c.read(ctx, "list", func(ctx context.Context, tx pgx.Tx) error {
		cond, err := c.conditions(ctx, tx, &where)
		if err != nil {
			return err
		}
		rest := cond.where() + ` ORDER BY seq OFFSET ` + cond.arg(int64(first)) + `::bigint LIMIT ` + cond.arg(int64(most)) + `::bigint`
		rows, err = c.query(ctx, tx, false, rest, cond.args...)
		return err
	}))
	return rows, err
}

// Scan implements engine.Collection. Each page is read as it is at that moment.
func (c *collection) Scan(ctx context.Context, visit func(*engine.Rows) error) error {
	after, comparison := "", ">="
	for {
		var rows *engine.Rows
		err := c.read(ctx, "scan", func(ctx context.Context, tx pgx.Tx) (err error) {
			rows, err = c.query(ctx, tx, true, ` WHERE id `+comparison+` $1::text ORDER BY id LIMIT $2::bigint`, after, int64(page))
			return err
		})
		if err != nil {
			return err
		}
		n := rows.Len()
		if n == 0 {
			return nil
		}
		after, comparison = rows.IDs[n-1], ">"
		if err := visit(rows); err != nil {
			return err
		}
		if n < page {
			return nil
		}
	}
}

// marked is an id with its mark.
type marked struct {
	ID   string
	Mark []byte
}

// Marks implements engine.Collection.
func (c *collection) Marks(ctx context.Context, source string, visit func(id string, m engine.Mark) error) error {
	const most = 10 * page
	after, comparison := "", ">="
	for {
		var list []marked
		err := c.read(ctx, "marks", func(ctx context.Context, tx pgx.Tx) error {
			found, err := tx.Query(ctx, `SELECT id, mark FROM `+c.table+` WHERE ($3::text = '' OR source = $3::text) AND id `+comparison+` $1::text ORDER BY id LIMIT $2::bigint`,
				after, int64(most), source)
			if err != nil {
				return err
			}
			list, err = pgx.CollectRows(found, pgx.RowToStructByPos[marked])
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range list {
			if len(m.Mark) != len(engine.Mark{}) {
				return fmt.Errorf("%q: a mark of %d bytes, expected %d", m.ID, len(m.Mark), len(engine.Mark{}))
			}
			if err := visit(m.ID, engine.Mark(m.Mark)); err != nil {
				return err
			}
		}
		if len(list) < most {
			return nil
		}
		after, comparison = list[len(list)-1].ID, ">"
	}
}
