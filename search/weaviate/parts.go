package weaviate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"likeness/search/engine"
)

// versioned is a part with its version, which rises with each change.
type versioned struct {
	part    engine.Part
	version float64
}

// Parts implements engine.Collection. All hosts are asked, because one of them may not have the latest
// change yet, and the newest version of each part counts.
func (c *collection) Parts(ctx context.Context) ([]engine.Part, error) {
	if err := c.there(ctx); err != nil {
		return nil, err
	}
	c.lock.Lock()
	newest := maps.Clone(c.parts)
	c.lock.Unlock()
	if newest == nil {
		newest = map[string]versioned{}
	}
	q := &lookFor{class: partClass, properties: []string{propData, propVersion}, limit: mostResults, filter: anyOf(propCollection, opContainsAny, []string{c.class})}
	err := c.server.ask(ctx, "parts", 0, partClass, func(ctx context.Context, first *host) error {
		for _, h := range c.server.client.hosts {
			list, err := c.server.client.search(ctx, h, q)
			if err != nil {
				if h == first {
					return err
				}
				continue
			}
			for _, o := range list {
				var p engine.Part
				if err := json.Unmarshal([]byte(o.texts[propData]), &p); err != nil {
					return fmt.Errorf("what is known of a source of %s: %w", c.class, err)
				}
				if v := o.numbers[propVersion]; v > newest[p.Source].version {
					newest[p.Source] = versioned{p, v}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var parts []engine.Part
	for _, source := range slices.Sorted(maps.Keys(newest)) {
		parts = append(parts, newest[source].part)
	}
	return parts, nil
}

// SetPart implements engine.Collection.
func (c *collection) SetPart(ctx context.Context, p engine.Part) error {
	if err := c.there(ctx); err != nil {
		return err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	v := versioned{p, float64(c.server.clock.take(1))}
	o := object{
		uuid:    uuidOf("part", c.class+"\x00"+p.Source),
		texts:   map[string]string{propCollection: c.class, propData: string(b)},
		numbers: map[string]float64{propVersion: v.version},
	}
	if err := c.server.write(ctx, partClass, []object{o}, c.server.writeLevel()); err != nil {
		return err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.parts == nil {
		c.parts = map[string]versioned{}
	}
	c.parts[p.Source] = v
	return nil
}
