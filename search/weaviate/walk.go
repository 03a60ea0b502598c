package weaviate

import (
	"context"
	"fmt"

	"likeness/search/engine"
)

// firstUUID is before that of all entries.
const firstUUID = "00000000-0000-0000-0000-000000000000"

// walk visits all objects, some at a time, in the order of their uuids.
func (c *collection) walk(ctx context.Context, properties []string, vector bool, visit func([]found) error) error {
	for after := firstUUID; ; {
		list, err := c.find(ctx, &lookFor{class: c.class, properties: properties, vector: vector, limit: walkMost, after: after})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return nil
		}
		last := list[len(list)-1].uuid
		if last <= after {
			return fmt.Errorf("%s: a walk through %s came from %s to %s, expected one behind it", c.server.location, c.class, after, last)
		}
		after = last
		if err := visit(list); err != nil {
			return err
		}
	}
}

// Marks implements engine.Collection. (A walk through a class takes no conditions, so that all entries
// come here whatever their source.)
func (c *collection) Marks(ctx context.Context, source string, visit func(id string, m engine.Mark) error) error {
	return c.walk(ctx, []string{propID, propMark, propSource}, false, func(list []found) error {
		for _, o := range list {
			if source != "" && o.texts[propSource] != source {
				continue
			}
			id, ok := o.texts[propID]
			if !ok {
				return fmt.Errorf("%s: the object %s has no entry's id: a write has failed in part", c.server.location, o.uuid)
			}
			m, err := engine.ParseMark(o.texts[propMark])
			if err != nil {
				return fmt.Errorf("%s: entry %q: %w", c.server.location, id, err)
			}
			if err := visit(id, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Scan implements engine.Collection.
func (c *collection) Scan(ctx context.Context, visit func(*engine.Rows) error) error {
	return c.walk(ctx, rowProperties(c.header), true, func(list []found) error {
		rows, err := rowsOf(c.header, list, true)
		if err != nil {
			return fmt.Errorf("%s: %w", c.server.location, err)
		}
		return visit(rows)
	})
}
