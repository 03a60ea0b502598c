package web

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"time"
)

const (
	gatherTime  = 8 * time.Millisecond // that a request for a thumbnail waits for others
	mostGather  = 256
	mostThumbs  = 64 << 20 // bytes of JPEGs that are kept
	thumbReadBy = 50 * time.Second
)

// thumbs reads pictures of indexes for pages. A page asks for many at once, and an archive has to be read up to each of
// them: so requests are gathered for a moment and read together.
type thumbs struct {
	s       *Server
	lock    sync.Mutex
	waiting map[thumbSheet]*thumbGroup
	kept    map[thumbKey]thumb
	order   []thumbKey
	bytes   int
}

// thumbGroup are requests that are answered together.
type thumbGroup struct {
	sheet  thumbSheet
	stamp  int64 // of the index file when the first came
	wanted map[string][]chan thumb
	users  int // who wait
	ctx    context.Context
	cancel context.CancelFunc // once nobody waits
}

// thumbSheet is what is read together.
type thumbSheet struct {
	index string
	side  int
}

type thumbKey struct {
	thumbSheet
	stamp int64 // of the index file
	id    string
}

type thumb struct {
	body []byte
	err  error
}

func newThumbs(s *Server) *thumbs {
	return &thumbs{s: s, waiting: map[thumbSheet]*thumbGroup{}, kept: map[thumbKey]thumb{}}
}

// get returns the picture of a member as JPEG, side pixels on its longer side, or in the size that it was indexed in for 0.
func (t *thumbs) get(ctx context.Context, index, id string, side int) ([]byte, error) {
	f, _ := t.s.work.File(index)
	sheet := thumbSheet{index, side}
	key := thumbKey{sheet, f.Changed.UnixNano(), id}
	t.lock.Lock()
	if one, ok := t.kept[key]; ok {
		t.lock.Unlock()
		return one.body, nil
	}
	group := t.waiting[sheet]
	if group == nil {
		if group = t.begin(sheet, key.stamp); group == nil {
			t.lock.Unlock()
			return nil, errClosing
		}
	}
	mine := make(chan thumb, 1)
	group.wanted[id] = append(group.wanted[id], mine)
	group.users++
	if len(group.wanted) >= mostGather { // those who come later begin a group of their own
		delete(t.waiting, sheet)
	}
	t.lock.Unlock()
	defer t.leave(group)
	select {
	case one := <-mine:
		return one.body, one.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin begins a group, which is read in a moment; nil: the server is closing. The caller holds the lock.
func (t *thumbs) begin(sheet thumbSheet, stamp int64) *thumbGroup {
	group := &thumbGroup{sheet: sheet, stamp: stamp, wanted: map[string][]chan thumb{}}
	group.ctx, group.cancel = context.WithTimeout(t.s.ctx, thumbReadBy)
	if !t.s.jobs.begin(func() {
		defer group.cancel()
		select {
		case <-time.After(gatherTime):
		case <-t.s.ctx.Done():
		}
		t.lock.Lock()
		if t.waiting[sheet] == group {
			delete(t.waiting, sheet)
		}
		t.lock.Unlock()
		t.read(group)
	}) {
		group.cancel()
		return nil
	}
	t.waiting[sheet] = group
	return group
}

// leave ends the reading of a group that nobody waits for any more.
func (t *thumbs) leave(group *thumbGroup) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if group.users--; group.users == 0 {
		group.cancel()
		if t.waiting[group.sheet] == group {
			delete(t.waiting, group.sheet)
		}
	}
}

// read reads the pictures of a group and hands them out.
func (t *thumbs) read(group *thumbGroup) {
	read := map[string]thumb{}
	err := t.s.guard(func() error {
		return t.s.queue.do(group.ctx, func(ctx context.Context) error { return t.readAll(ctx, group, read) })
	})
	for id, channels := range group.wanted {
		one, ok := read[id]
		switch {
		case err != nil:
			one = thumb{err: err}
		case !ok:
			one = thumb{err: fmt.Errorf("%s: %w", id, fs.ErrNotExist)}
		}
		if one.err == nil {
			t.keep(thumbKey{group.sheet, group.stamp, id}, one)
		}
		for _, c := range channels {
			c <- one
		}
	}
}

// readAll reads the pictures of a group and encodes them.
func (t *thumbs) readAll(ctx context.Context, group *thumbGroup, read map[string]thumb) error {
	g, release, err := t.s.work.Gallery(ctx, group.sheet.index)
	if err != nil {
		return err
	}
	defer release()
	var known []string
	for id := range group.wanted {
		if _, ok := g.Member(id); ok {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		return nil
	}
	found, err := g.Pictures(ctx, known, group.sheet.side, func(id string, err error) { read[id] = thumb{err: err} })
	if err != nil {
		return err
	}
	for id, m := range found {
		if err := ctx.Err(); err != nil {
			return err
		}
		body, err := asJPEG(m)
		read[id] = thumb{body, err}
	}
	return nil
}

// keep remembers a picture and forgets the oldest.
func (t *thumbs) keep(key thumbKey, one thumb) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if _, ok := t.kept[key]; ok {
		return
	}
	t.kept[key] = one
	t.order = append(t.order, key)
	t.bytes += len(one.body)
	for t.bytes > mostThumbs {
		t.bytes -= len(t.kept[t.order[0]].body)
		delete(t.kept, t.order[0])
		t.order = t.order[1:]
	}
}
