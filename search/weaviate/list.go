package weaviate

import (
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
	if err := c.check(ctx, &where); err != nil {
		return nil, err
	}
	conditions, nobody := filters(c.header, &where)
	if len(where.Not) > 0 {
		conditions = append(conditions, anyOf("_id", opContainsNone, uuidsOf(where.Not)))
	}
	if nobody {
		most = 0
	}
	list, err := listed(first, most, func(from int64, limit int, whole bool) ([]found, error) {
		q := &lookFor{class: c.class, properties: []string{propSeq}, limit: limit, ascending: []string{propSeq, "_id"}}
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

// listed returns most objects from the first-th on, in the order of their sequence numbers. ask returns up to limit objects
// in this order, whose numbers are at least from; whole says that these are for the list. A server counts up to
// mostResults only: what lies before the first is passed over in pieces. Each piece begins with the number that the last
// one has ended with, because two clients may have given the same, and what is known of it already is left out.
func listed(first, most int, ask func(from int64, limit int, whole bool) ([]found, error)) ([]found, error) {
	var list []found
	last, seen := int64(1), map[string]bool{} // the last number, and the objects that have it
	for len(list) < most {
		whole := first == 0
		wanted := first
		if whole {
			wanted = most - len(list)
		}
		limit := min(wanted+len(seen), mostResults)
		piece, err := ask(last, limit, whole)
		if err != nil {
			return nil, err
		}
		full := len(piece) == limit
		piece = slices.DeleteFunc(piece, func(o found) bool { return seen[o.uuid] })
		if len(piece) == 0 {
			if full {
				return nil, fmt.Errorf("%d objects have the place %d in the order, expected that hardly any two share one", len(seen), last)
			}
			break
		}
		more := full || len(piece) > wanted
		piece = piece[:min(len(piece), wanted)] // of those that were seen, some may be gone since
		if whole {
			list = append(list, piece...)
		} else {
			first -= len(piece)
		}
		if !more {
			break
		}
		end := piece[len(piece)-1]
		if end.numbers[propSeq] == 0 {
			return nil, fmt.Errorf("the object %s has no place in the order: a write has failed in part", end.uuid)
		}
		if at := int64(end.numbers[propSeq]); at != last {
			last = at
			clear(seen)
		}
		for _, o := range piece {
			if int64(o.numbers[propSeq]) == last {
				seen[o.uuid] = true
			}
		}
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
