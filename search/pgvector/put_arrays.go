package pgvector

import (
	"fmt"
	"math"
	"strings"

	"likeness/search"
	"likeness/search/engine"
)

// putStatement puts rows that come as arrays: seven of them hold a value for each row, and three hold the
// numbers of all rows one behind the other, see putArguments. What comes takes its numbers of order in its own order and is inserted
// in the order of ids: two clients that put the same ids then wait for each other, and do not block each other.
func (c *collection) putStatement() string {
	h := c.header
	var names, values, set strings.Builder
	add := func(name, value string) {
		names.WriteString(", " + name)
		values.WriteString(", " + value)
		set.WriteString(", " + name + " = EXCLUDED." + name)
	}
	for _, name := range []string{"person", "person_plain", "taken", "hash", "mark", "source"} {
		add(name, name)
	}
	slice := func(arg, width int) string {
		return fmt.Sprintf("($%d::real[])[(n - 1) * %d + 1 : n * %d]", arg, width, width)
	}
	add("point", fmt.Sprintf("%s::%s.vector", slice(8, h.Width), c.known.home))
	add("frame", fmt.Sprintf("nullif(%s, array_fill(0::real, ARRAY[%d]))", slice(9, search.FrameNumbers), search.FrameNumbers))
	for i := range h.Attributes {
		add(attributeColumn(i), fmt.Sprintf("nullif(($10::real[])[(n - 1) * %d + %d], 'NaN'::real)", len(h.Attributes), i+1))
	}
	sequence := strings.ReplaceAll(c.db.table(entriesName(c.number)+"_seq_seq"), "'", "''")
	return fmt.Sprintf(`WITH numbered AS MATERIALIZED (
			SELECT nextval('%s') AS seq, r.*, ordinality::integer AS n
			FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[])
				WITH ORDINALITY AS r (id, person, person_plain, taken, hash, mark, source, ordinality))
		INSERT INTO %s (seq, id%s) SELECT seq, id%s FROM numbered ORDER BY id COLLATE "C"
		ON CONFLICT (id) DO UPDATE SET seq = EXCLUDED.seq%s`, sequence, c.table, names.String(), values.String(), set.String())
}

// putArguments returns the arguments of putStatement.
func putArguments(h *engine.Header, rows *engine.Rows) []any {
	n := rows.Len()
	people, plain, sources := make([]string, n), make([]string, n), make([]string, n)
	taken, hashes, marks := make([]*int64, n), make([][]byte, n), make([][]byte, n)
	frames := make([]float32, n*search.FrameNumbers)
	values := make([]float32, n*len(h.Attributes))
	for i := range values {
		values[i] = float32(math.NaN())
	}
	own := search.Attributes{Names: h.Attributes}
	for i := range n {
		if rows.People != nil {
			people[i], plain[i] = rows.People[i], search.PlainName(rows.People[i])
		}
		if rows.Sources != nil {
			sources[i] = rows.Sources[i]
		}
		if rows.Taken != nil && !rows.Taken[i].IsZero() {
			at := engine.Moment(rows.Taken[i])
			taken[i] = &at
		}
		if rows.Hashes != nil {
			hashes[i] = rows.Hashes[i][:]
		}
		mark := rows.Mark(i)
		marks[i] = mark[:]
		copy(frames[i*search.FrameNumbers:], rows.Frame(i))
		if a := rows.Attributes; a != nil {
			for j, v := range a.Row(i) {
				values[i*len(h.Attributes)+own.Column(a.Names[j])] = v
			}
		}
	}
	args := []any{rows.IDs, people, plain, taken, hashes, marks, sources, rows.Codes, frames}
	if len(h.Attributes) > 0 {
		args = append(args, values)
	}
	return args
}
