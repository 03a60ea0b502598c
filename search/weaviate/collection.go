package weaviate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"likeness/search"
	"likeness/search/engine"
)

// collection is a class.
type collection struct {
	server *server
	class  string
	header *engine.Header
	whole  whole

	lock    sync.Mutex
	count   int       // entries, when it was last asked
	counted time.Time // when that was
	dated   bool      // some entry has a time
	parts   map[string]versioned
}

// Header implements engine.Collection.
func (c *collection) Header() *engine.Header { return c.header }

// Dim implements search.Index.
func (c *collection) Dim() int { return c.header.Width }

// writeLevel is how many copies a write waits for.
func (s *server) writeLevel() consistency {
	if s.allWrite {
		return all
	}
	return quorum
}

// The sizes of pieces: of what is written, asked for by id, or walked through.
const (
	batchObjectsMost = 500
	batchBytesMost   = 4 << 20
	idsMost          = 1000
	walkMost         = 1000
)

// Put implements engine.Collection.
func (c *collection) Put(ctx context.Context, rows *engine.Rows) error {
	if err := engine.CheckRows(c.header, rows); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil || rows.Len() == 0 {
		return err
	}
	// A server whose automatic schema is on would make a class anew that another client has dropped.
	if err := c.there(ctx); err != nil {
		return err
	}
	seq := c.server.clock.take(rows.Len())
	piece := max(1, min(batchObjectsMost, batchBytesMost/(4*rows.Dim+512)))
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(2) // the one is sent while the other is written
	for from := 0; from < rows.Len() && within.Err() == nil; from += piece {
		to := min(from+piece, rows.Len())
		objects, err := objectsOf(c.header, rows.Slice(from, to), seq+int64(from))
		if err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return c.server.write(within, c.class, objects, c.server.writeLevel()) })
	}
	err := g.Wait()
	if err == nil {
		err = c.settle(ctx, rows, seq)
	}
	c.forget()
	return cmp.Or(err, ctx.Err())
}

// settle writes the last rows once more. A server answers to a batch with its entries on the disk, but
// the last of their places in the graph still in memory, until the next batch comes to the same shard
// (shard_write_batch_objects.go of 1.35.2 writes the graph's log before all of a batch has come into
// it). A server that is killed in between has the entries and never finds them, and no comparison of
// copies sees it. What is written once more as it was changes nothing.
func (c *collection) settle(ctx context.Context, rows *engine.Rows, seq int64) error {
	const each = 32 // so many, as their shards are drawn, that each shard has one
	from := max(0, rows.Len()-each*c.whole.shards)
	for ; from < rows.Len(); from += batchObjectsMost {
		objects, err := objectsOf(c.header, rows.Slice(from, min(from+batchObjectsMost, rows.Len())), seq+int64(from))
		if err != nil {
			return err
		}
		if err := c.server.write(ctx, c.class, objects, c.server.writeLevel()); err != nil {
			return err
		}
	}
	return nil
}

// Upsert implements search.Store.
func (c *collection) Upsert(ctx context.Context, e search.Entries) error {
	return c.Put(ctx, &engine.Rows{Entries: e})
}

// write writes objects. Each has an answer of its own in a batch: what failed may be stored without
// its vector, and would be counted, so that it is deleted before it is tried again or given up.
func (s *server) write(ctx context.Context, class string, objects []object, level consistency) error {
	return s.ask(ctx, "put", batchLimit, class, func(ctx context.Context, h *host) error {
		b, err := s.client.call(ctx, h, "BatchObjects", batchObjects(class, objects, level))
		if err != nil {
			return err
		}
		failed, err := batchReply(b, len(objects))
		if err != nil || len(failed) == 0 {
			return err
		}
		places := make([]int, 0, len(failed))
		for place := range failed {
			places = append(places, place)
		}
		slices.Sort(places)
		var uuids []string
		var bad *refused // one that stays, if there is one
		for _, place := range places {
			uuids = append(uuids, objects[place].uuid)
			r := &refused{what: fmt.Sprintf("BatchObjects: %d of %d objects failed, the first %s", len(failed), len(objects), nameOf(&objects[place])), code: codeUnknown, message: short(failed[place])}
			if again, _ := temporary(r); bad == nil || !again {
				bad = r
			}
		}
		if unknownClass(bad) {
			return bad
		}
		_, err = s.client.call(ctx, h, "BatchDelete", batchDelete(class, anyOf("_id", opContainsAny, uuids), level, false))
		if err != nil {
			if again, _ := temporary(bad); again {
				return err // the next try writes them whole
			}
			return fmt.Errorf("%w; they could not be deleted: %w", bad, err)
		}
		return bad
	})
}

func nameOf(o *object) string {
	if id, ok := o.texts[propID]; ok {
		return fmt.Sprintf("%q", id)
	}
	return o.uuid
}

// Delete implements search.Store.
func (c *collection) Delete(ctx context.Context, ids ...string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	uuids := uuidsOf(ids)
	n := 0
	for piece := range slices.Chunk(uuids, idsMost) {
		deleted, err := c.deletePiece(ctx, piece)
		n += deleted
		if err != nil {
			return n, err
		}
	}
	c.forget()
	return n, nil
}

// deletePiece deletes objects, and returns how many there were. A node deletes from all copies what it
// finds in its own, and a node that is behind finds less: so that every host is asked, where there are
// copies. Most copies have what was written, and most hosts must answer.
func (c *collection) deletePiece(ctx context.Context, uuids []string) (int, error) {
	f := anyOf("_id", opContainsAny, uuids)
	if c.whole.copies == 1 || len(c.server.client.hosts) == 1 {
		return c.server.remove(ctx, c.ask, c.class, f)
	}
	gone := map[string]bool{}
	err := c.ask(ctx, "delete", batchLimit, func(ctx context.Context, _ *host) error {
		var failed []error
		for _, h := range c.server.client.hosts {
			b, err := c.server.client.call(ctx, h, "BatchDelete", batchDelete(c.class, f, c.server.writeLevel(), true))
			if err == nil {
				err = deletedReply(b, gone)
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", h.name, err))
			}
		}
		if hosts := len(c.server.client.hosts); len(failed) > (hosts-1)/2 {
			return failed[0]
		}
		return nil
	})
	return len(gone), err
}

// uuidsOf returns the ids of some entries' objects, each once.
func uuidsOf(ids []string) []string {
	uuids := make([]string, len(ids))
	for i, id := range ids {
		uuids[i] = entryUUID(id)
	}
	slices.Sort(uuids)
	return slices.Compact(uuids)
}

// asking is how a call is made: collection.ask, or what does not check that all shards are there.
type asking func(ctx context.Context, name string, limit time.Duration, call func(ctx context.Context, h *host) error) error

// remove deletes the objects of a class that a filter keeps. A server deletes at most some thousands
// in one call, so that it is called until it deletes few.
func (s *server) remove(ctx context.Context, ask asking, class string, f filter) (int, error) {
	n := 0
	for {
		var deleted, failed int64
		err := ask(ctx, "delete", batchLimit, func(ctx context.Context, h *host) error {
			b, err := s.client.call(ctx, h, "BatchDelete", batchDelete(class, f, s.writeLevel(), false))
			if err != nil {
				return err
			}
			deleted, failed, err = deleteReply(b)
			if err == nil && failed > 0 {
				err = &engine.Temporary{Err: fmt.Errorf("BatchDelete: %d objects could not be deleted", failed)}
			}
			return err
		})
		n += int(deleted)
		if err != nil || deleted <= idsMost {
			return n, err
		}
	}
}

// Lookup implements engine.Collection. The rows come in the order in which they were put.
func (c *collection) Lookup(ctx context.Context, ids ...string) (*engine.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []found
	for piece := range slices.Chunk(uuidsOf(ids), idsMost) {
		more, err := c.find(ctx, &lookFor{class: c.class, properties: rowProperties(c.header), vector: true, limit: len(piece), filter: anyOf("_id", opContainsAny, piece)})
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return rowsOf(c.header, list, true)
}

// Get implements search.Store.
func (c *collection) Get(ctx context.Context, ids ...string) (search.Entries, error) {
	rows, err := c.Lookup(ctx, ids...)
	if err != nil {
		return search.Entries{}, err
	}
	return rows.Entries, nil
}

// there returns an error that wraps ErrNone when the class is not there any more.
func (c *collection) there(ctx context.Context) error {
	return c.server.ask(ctx, "schema", 0, c.class, func(ctx context.Context, h *host) error {
		err := c.server.client.rest(ctx, h, "GET", "/v1/schema/"+c.class, nil, nil, "consistency", "false") // as the node knows it
		if status(err) == http.StatusNotFound {
			err = &refused{what: "GET /v1/schema", code: codeUnknown, message: unknownMessage}
		}
		return err
	})
}

func dropped(class string) error {
	return fmt.Errorf("%w any more: the class %s was dropped", engine.ErrNone, class)
}

// ask makes a call about a class. A node that does not know the class asks the cluster's leader: the
// class is gone, which wraps ErrNone, or the node has not heard of it yet, which is temporary.
func (s *server) ask(ctx context.Context, name string, limit time.Duration, class string, call func(ctx context.Context, h *host) error) error {
	return s.client.do(ctx, name, limit, func(ctx context.Context, h *host) error {
		err := call(ctx, h)
		if !unknownClass(err) {
			return err
		}
		switch led := s.client.rest(ctx, h, "GET", "/v1/schema/"+class, nil, nil); {
		case led == nil: // others may know it
			h.down.Store(time.Now().Add(restFor).UnixNano())
			return &engine.Temporary{Err: err}
		case status(led) == http.StatusNotFound:
			return dropped(class)
		default:
			return led
		}
	})
}
