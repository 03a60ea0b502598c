package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"likeness/gallery"
	"likeness/parallel"
	"likeness/progress"
	"likeness/projection"
)

// errNoLayout means that nobody has laid out an index by a method yet.
var errNoLayout = fmt.Errorf("nobody has laid it out yet: %w", fs.ErrNotExist)

// mostMaps is how many indexes the server remembers the maps of.
const mostMaps = 4

// maps keeps what the map page asks for again and again, as long as the index file stays as it is, and the layouts that
// are being made.
type maps struct {
	s       *Server
	threads int
	one     chan struct{} // held by the job that computes
	lock    sync.Mutex
	known   []*knownMap // the one asked for last is the last
	jobs    []*mapJob
}

// knownMap is what was computed of an index as long as its members are the same.
type knownMap struct {
	index   string
	members string // their fingerprint
	layouts flights[*gallery.Layout]
	sorted  flights[*gallery.Categories]
	copies  flights[[][]int]
	faces   *sheetFaces
}

// MapJob is a layout that is being made, or was made lately.
type MapJob struct {
	Index  string            `json:"index"`
	Method projection.Method `json:"layout"`
	Step   progress.Step     `json:"step"`
	Ended  bool              `json:"ended"`
	Error  string            `json:"error,omitempty"`
	Notes  progress.Notes    `json:"notes,omitempty"`
	// Shown grows with each look at the unfinished layout.
	Shown int `json:"shown"`
}

type mapJob struct {
	MapJob
	cancel context.CancelFunc
	at     []float32 // as far as it is
}

func newMaps(s *Server, threads int) *maps {
	return &maps{s: s, threads: max(1, threads/2), one: make(chan struct{}, 1)}
}

// of returns what is known of an index as it is now.
func (m *maps) of(ctx context.Context, index string) (*knownMap, error) {
	g, release, err := m.s.work.Gallery(ctx, index)
	if err != nil {
		return nil, err
	}
	defer release()
	members, err := g.Fingerprint()
	if err != nil {
		return nil, err
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	at := slices.IndexFunc(m.known, func(k *knownMap) bool { return k.index == index })
	var k *knownMap
	if at >= 0 {
		k = m.known[at]
		m.known = slices.Delete(m.known, at, at+1)
	}
	if k == nil || k.members != members {
		k = &knownMap{index: index, members: members, faces: newSheetFaces(g.Info().Entries)}
		k.layouts.s, k.sorted.s, k.copies.s = m.s, m.s, m.s
	}
	if m.known = append(m.known, k); len(m.known) > mostMaps {
		m.known = slices.Delete(m.known, 0, 1)
	}
	return k, nil
}

// ask opens an index and computes something of it, in its turn.
func (m *maps) ask(ctx context.Context, index string, compute func(ctx context.Context, g *gallery.Gallery) error) error {
	g, release, err := m.s.work.Gallery(ctx, index)
	if err != nil {
		return err
	}
	defer release()
	return m.s.queue.do(ctx, func(ctx context.Context) error { return compute(ctx, g) })
}

// layout returns a layout: by PCA at once, by another method where it has been made.
func (m *maps) layout(ctx context.Context, index string, method projection.Method) (*gallery.Layout, error) {
	k, err := m.of(ctx, index)
	if err != nil {
		return nil, err
	}
	return k.layouts.get(ctx, string(method), func(ctx context.Context) (l *gallery.Layout, err error) {
		err = m.ask(ctx, index, func(ctx context.Context, g *gallery.Gallery) error {
			if method != projection.PCA {
				there, err := g.Layouts()
				if err != nil {
					return err
				}
				if !slices.Contains(there, method) {
					return errNoLayout
				}
			}
			if l, err = g.Layout(ctx, gallery.LayoutOptions{Options: projection.Options{Method: method}}); err == nil {
				l.Index = index
			}
			return err
		})
		return l, err
	})
}

// categories returns the members sorted for colours.
func (m *maps) categories(ctx context.Context, index, by, attribute string) (*gallery.Categories, error) {
	k, err := m.of(ctx, index)
	if err != nil {
		return nil, err
	}
	if by != gallery.ByAttribute {
		attribute = "" // one answer, whatever stands there
	}
	return k.sorted.get(ctx, by+" "+attribute, func(ctx context.Context) (c *gallery.Categories, err error) {
		err = m.ask(ctx, index, func(ctx context.Context, g *gallery.Gallery) (err error) {
			c, err = g.Categories(ctx, by, attribute)
			return err
		})
		return c, err
	})
}

// copies returns groups of nearly equal members.
func (m *maps) copies(ctx context.Context, index string) ([][]int, error) {
	k, err := m.of(ctx, index)
	if err != nil {
		return nil, err
	}
	return k.copies.get(ctx, "", func(ctx context.Context) ([][]int, error) {
		groups := [][]int{}
		err := m.ask(ctx, index, func(ctx context.Context, g *gallery.Gallery) error {
			d, err := g.Duplicates(ctx, gallery.DuplicateOptions{})
			if err != nil {
				return err
			}
			for _, group := range d.Groups {
				var rows []int
				for _, p := range group.Pictures {
					if row, ok := g.Row(p.ID); ok {
						rows = append(rows, row)
					}
				}
				groups = append(groups, rows)
			}
			return nil
		})
		return groups, err
	})
}

// start begins to lay out in the background, unless that is under way.
func (m *maps) start(ctx context.Context, index string, method projection.Method, again bool) (MapJob, error) {
	_, release, err := m.s.work.Gallery(ctx, index)
	if err != nil {
		return MapJob{}, err
	}
	release()
	m.lock.Lock()
	defer m.lock.Unlock()
	if j := m.find(index, method); j != nil && !j.Ended {
		return j.MapJob, nil
	}
	m.jobs = slices.DeleteFunc(m.jobs, func(j *mapJob) bool { return j.Index == index && j.Method == method })
	ctx, cancel := context.WithCancel(m.s.ctx)
	j := &mapJob{MapJob: MapJob{Index: index, Method: method, Step: progress.Step{What: "Waiting for its turn"}}, cancel: cancel}
	begun := m.s.jobs.begin(func() {
		defer cancel()
		var notes progress.Notes
		err := m.s.guard(func() (err error) { notes, err = m.run(ctx, j, again); return err })
		m.s.work.Refresh()
		m.lock.Lock()
		defer m.lock.Unlock()
		j.Ended, j.at, j.Notes = true, nil, notes
		for i := range j.Notes {
			j.Notes[i].Text = m.words(j.Notes[i].Text)
		}
		switch {
		case errors.Is(err, context.Canceled):
			m.jobs = slices.DeleteFunc(m.jobs, func(other *mapJob) bool { return other == j })
		case err != nil:
			j.Error = m.words(err.Error())
		}
	})
	if !begun {
		cancel()
		return MapJob{}, errClosing
	}
	m.jobs = append(m.jobs, j)
	return j.MapJob, nil
}

// words returns a text in which files have their names in the workspace.
func (m *maps) words(text string) string {
	return strings.ReplaceAll(text, m.s.work.Folder()+"/", "")
}

// run lays out; one job computes at a time.
func (m *maps) run(ctx context.Context, j *mapJob, again bool) (progress.Notes, error) {
	select {
	case m.one <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-m.one }()
	g, release, err := m.s.work.Gallery(ctx, j.Index)
	if err != nil {
		return nil, err
	}
	defer release()
	opt := gallery.LayoutOptions{Keep: true, Again: again, Options: projection.Options{
		Method: j.Method,
		Progress: func(s progress.Step) {
			m.lock.Lock()
			defer m.lock.Unlock()
			j.Step = s
		},
		Show: func(at []float32) {
			m.lock.Lock()
			defer m.lock.Unlock()
			j.at = slices.Clone(at)
			j.Shown++
		},
	}}
	l, err := g.Layout(parallel.WithThreads(ctx, m.threads), opt)
	if l == nil {
		return nil, err
	}
	if err != nil {
		l.Notes.Warn("The layout could not be kept in the index file: %v", err)
	}
	if !l.Stored { // it cannot be kept in the file: it is at least shown
		l.Index = j.Index
		k, err := m.of(ctx, j.Index)
		if err != nil {
			return nil, err
		}
		k.layouts.put(string(j.Method), l)
	}
	return l.Notes, nil
}

func (m *maps) find(index string, method projection.Method) *mapJob {
	for _, j := range m.jobs {
		if j.Index == index && j.Method == method {
			return j
		}
	}
	return nil
}

// stop ends a job.
func (m *maps) stop(index string, method projection.Method) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if j := m.find(index, method); j != nil && !j.Ended {
		j.cancel()
	}
}

// jobsOf returns the jobs of an index.
func (m *maps) jobsOf(index string) []MapJob {
	m.lock.Lock()
	defer m.lock.Unlock()
	list := []MapJob{}
	for _, j := range m.jobs {
		if j.Index == index {
			list = append(list, j.MapJob)
		}
	}
	return list
}

// unfinished returns a layout that is being made, as far as it is; nil where there is none.
func (m *maps) unfinished(index string, method projection.Method) []float32 {
	m.lock.Lock()
	defer m.lock.Unlock()
	if j := m.find(index, method); j != nil {
		return j.at
	}
	return nil
}
