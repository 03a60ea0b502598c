package weaviate

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"likeness/search"
	"likeness/search/engine"
)

// List implements engine.Collection.
func (c *collection) List(ctx context.Context, where search.Where, first, most int) (*engine.Rows, error) {
	if first < 0 || most < 0 {
		return nil, fmt.Errorf("%d rows from %d on, expected numbers of at least 0", most, first)
	}
	conditions, nobody, err := c.conditions(ctx, &where)
	if err != nil {
		return nil, err
	}
	if nobody {
		most = 0
	}
	list, err := listed(first, most, func(from int64, limit int, whole bool) ([]found, error) {
		q := &lookFor{class: c.class, properties: []string{propSeq}, limit: limit, ascending: propSeq}
		if whole {
			q.properties = rowProperties(c.header)
		}
		q.filter = both(append(conditions[:len(conditions):len(conditions)], compareInt(propSeq, opGreaterEqual, from)))
		return c.find(ctx, q)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.server.location, err)
	}
	return rowsOf(c.header, list, false)
}

const (
	// spareTies are asked for beyond those wanted: two clients may give their entries the same number, of which each node
	// has an order of its own, so that they must all be there to be put in one order.
	spareTies = 8
	// mostSkipped is up to how many rows before the first are read like those of the list, which spares a call.
	mostSkipped = 1000
)

// listed returns most objects from the first-th on, in the order of their numbers, then of their uuids. ask returns up to
// limit objects whose numbers are at least from, in the order of their numbers; whole says that they are for the list. A
// server counts up to mostResults only: the objects come in pieces, and each begins with a number of which the one before
// has none.
func listed(first, most int, ask func(from int64, limit int, whole bool) ([]found, error)) ([]found, error) {
	var list []found
	number := func(o found) int64 { return int64(o.numbers[propSeq]) }
	from, skip, spare := int64(1), first, spareTies
	for whole := first <= mostSkipped; len(list) < most; {
		limit := min(skip, mostResults) + spare
		if whole {
			limit += min(most-len(list), mostResults)
		}
		limit = min(limit, mostResults)
		piece, err := ask(from, limit, whole)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(piece, func(a, b found) int {
			return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.uuid, b.uuid))
		})
		full, next := len(piece) == limit, int64(0)
		if full { // others may have the last number as well
			if next = number(piece[limit-1]); next == 0 {
				return nil, fmt.Errorf("the object %s has no place in the order: a write has failed in part", piece[limit-1].uuid)
			}
			piece = piece[:slices.IndexFunc(piece, func(o found) bool { return number(o) == next })]
			if len(piece) == 0 && limit == mostResults {
				return nil, fmt.Errorf("%d objects have the place %d in the order, expected that hardly any two share one", limit, next)
			}
			if len(piece) == 0 {
				spare *= 2
				continue
			}
		}
		if !whole && skip < len(piece) { // the first one is found
			from = number(piece[skip])
			skip -= slices.IndexFunc(piece, func(o found) bool { return number(o) == from })
			whole = true
			continue
		}
		passed := min(skip, len(piece))
		skip, piece = skip-passed, piece[passed:]
		list = append(list, piece[:min(len(piece), most-len(list))]...)
		if !full {
			break
		}
		from = next
	}
	return list, nil
}

// People implements engine.Collection. Each shard names more people than are asked for: the first ones
// of all shards together are then hardly ever missing in one of them.
func (c *collection) People(ctx context.Context, most int) ([]engine.Tally, error) {
	if most < 1 {
		return nil, nil
	}
	var people []engine.Tally
	err := c.ask(ctx, "people", classLimit, func(ctx context.Context, h *host) error {
		b, err := c.server.client.call(ctx, h, "Aggregate", countTexts(c.class, propPerson, 4*most+100))
		if err != nil {
			return err
		}
		people, err = textsReply(b)
		return err
	})
	return people[:min(most, len(people))], err
}
