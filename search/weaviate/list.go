package weaviate

import (
	"context"
	"fmt"

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
	var list []found
	q := &lookFor{class: c.class, properties: []string{propSeq}, ascending: propSeq}
	// A server counts up to mostResults only: what lies before the first is passed over in pieces, each
	// of which begins behind the last.
	for last := int64(0); most > len(list) && !nobody; {
		q.filter = both(append(conditions[:len(conditions):len(conditions)], compareInt(propSeq, opGreater, last)))
		q.limit = min(first, mostResults)
		if first == 0 {
			q.properties, q.limit = rowProperties(c.header), min(most-len(list), mostResults)
		}
		piece, err := c.find(ctx, q)
		if err != nil {
			return nil, err
		}
		if first == 0 {
			list = append(list, piece...)
		} else {
			first -= len(piece)
		}
		if len(piece) < q.limit {
			break
		}
		if last = int64(piece[len(piece)-1].numbers[propSeq]); last == 0 {
			return nil, fmt.Errorf("%s: the object %s has no place in the order: a write has failed in part", c.server.location, piece[len(piece)-1].uuid)
		}
	}
	return rowsOf(c.header, list, false)
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
