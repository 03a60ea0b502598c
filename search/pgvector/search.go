package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"likeness/parallel"
	"likeness/search"
)

// How many queries go to the server together: the answers of all must come within the limit of a call.
const (
	togetherNear  = 32
	togetherExact = 4
)

// question is a query on its way to an answer.
type question struct {
	*search.Query
	point  string
	cond   condition // behind the arguments of the statement, see near and exact
	index  bool      // the index is asked
	ef     int       // how many candidates it looks at
	answer []search.Match
}

// Search implements search.Index.
func (c *collection) Search(ctx context.Context, q search.Query) ([]search.Match, error) {
	all, err := c.SearchBatch(ctx, []search.Query{q})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// SearchBatch implements search.Index.
func (c *collection) SearchBatch(ctx context.Context, queries []search.Query) ([][]search.Match, error) {
	questions, err := c.questions(ctx, queries)
	if err != nil {
		return nil, err
	}
	var near, exact []*question
	for i := range questions {
		if q := &questions[i]; q.index {
			near = append(near, q)
		} else {
			exact = append(exact, q)
		}
	}
	if err := c.askAll(ctx, near, togetherNear); err != nil {
		return nil, err
	}
	// The index stops after a number of entries (hnsw.max_scan_tuples), whether or not enough of them meet the conditions.
	// What falls short is answered exactly.
	for _, q := range near {
		if len(q.answer) < q.K {
			q.index = false
			exact = append(exact, q)
		}
	}
	if err := c.askAll(ctx, exact, togetherExact); err != nil {
		return nil, err
	}
	answers := make([][]search.Match, len(queries))
	for i := range questions {
		answers[i] = questions[i].within()
	}
	return answers, nil
}

// within returns the answer without what lies beyond the largest distance.
func (q *question) within() []search.Match {
	for i, m := range q.answer {
		if q.MaxDistance > 0 && m.Distance > q.MaxDistance {
			return q.answer[:i]
		}
	}
	return q.answer
}

// questions checks queries and decides how each is answered.
func (c *collection) questions(ctx context.Context, queries []search.Query) ([]question, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list := make([]question, len(queries))
	wrong := func(i int, err error) error {
		if len(queries) > 1 {
			err = fmt.Errorf("query %d: %w", i, err)
		}
		return err
	}
	asks := false
	for i := range queries {
		q := &queries[i]
		if err := q.Check(c.header.Width); err != nil {
			return nil, wrong(i, err)
		}
		list[i] = question{Query: q, point: vectorText(q.Code)}
		asks = asks || c.asks(&q.Where)
	}
	translated := func(ctx context.Context, tx pgx.Tx) (err error) {
		for i := range list {
			if list[i].cond, err = c.conditions(ctx, tx, &queries[i].Where, nil, nil, nil); err != nil {
				if question, ok := errors.AsType[*wrongQuestion](err); ok {
					return &wrongQuestion{wrong(i, question.error)}
				}
				return err
			}
		}
		return nil
	}
	var err error
	if asks {
		err = c.read(ctx, "search", translated)
	} else {
		err = translated(ctx, nil)
	}
	if err != nil {
		return nil, plainly(err)
	}
	indexed, err := c.hasIndex(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if indexed {
			list[i].choose(c.known.iterates(), c.db.config.efSearch)
		}
	}
	return list, c.weigh(ctx, list)
}

// askAll asks questions, some at a time, on the threads of ctx.
func (c *collection) askAll(ctx context.Context, list []*question, together int) error {
	n := (len(list) + together - 1) / together
	if n == 0 {
		return ctx.Err()
	}
	errs := make([]error, n)
	err := parallel.Each(ctx, n, func(i int) {
		some := list[i*together : min((i+1)*together, len(list))]
		errs[i] = c.ask(ctx, func(b *pgx.Batch) {
			if some[0].index {
				// Else the planner passes over all entries of a small table, and which of equally near ones are found hangs on that.
				b.Queue(`SELECT set_config('enable_seqscan', 'off', true)`).Query(discard)
			}
			if some[0].index && c.known.iterates() {
				b.Queue(`SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)`).Query(discard)
			}
			ef := 0
			for _, q := range some {
				if q.index && q.ef != ef {
					ef = q.ef
					b.Queue(`SELECT set_config('hnsw.ef_search', $1, true)`, strconv.Itoa(ef)).Query(discard)
				}
				c.queue(b, q)
			}
		})
	})
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return err
}

func discard(rows pgx.Rows) error {
	rows.Close()
	return rows.Err()
}

// ask sends the statements that queue adds to a batch, in one transaction that only reads, and reads
// the answers, all in one journey.
func (c *collection) ask(ctx context.Context, queue func(b *pgx.Batch)) error {
	return gone(c.db.guard.DoWithin(ctx, "search", c.db.call, func(ctx context.Context) error {
		b := &pgx.Batch{}
		b.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
		queue(b)
		b.Queue(`COMMIT`)
		// A connection whose transaction has failed is not used again, which the pool sees to.
		return classified(c.db.pool.SendBatch(ctx, b).Close())
	}))
}

// queue adds the statement of a question. Its first three arguments are the point, how many entries are
// looked for, and how many of them are taken.
func (c *collection) queue(b *pgx.Batch, q *question) {
	args := q.cond.args
	args[0], args[1], args[2] = q.point, int64(q.K), int64(q.K)
	text := c.exact(&q.cond)
	if q.index {
		args[1] = int64(q.wanted())
		text = c.near(&q.cond)
	}
	b.Queue(text, args...).Query(func(rows pgx.Rows) error {
		q.answer = []search.Match{}
		var m search.Match
		_, err := pgx.ForEachRow(rows, []any{&m.ID, &m.Person, &m.Distance}, func() error {
			m.Rank = len(q.answer) + 1
			q.answer = append(q.answer, m)
			return nil
		})
		return err
	})
}

// near is the statement that asks the index. It gives entries in nearly the right order; adding 0
// keeps the planner from taking that for the order asked for. MATERIALIZED keeps it from asking the index for
// fewer.
func (c *collection) near(cond *condition) string {
	home := c.known.home
	return fmt.Sprintf(`WITH near AS MATERIALIZED (
			SELECT id, person, seq, point OPERATOR(%[1]s.<->) $1::%[1]s.vector AS distance FROM %[2]s%[3]s
			ORDER BY point OPERATOR(%[1]s.<->) $1::%[1]s.vector LIMIT $2::bigint)
		SELECT id, person, distance FROM near ORDER BY distance + 0, seq LIMIT $3::bigint`, home, c.table, cond.where())
}

// exact is the statement that passes over all entries. An index of the points knows the operator
// alone, and not the function, so that the planner cannot take it.
func (c *collection) exact(cond *condition) string {
	home := c.known.home
	return fmt.Sprintf(`SELECT id, person, %[1]s.l2_distance(point, $1::%[1]s.vector) AS distance FROM %[2]s%[3]s
		ORDER BY distance, seq LIMIT least($2::bigint, $3::bigint)`, home, c.table, cond.where())
}

// vectorText is a point as pgvector reads it.
func vectorText(point []float32) string {
	b := []byte{'['}
	for i, v := range point {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, float64(v), 'g', -1, 32)
	}
	return string(append(b, ']'))
}
