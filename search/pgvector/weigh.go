package pgvector

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// An approximate answer comes from the index of the points, an exact one from a pass over all entries that meet
// the conditions. What each takes is estimated in microseconds, as was measured (BenchmarkServers); a wrong estimate costs
// time, and no entry of an answer.
const (
	costOfCandidate = 15.  // an entry that the index looks at
	costOfMatch     = .5   // an entry whose distance is computed
	costOfPlan      = 2.   // the server's unit, in which it tells what finding the entries takes
	few             = 1000 // so many are always passed over
)

// choose decides whether the index can answer, and with how many candidates.
func (q *question) choose(iterates bool, least int) {
	if q.K > mostEf/2 {
		return
	}
	q.ef = max(least, 2*q.K)
	if !iterates { // then the candidates are all that there is to choose from
		q.ef += q.cond.not
	}
	q.index = q.ef <= mostEf && (iterates || !q.cond.selects)
}

// wanted is how many entries the index is asked for. More than K of them let equally near ones behind
// the last be put in order with it.
func (q *question) wanted() int {
	if q.cond.selects { // then each takes several candidates
		return min(q.ef, 2*q.K)
	}
	return q.ef
}

// pays reports whether the index is worth asking, where the server expects to find matches entries that
// meet the conditions among all, at a cost in its own units.
func (q *question) pays(matches, all, cost float64) bool {
	if matches <= few {
		return false
	}
	pass := cost*costOfPlan + matches*costOfMatch
	candidates := float64(q.ef) + float64(q.wanted())*max(1, all/matches)
	return candidates*costOfCandidate < pass
}

// hasIndex reports whether the points have an index. One that is there stays.
func (c *collection) hasIndex(ctx context.Context) (bool, error) {
	c.lock.Lock()
	indexed, fresh := c.indexed, time.Since(c.asked) < 2*time.Second
	c.lock.Unlock()
	if indexed || fresh {
		return indexed, nil
	}
	err := c.read(ctx, "search", func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam
			WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND a.amname = 'hnsw')`, c.table).Scan(&indexed)
	})
	if err != nil {
		return false, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.indexed, c.asked = indexed, time.Now()
	return indexed, nil
}

// weigh asks the server how many entries it expects to meet the conditions of questions.
func (c *collection) weigh(ctx context.Context, list []question) error {
	if !slices.ContainsFunc(list, func(q question) bool { return q.index && q.cond.selects }) {
		return nil
	}
	return c.ask(ctx, func(b *pgx.Batch) {
		var all float64
		b.Queue(`SELECT reltuples::float8 FROM pg_class WHERE oid = to_regclass($1)`, c.table).QueryRow(func(row pgx.Row) error { return row.Scan(&all) })
		for i := range list {
			q := &list[i]
			if !q.index || !q.cond.selects {
				continue
			}
			cond := q.cond.alone()
			b.Queue(`EXPLAIN (FORMAT JSON) SELECT FROM `+c.table+cond.where(), cond.args...).QueryRow(func(row pgx.Row) error {
				var text []byte
				if err := row.Scan(&text); err != nil {
					return err
				}
				expected, err := readPlan(text)
				if err != nil {
					return err
				}
				q.index = q.pays(expected.Rows, all, expected.Cost)
				return nil
			})
		}
	})
}

// plan is what the server expects of a statement.
type plan struct {
	Rows float64 `json:"Plan Rows"`
	Cost float64 `json:"Total Cost"` // in its own units
}

// readPlan reads what EXPLAIN (FORMAT JSON) returns.
func readPlan(text []byte) (plan, error) {
	var plans []struct{ Plan plan }
	if err := json.Unmarshal(text, &plans); err != nil {
		return plan{}, fmt.Errorf("the server's plan is %q: %w", text, err)
	}
	if len(plans) != 1 {
		return plan{}, fmt.Errorf("the server's plan is %q, expected one", text)
	}
	return plans[0].Plan, nil
}
