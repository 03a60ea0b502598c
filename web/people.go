package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"likeness/gallery"
	"likeness/parallel"
	"likeness/progress"
	"likeness/workspace"
)

// people remembers the clusters of indexes, which take a while to find, and what was named, for taking it back.
type people struct {
	changing chan struct{} // held while names change, so that what is taken back is what was changed last
	lock     sync.Mutex
	clusters map[string]clustered // by index
	undo     map[string][]map[string]*string
}

type clustered struct {
	changed   time.Time // of the index file
	threshold float64   // that was asked for; 0: the usual one
	clusters  *gallery.Clusters
}

// mostUndo is how many changes of an index's names can be taken back.
const mostUndo = 100

// Naming gives one name to some faces.
type Naming struct {
	Index string   `json:"index"`
	IDs   []string `json:"ids" minItems:"1"`
	// Person is the name. An empty one says that nobody knows who it is.
	Person string `json:"person" maxLength:"200"`
}

// Arranged is who is in an index, and what can be taken back.
type Arranged struct {
	*gallery.Arrangement
	Sorted    bool     `json:"sorted"`              // false: the faces have not been sorted since the index changed, and nothing else is told
	Threshold float64  `json:"threshold"`           // largest mean distance within a group
	Precision *float64 `json:"precision,omitempty"` // where names were known when the groups were found
	Recall    *float64 `json:"recall,omitempty"`
	File      string   `json:"file"` // that given names are kept in
	Undo      int      `json:"undo"` // changes that can be taken back
}

func (s *Server) addPeople(api huma.API) {
	s.people = &people{changing: make(chan struct{}, 1), clusters: map[string]clustered{}, undo: map[string][]map[string]*string{}}
	huma.Register(api, huma.Operation{
		OperationID: "find-people", Method: http.MethodPost, Path: "/api/people", DefaultStatus: http.StatusAccepted,
		Summary: "Sort the faces of an index by person, in the background",
	}, func(_ context.Context, in *struct {
		Body struct {
			Index     string  `json:"index"`
			Threshold float64 `json:"threshold,omitempty" minimum:"0" doc:"largest mean distance within a group; 0: the one learned with the space"`
		}
	}) (*answer[Task], error) {
		if _, err := s.work.Path(in.Body.Index, workspace.Index); err != nil {
			return nil, s.problem(err)
		}
		t, err := s.tasks.start("Sorting the faces of "+in.Body.Index, func(ctx context.Context, report progress.Func) (any, error) {
			return nil, s.cluster(ctx, in.Body.Index, in.Body.Threshold, report)
		})
		return &answer[Task]{t}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "people", Method: http.MethodGet, Path: "/api/people", Summary: "Say who is in an index",
		Description: "The faces must have been sorted before, by POST: 'sorted' says whether they have been.",
	}, func(ctx context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
	}) (*answer[*Arranged], error) {
		a, err := s.arranged(ctx, in.Index)
		return &answer[*Arranged]{a}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "name", Method: http.MethodPost, Path: "/api/names", Summary: "Give a name to faces",
		Description: "Names are kept in a CSV file beside the index. Pictures are never moved or changed.",
	}, func(ctx context.Context, in *struct{ Body Naming }) (*answer[*Arranged], error) {
		if err := checkPerson(in.Body.Person); err != nil {
			return nil, s.problem(err)
		}
		names := map[string]*string{}
		for _, id := range in.Body.IDs {
			names[id] = &in.Body.Person
		}
		done, err := s.people.begin(ctx)
		if err != nil {
			return nil, s.problem(err)
		}
		defer done()
		before, err := s.giveNames(ctx, in.Body.Index, names)
		if err != nil {
			return nil, s.problem(err)
		}
		s.people.lock.Lock()
		list := append(s.people.undo[in.Body.Index], before)
		s.people.undo[in.Body.Index] = list[max(0, len(list)-mostUndo):]
		s.people.lock.Unlock()
		a, err := s.arranged(ctx, in.Body.Index)
		return &answer[*Arranged]{a}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "unname", Method: http.MethodPost, Path: "/api/names/undo", Summary: "Take the last name back",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Index string `json:"index"`
		}
	}) (*answer[*Arranged], error) {
		done, err := s.people.begin(ctx)
		if err != nil {
			return nil, s.problem(err)
		}
		defer done()
		s.people.lock.Lock()
		list := s.people.undo[in.Body.Index]
		if len(list) == 0 {
			s.people.lock.Unlock()
			return nil, s.problem(bad("nothing is left to take back"))
		}
		last := list[len(list)-1]
		s.people.undo[in.Body.Index] = list[:len(list)-1]
		s.people.lock.Unlock()
		if _, err := s.giveNames(ctx, in.Body.Index, last); err != nil {
			s.people.lock.Lock()
			s.people.undo[in.Body.Index] = append(s.people.undo[in.Body.Index], last) // it can be tried again
			s.people.lock.Unlock()
			return nil, s.problem(err)
		}
		a, err := s.arranged(ctx, in.Body.Index)
		return &answer[*Arranged]{a}, s.problem(err)
	})
}

// begin waits for its turn to change names; done ends it.
func (p *people) begin(ctx context.Context) (done func(), err error) {
	select {
	case p.changing <- struct{}{}:
		return func() { <-p.changing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// checkPerson refuses a name that is none: the file of names is also opened by programs for tables, which take a text that
// begins like a formula for one.
func checkPerson(name string) error {
	name = strings.TrimSpace(name)
	if name != "" && strings.ContainsRune("=+-@", rune(name[0])) {
		return bad(fmt.Sprintf("the name %q begins with %q, as a formula does", name, name[:1]))
	}
	for _, c := range name {
		if unicode.IsControl(c) && !unicode.IsSpace(c) {
			return bad(fmt.Sprintf("the name %q has a control character", name))
		}
	}
	return nil
}

// cluster sorts the faces of an index and remembers how.
func (s *Server) cluster(ctx context.Context, index string, threshold float64, report progress.Func) error {
	f, _ := s.work.File(index)
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return err
	}
	defer release()
	opt := gallery.ClusterOptions{Progress: report, Threads: parallel.Threads(ctx)}
	if threshold > 0 {
		opt.Threshold = &threshold
	}
	c, err := g.Clusters(ctx, opt)
	if err != nil {
		return err
	}
	s.people.lock.Lock()
	defer s.people.lock.Unlock()
	s.people.clusters[index] = clustered{f.Changed, threshold, c}
	return nil
}

// arranged returns who is in an index.
func (s *Server) arranged(ctx context.Context, index string) (*Arranged, error) {
	path, err := s.work.Path(index, workspace.Index)
	if err != nil {
		return nil, err
	}
	f, _ := s.work.File(index)
	s.people.lock.Lock()
	known, ok := s.people.clusters[index]
	undo := len(s.people.undo[index])
	s.people.lock.Unlock()
	if !ok || !known.changed.Equal(f.Changed) {
		return &Arranged{Arrangement: &gallery.Arrangement{Index: index, People: []gallery.Group{}, Unnamed: []gallery.Group{}, Alone: []gallery.GroupMember{}}}, nil
	}
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return nil, err
	}
	defer release()
	a := &Arranged{
		Sorted: true, Arrangement: g.Arrange(known.clusters), Threshold: known.clusters.Threshold, Precision: known.clusters.Precision, Recall: known.clusters.Recall,
		File: s.relative(gallery.NamesFile(path)), Undo: undo,
	}
	a.Index = index
	return a, nil
}

// giveNames gives names to members of an index.
func (s *Server) giveNames(ctx context.Context, index string, names map[string]*string) (before map[string]*string, err error) {
	path, err := s.work.Path(index, workspace.Index)
	if err != nil {
		return nil, err
	}
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return nil, err
	}
	for id := range names {
		if _, ok := g.Member(id); !ok {
			release()
			return nil, bad(id + " is not in " + index)
		}
	}
	release()
	before, err = gallery.GiveNames(ctx, path, names)
	s.work.Forget(index) // the clock of a file system may be too coarse to show the change
	return before, err
}
