package weaviate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"likeness/search/engine"
)

// alias is a name that stands for a class.
type alias struct {
	Alias string `json:"alias,omitempty"`
	Class string `json:"class"`
}

// aliased returns the class that the name stands for, "" where it stands for none. The class may be gone.
func (s *server) aliased(ctx context.Context) (string, error) {
	var a alias
	err := s.client.do(ctx, "alias", schemaLimit, func(ctx context.Context, h *host) error {
		a = alias{}
		err := s.client.rest(ctx, h, "GET", "/v1/aliases/"+s.name, nil, &a)
		if status(err) == http.StatusNotFound {
			return nil
		}
		return err
	})
	return a.Class, err
}

// Published implements engine.Engine.
func (s *server) Published(ctx context.Context) (engine.Collection, error) {
	name, err := s.aliased(ctx)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fmt.Errorf("%s: %w", s.location, engine.ErrNone)
	}
	c, err := s.readClass(ctx, name)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fmt.Errorf("%s: %w: the alias %s stands for the class %s, which was dropped", s.location, engine.ErrNone, s.name, name)
	}
	col, err := s.collection(ctx, c)
	if err != nil {
		return nil, err // and no *collection that is nil
	}
	return col, nil
}

// collection returns the collection of a class.
func (s *server) collection(ctx context.Context, c *class) (*collection, error) {
	h, err := c.header()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	if err := s.readSpace(ctx, c.Class, h); err != nil {
		return nil, err
	}
	if err := h.Check(); err != nil {
		return nil, fmt.Errorf("%s: the header of the class %s: %w", s.location, c.Class, err)
	}
	col := &collection{server: s, class: c.Class, header: h}
	col.whole.shards, col.whole.copies = c.shards(), c.ReplicationConfig.Factor
	nodes, err := s.nodes(ctx, "minimal")
	col.whole.nodes = len(nodes)
	if err != nil && status(err) != http.StatusInternalServerError { // which says that one is away
		return nil, err
	}
	return col, nil
}

// Make implements engine.Engine. A class that a server made by its automatic schema is made anew: it
// holds nothing but what somebody wrote to a collection that was dropped.
func (s *server) Make(ctx context.Context, h *engine.Header, opt engine.MakeOptions) (engine.Collection, error) {
	if err := h.Check(); err != nil {
		return nil, err
	}
	digest, err := h.Digest()
	if err != nil {
		return nil, err
	}
	name := s.className(digest)
	c, err := s.readClass(ctx, name)
	if err != nil {
		return nil, err
	}
	if c != nil && c.Description == "" {
		if err := s.dropClass(ctx, name); err != nil {
			return nil, err
		}
		c = nil
	}
	if c == nil {
		nodes, err := s.nodes(ctx, "minimal")
		if err != nil {
			return nil, err
		}
		shards, replicas := layout(opt, len(nodes))
		if replicas > len(nodes) {
			return nil, fmt.Errorf("%s: %d copies on %d nodes, expected at most one a node", s.location, replicas, len(nodes))
		}
		for _, shared := range []string{spaceClass, partClass} {
			if err := s.addClass(ctx, sharedClass(shared, min(3, len(nodes)))); err != nil {
				return nil, err
			}
		}
		// The space first: a class that is there has one.
		if err := s.writeSpace(ctx, name, h); err != nil {
			return nil, err
		}
		full, err := collectionClass(name, h, shards, replicas)
		if err != nil {
			return nil, err
		}
		if err := s.addClass(ctx, full); err != nil {
			return nil, err
		}
		if c, err = s.readClass(ctx, name); err != nil {
			return nil, err
		} else if c == nil {
			return nil, fmt.Errorf("%s: the class %s was dropped while it was made", s.location, name)
		}
	}
	col, err := s.collection(ctx, c)
	if err != nil {
		return nil, err
	}
	if have, err := col.header.Digest(); err != nil || have != digest {
		return nil, fmt.Errorf("%s: the class %s holds another header than its name says, of the digest %s (%v)", s.location, name, have, err)
	}
	return col, nil
}

// Publish implements engine.Engine.
func (s *server) Publish(ctx context.Context, ec engine.Collection) error {
	c, ok := ec.(*collection)
	if !ok || c.server.name != s.name {
		return fmt.Errorf("%s: a collection of another engine cannot be published here", s.location)
	}
	if found, err := s.readClass(ctx, c.class); err != nil {
		return err
	} else if found == nil {
		return fmt.Errorf("%s: %w: the class %s was dropped", s.location, engine.ErrNone, c.class)
	}
	before, err := s.aliased(ctx)
	if err != nil {
		return err
	}
	if before != c.class {
		err := s.client.do(ctx, "alias", schemaLimit, func(ctx context.Context, h *host) error {
			err := s.client.rest(ctx, h, "PUT", "/v1/aliases/"+s.name, alias{Class: c.class}, nil)
			if status(err) == http.StatusNotFound {
				err = s.client.rest(ctx, h, "POST", "/v1/aliases", alias{Alias: s.name, Class: c.class}, nil)
			}
			return err
		})
		// A try may have succeeded though its answer was lost, so that the next one failed.
		if now, errNow := s.aliased(ctx); errNow != nil || now != c.class {
			if err == nil {
				err = fmt.Errorf("%s: the alias %s stands for %q, expected %s", s.location, s.name, now, c.class)
			}
			return err
		}
	}
	_, err = s.dropClasses(ctx, func(name string) (bool, error) {
		switch name {
		case c.class:
			return false, nil
		case before:
			return true, nil
		}
		return s.abandoned(ctx, name)
	})
	return err
}

// abandoned reports whether nobody has written to a collection for a day, or its class was made by a server's automatic
// schema, see Make. Weaviate does not say when a class was made.
func (s *server) abandoned(ctx context.Context, class string) (bool, error) {
	if c, err := s.readClass(ctx, class); err != nil || c == nil || c.Description == "" {
		return err == nil && c != nil, err
	}
	parts, err := (&collection{server: s, class: class}).Parts(ctx)
	if errors.Is(err, engine.ErrNone) { // somebody else has dropped it
		return false, nil
	}
	return err == nil && engine.Abandoned(parts, time.Time{}), err
}

// dropClasses drops those collections of the name that are doomed, with their spaces and parts.
func (s *server) dropClasses(ctx context.Context, doomed func(name string) (bool, error)) (int, error) {
	names, err := s.classes(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, name := range names {
		if !s.ours(name) {
			continue
		}
		if yes, err := doomed(name); err != nil {
			return n, err
		} else if !yes {
			continue
		}
		if err := s.dropClass(ctx, name); err != nil {
			return n, err
		}
		n++
		for _, shared := range []string{spaceClass, partClass} {
			if slices.Contains(names, shared) {
				if _, err := s.remove(ctx, s.client.do, shared, anyOf(propCollection, opContainsAny, []string{name})); err != nil {
					return n, err
				}
			}
		}
	}
	return n, nil
}

// Drop implements engine.Engine. The alias goes first, so that no search meets a half.
func (s *server) Drop(ctx context.Context) (int, error) {
	err := s.client.do(ctx, "alias", schemaLimit, func(ctx context.Context, h *host) error {
		err := s.client.rest(ctx, h, "DELETE", "/v1/aliases/"+s.name, nil, nil)
		if status(err) == http.StatusNotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return s.dropClasses(ctx, func(string) (bool, error) { return true, nil })
}
