package web

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"likeness/pix"
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
	waiting map[thumbSheet]map[string][]chan thumb
	kept    map[thumbKey]thumb
	order   []thumbKey
	bytes   int
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
	return &thumbs{s: s, waiting: map[thumbSheet]map[string][]chan thumb{}, kept: map[thumbKey]thumb{}}
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
		group = map[string][]chan thumb{}
		t.waiting[sheet] = group
		t.s.jobs.Add(1)
		time.AfterFunc(gatherTime, func() {
			defer t.s.jobs.Done()
			t.read(sheet, key.stamp)
		})
	}
	mine := make(chan thumb, 1)
	group[id] = append(group[id], mine)
	if len(group) >= mostGather { // those who come later begin a group of their own
		delete(t.waiting, sheet)
		t.s.jobs.Add(1)
		go func() {
			defer t.s.jobs.Done()
			t.readGroup(sheet, key.stamp, group)
		}()
	}
	t.lock.Unlock()
	select {
	case one := <-mine:
		return one.body, one.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (t *thumbs) read(sheet thumbSheet, stamp int64) {
	t.lock.Lock()
	group := t.waiting[sheet]
	delete(t.waiting, sheet)
	t.lock.Unlock()
	if len(group) > 0 {
		t.readGroup(sheet, stamp, group)
	}
}

// readGroup reads the pictures of a group and hands them out.
func (t *thumbs) readGroup(sheet thumbSheet, stamp int64, group map[string][]chan thumb) {
	ctx, cancel := context.WithTimeout(t.s.ctx, thumbReadBy)
	defer cancel()
	ids := make([]string, 0, len(group))
	for id := range group {
		ids = append(ids, id)
	}
	failed := map[string]error{}
	var found map[string]*pix.Image
	err := t.s.queue.do(ctx, func(ctx context.Context) error {
		g, release, err := t.s.work.Gallery(ctx, sheet.index)
		if err != nil {
			return err
		}
		defer release()
		known := ids[:0]
		for _, id := range ids {
			if _, ok := g.Member(id); ok {
				known = append(known, id)
			} else {
				failed[id] = fmt.Errorf("%s: %w", id, fs.ErrNotExist)
			}
		}
		if len(known) == 0 {
			return nil
		}
		found, err = g.Pictures(ctx, known, sheet.side, func(id string, err error) { failed[id] = err })
		return err
	})
	for id, channels := range group {
		one := thumb{err: err}
		if m := found[id]; m != nil {
			one.body, one.err = asJPEG(m)
		} else if err == nil {
			one.err = failed[id]
			if one.err == nil {
				one.err = fmt.Errorf("%s: %w", id, fs.ErrNotExist)
			}
		}
		if one.err == nil {
			t.keep(thumbKey{sheet, stamp, id}, one)
		}
		for _, c := range channels {
			c <- one
		}
	}
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
