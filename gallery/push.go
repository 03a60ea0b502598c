package gallery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"likeness/parallel"
	"likeness/progress"
	"likeness/search"
	"likeness/search/engine"
)

// PushOptions say how a collection of an engine is brought up to date with an index. The zero value writes what differs,
// and removes what is gone.
type PushOptions struct {
	// Keep keeps entries that the index does not have any more.
	Keep bool `json:"keep,omitempty"`
	// Prune allows to remove more than half of a data set's entries; without it that is ErrManyGone.
	Prune bool `json:"prune,omitempty"`
	// Fresh writes every entry again, compares codes in the index's own space and keeps its attributes, in another collection
	// where these differ, and publishes a new collection though it lacks
	// data sets that the one before has.
	Fresh bool `json:"fresh,omitempty"`
	// Make says how a new collection lies on the servers.
	Make     engine.MakeOptions `json:"make,omitzero"`
	Threads  int                `json:"threads,omitempty"` // 0: as the context says, see package parallel
	Progress progress.Func      `json:"-"`
}

// Pushed says what a push did.
type Pushed struct {
	Location string        `json:"location"`
	Index    string        `json:"index"`
	Engine   *engine.State `json:"engine"`
	Digest   string        `json:"collection"`      // of the collection's header
	Model    string        `json:"model,omitempty"` // "" of codes alone
	Space    string        `json:"space"`
	// Entries is how many the collection holds, those of others included.
	Entries   int `json:"entries"`
	Unchanged int `json:"unchanged"`
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Removed   int `json:"removed"`
	Kept      int `json:"kept"` // that the index does not have any more
	// Published says that searches find the entries; Waiting says what is missing where they do not.
	Published bool   `json:"published"`
	Waiting   string `json:"waiting,omitempty"`
	// OwnSpace is false where the collection compares codes in the space that it was made with, which was fitted to other
	// entries than the index's.
	OwnSpace bool `json:"own_space"`
	// AttributesLeftOut are attributes of the index that the collection was made without.
	AttributesLeftOut []string `json:"attributes_left_out,omitempty"`
	// Rewritten is how many entries were written again though they were equal, as PushOptions.Fresh asks for.
	Rewritten int `json:"rewritten,omitempty"`
}

// ErrManyGone means that a push would remove more than half of a data set's entries. Most likely another data set has the
// same name.
var ErrManyGone = errors.New("more than half of its entries would be removed")

// Push brings a collection up to date with the index, and makes it where there is none. An index of another model, space or
// preparation goes into a collection of its own, which takes the name when all data sets of the one before are in it.
//
// A push that was stopped at any point is gone on with by the next one. Several may run at once, of other data sets or of
// other shards of one.
func (g *Gallery) Push(ctx context.Context, e engine.Engine, opt PushOptions) (*Pushed, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = parallel.WithThreads(g.context(ctx), opt.Threads)
	p := &push{g: g, engine: e, opt: opt, result: Pushed{Location: e.Location().String(), Index: g.path}}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return &p.result, nil
}

// push is one run of Push.
type push struct {
	g          *Gallery
	engine     engine.Engine
	opt        PushOptions
	before     engine.Collection // that is published; nil where none is
	collection engine.Collection
	parts      []engine.Part // of the index
	rows       *engine.Rows
	result     Pushed
}

func (p *push) run(ctx context.Context) (err error) {
	if err := p.open(ctx); err != nil {
		return err
	}
	for _, part := range p.parts {
		if err := p.bring(ctx, part); err != nil {
			return err
		}
	}
	if err := p.publish(ctx); err != nil {
		return err
	}
	if p.result.Entries, err = p.collection.Count(ctx, search.Where{}); err != nil {
		return err
	}
	p.result.Engine, err = p.engine.State(ctx)
	return err
}

// open makes the collection and the rows that belong into it.
func (p *push) open(ctx context.Context) (err error) {
	p.before, err = p.engine.Published(ctx)
	if err != nil && !errors.Is(err, engine.ErrNone) {
		return err
	}
	h, err := p.g.header(ctx)
	if err != nil {
		return err
	}
	if p.before != nil && h.comparable(p.before.Header()) {
		there := p.before.Header()
		if p.opt.Fresh && !(slices.Equal(there.Attributes, h.Attributes) && sameSpace(there, &h.Header)) {
			// Of the same attributes it is the same, so that a run that was stopped is gone on with.
			h.Generation = fmt.Sprintf("%x", search.HashOf([]byte(strings.Join(h.Attributes, "\n"))))
		} else if err := h.adopt(there); err != nil {
			return fmt.Errorf("%s: %w", p.g.path, err)
		}
	}
	if p.collection, err = p.engine.Make(ctx, &h.Header, p.opt.Make); err != nil {
		return err
	}
	if err := h.adopt(p.collection.Header()); err != nil { // who made it may have had other attributes
		return fmt.Errorf("%s: %w", p.g.path, err)
	}
	if p.rows, p.result.AttributesLeftOut, err = p.g.rowsIn(ctx, h); err != nil {
		return err
	}
	p.result.Model, p.result.Space, p.result.OwnSpace = h.Model, h.Space.Name(), !h.adopted
	if p.result.Digest, err = h.Digest(); err != nil {
		return err
	}
	return p.claim(ctx)
}

// mostClaims bounds how often a push yields to others that begin at the same moment.
const mostClaims = 5

// claim gives the index's data sets their places in the collection: what the ids of their entries begin with. Who finds, after
// having said so, that another data set has the same beginning, takes another one; both may do.
func (p *push) claim(ctx context.Context) error {
	there, err := p.collection.Parts(ctx)
	if err != nil {
		return err
	}
	settled := map[string]bool{} // data sets that keep what they have
	shares := func(own engine.Part) bool {
		return slices.ContainsFunc(there, func(q engine.Part) bool { return q.Prefix == own.Prefix && q.Data != own.Data })
	}
	for _, q := range there {
		settled[q.Data] = settled[q.Data] || q.Complete || !shares(q)
	}
	for range mostClaims {
		there = slices.DeleteFunc(slices.Clone(there), func(q engine.Part) bool {
			return !settled[q.Data] && shares(q) && slices.ContainsFunc(partsOf(p.g.file), func(own part) bool { return own.Data == q.Data })
		})
		p.rows.IDs = slices.Clone(p.g.file.Entries.IDs)
		if p.parts, err = p.g.sources(p.rows, there); err != nil {
			return err
		}
		for _, own := range p.parts {
			if settled[own.Data] {
				continue
			}
			own.Written = time.Now().UTC().Truncate(time.Millisecond)
			if err := p.collection.SetPart(ctx, own); err != nil {
				return err
			}
		}
		if there, err = p.collection.Parts(ctx); err != nil {
			return err
		}
		if !slices.ContainsFunc(p.parts, func(own engine.Part) bool { return !settled[own.Data] && shares(own) }) {
			return nil
		}
	}
	return fmt.Errorf("%s: other data sets were begun at the same moment; try again", p.engine.Location())
}

// mostAtOnce bounds the rows that are put or deleted by one call.
const mostAtOnce = 1000

// bring makes the entries of one source what the index has.
func (p *push) bring(ctx context.Context, part engine.Part) error {
	there := map[string]engine.Mark{}
	if err := p.collection.Marks(ctx, part.Source, func(id string, m engine.Mark) error { there[id] = m; return nil }); err != nil {
		return err
	}
	var places []int
	var added, changed, unchanged int
	for i, source := range p.rows.Sources {
		if source != part.Source {
			continue
		}
		id := p.rows.IDs[i]
		mark, ok := there[id]
		delete(there, id)
		switch {
		case ok && mark == p.rows.Mark(i):
			unchanged++
			if !p.opt.Fresh {
				continue
			}
		case ok:
			changed++
		default:
			added++
		}
		places = append(places, i)
	}
	gone := len(there)
	if held := gone + changed + unchanged; gone > held/2 && !p.opt.Keep && !p.opt.Prune && !p.opt.Fresh && held > 0 {
		return fmt.Errorf("%s has %d entries of %s, of which %s has %d: %w", p.result.Location, held, part.Source, p.result.Index, held-gone, ErrManyGone)
	}
	part.Written = time.Now().UTC().Truncate(time.Millisecond)
	if err := p.collection.SetPart(ctx, part); err != nil {
		return err
	}
	for i := 0; i < len(places); i += mostAtOnce {
		p.opt.Progress.Report("Writing to the engine", i, len(places))
		if now := time.Now().UTC().Truncate(time.Millisecond); now.Sub(part.Written) > time.Hour { // nobody shall take it for abandoned
			part.Written = now
			if err := p.collection.SetPart(ctx, part); err != nil {
				return err
			}
		}
		if err := p.collection.Put(ctx, pick(p.rows, places[i:min(i+mostAtOnce, len(places))])); err != nil {
			return err
		}
	}
	if !p.opt.Keep {
		if err := p.remove(ctx, there); err != nil {
			return err
		}
	} else {
		p.result.Kept += gone
	}
	if p.opt.Fresh {
		p.result.Rewritten, unchanged = p.result.Rewritten+unchanged, 0
	}
	p.result.Unchanged += unchanged
	p.result.Added += added
	p.result.Changed += changed
	part.Complete = true
	return p.collection.SetPart(ctx, part)
}

// remove deletes entries.
func (p *push) remove(ctx context.Context, gone map[string]engine.Mark) error {
	ids := make([]string, 0, len(gone))
	for id := range gone {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, mostAtOnce) {
		p.opt.Progress.Report("Removing from the engine", p.result.Removed, p.result.Removed+len(ids))
		n, err := p.collection.Delete(ctx, some...)
		if err != nil {
			return err
		}
		p.result.Removed += n
	}
	return nil
}

// publish lets searches use the collection, if it is complete.
func (p *push) publish(ctx context.Context) error {
	parts, err := p.collection.Parts(ctx)
	if err != nil {
		return err
	}
	complete, missing := engine.Complete(parts)
	if complete {
		if err := p.replaceShards(ctx, parts); err != nil {
			return err
		}
	}
	if p.before != nil {
		digest, err := p.before.Header().Digest()
		if err != nil {
			return err
		}
		if digest == p.result.Digest {
			p.result.Published = true
			return nil
		}
		if complete && !p.opt.Fresh {
			older, err := p.before.Parts(ctx)
			if err != nil {
				return err
			}
			for _, o := range older {
				if o.Entries > 0 && !slices.ContainsFunc(parts, func(q engine.Part) bool { return q.Data == o.Data }) {
					complete, missing = false, fmt.Sprintf("%s is in the collection that searches use, and not in the new one yet", o.Data)
				}
			}
		}
	}
	if !complete {
		p.result.Waiting = missing
		return nil
	}
	p.result.Published = true
	return p.engine.Publish(ctx, p.collection)
}

// replaceShards removes what is left of earlier shards of a data set, now that it is there as a whole or in other shards.
func (p *push) replaceShards(ctx context.Context, parts []engine.Part) error {
	for _, own := range p.parts {
		if engine.Lacking(parts, own.Data, own.Shards) != "" {
			continue // other shards are to come, and the earlier ones have their entries
		}
		for _, old := range parts {
			if old.Data != own.Data || old.Shards == own.Shards || old.Entries == 0 {
				continue
			}
			left := map[string]engine.Mark{}
			if err := p.collection.Marks(ctx, old.Source, func(id string, m engine.Mark) error { left[id] = m; return nil }); err != nil {
				return err
			}
			if len(left) > old.Entries/2 && !p.opt.Prune && !p.opt.Fresh {
				return fmt.Errorf("%s has %d entries of %s that %s does not have: %w", p.result.Location, len(left), old.Source, own.Source, ErrManyGone)
			}
			if err := p.remove(ctx, left); err != nil {
				return err
			}
			old.Entries = 0
			if err := p.collection.SetPart(ctx, old); err != nil {
				return err
			}
		}
	}
	return nil
}
