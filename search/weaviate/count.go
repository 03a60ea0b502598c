package weaviate

import (
	"context"
	"time"

	"likeness/search"
)

// Len implements search.Index. It asks the servers, and returns what they said last when they do not
// answer.
func (c *collection) Len() int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	n, err := c.size(ctx, time.Second)
	if err != nil {
		c.lock.Lock()
		defer c.lock.Unlock()
		return c.count
	}
	return n
}

// size returns how many entries there are, as it was asked at most some time ago.
func (c *collection) size(ctx context.Context, old time.Duration) (int, error) {
	c.lock.Lock()
	n, at := c.count, c.counted
	c.lock.Unlock()
	if !at.IsZero() && time.Since(at) < old {
		return n, nil
	}
	asked := time.Now()
	n, err := c.countOf(ctx, nil)
	if err != nil {
		return 0, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.counted.Before(asked) {
		c.count, c.counted = n, asked
	}
	return n, nil
}

// forget makes size ask anew.
func (c *collection) forget() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.counted, c.dated = time.Time{}, false
}

func (c *collection) countOf(ctx context.Context, f filter) (int, error) {
	n := 0
	err := c.ask(ctx, "count", 0, func(ctx context.Context, h *host) error {
		b, err := c.server.client.call(ctx, h, "Aggregate", countObjects(c.class, f))
		if err != nil {
			return err
		}
		n, err = countReply(b)
		return err
	})
	return n, err
}

// Count implements engine.Collection.
func (c *collection) Count(ctx context.Context, where search.Where) (int, error) {
	conditions, nobody, err := c.conditions(ctx, &where)
	if err != nil || nobody {
		return 0, err
	}
	return c.countOf(ctx, both(conditions))
}

// Any implements engine.Collection.
func (c *collection) Any(ctx context.Context, where search.Where) (bool, error) {
	conditions, nobody, err := c.conditions(ctx, &where)
	if err != nil || nobody {
		return false, err
	}
	list, err := c.find(ctx, &lookFor{class: c.class, properties: []string{propSeq}, limit: 1, filter: both(conditions)})
	return len(list) > 0, err
}

// conditions checks conditions and returns them as filters. nobody means that no entry can meet them.
func (c *collection) conditions(ctx context.Context, where *search.Where) (list []filter, nobody bool, err error) {
	if err := c.check(ctx, where); err != nil {
		return nil, false, err
	}
	list, nobody = filters(c.header, where)
	if len(where.Not) > 0 {
		list = append(list, anyOf("_id", opContainsNone, uuidsOf(where.Not)))
	}
	return list, nobody, nil
}
