package search

import "context"

// Add appends entries, whose ids must be new.
func (l *LSH) Add(ctx context.Context, e Entries) error {
	return l.change(ctx, func(fresh *Exact) error { return fresh.add(ctx, e) })
}

// Upsert implements Store.
func (l *LSH) Upsert(ctx context.Context, e Entries) error {
	return l.change(ctx, func(fresh *Exact) error { return fresh.upsert(ctx, e) })
}

// SetAttributes implements Local.
func (l *LSH) SetAttributes(a *Attributes) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.SetAttributes(a)
}

// Get implements Store.
func (l *LSH) Get(ctx context.Context, ids ...string) (Entries, error) { return l.all.Get(ctx, ids...) }

// Delete implements Store.
func (l *LSH) Delete(ctx context.Context, ids ...string) (n int, err error) {
	err = l.change(ctx, func(fresh *Exact) error {
		places := fresh.find(ids)
		n = len(places)
		fresh.bury(places)
		fresh.compact()
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// change hashes a changed copy and then takes its place.
func (l *LSH) change(ctx context.Context, change func(fresh *Exact) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	l.all.mu.Lock()
	defer l.all.mu.Unlock()
	fresh := &LSH{options: l.options, all: l.all.copied()}
	if err := change(fresh.all); err != nil {
		return err
	}
	if err := fresh.hash(ctx); err != nil {
		return err
	}
	l.all.take(fresh.all)
	l.planes, l.middle, l.hashes, l.recall = fresh.planes, fresh.middle, fresh.hashes, fresh.recall
	return nil
}
