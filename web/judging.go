package web

import (
	"context"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"likeness/gallery"
	"likeness/progress"
	"likeness/workspace"
)

// judging remembers, for each index, the space that was learned last and not taken yet.
type judging struct {
	lock    sync.Mutex
	learned map[string]*gallery.Adapted
}

// Judged is what was said of the members of an index.
type Judged struct {
	Index      string              `json:"index"`
	Judgements []gallery.Judgement `json:"judgements"`
	File       string              `json:"file"`    // that they are kept in
	Adapted    bool                `json:"adapted"` // the index is searched in a space that has learned from judgements
}

func (s *Server) addJudging(api huma.API) {
	s.judging = &judging{learned: map[string]*gallery.Adapted{}}
	type ofIndex struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
	}
	type about struct {
		Body struct {
			Index string `json:"index"`
		}
	}
	huma.Register(api, huma.Operation{
		OperationID: "judgements", Method: http.MethodGet, Path: "/api/judgements", Summary: "Say which members were judged to show one person, or two",
	}, func(ctx context.Context, in *ofIndex) (*answer[*Judged], error) {
		j, err := s.judged(ctx, in.Index)
		return &answer[*Judged]{j}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "judge", Method: http.MethodPost, Path: "/api/judgements", Summary: "Say whether two members show one person",
		Description: "Judgements are kept in a CSV file beside the index. They change nothing before a space has learned from them.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Index string `json:"index"`
			ID    string `json:"id"`
			Other string `json:"other"`
			// Same is the judgement; without it, what was said before is taken back.
			Same *bool `json:"same,omitempty"`
		}
	}) (*answer[*Judged], error) {
		b := in.Body
		err := s.judge(ctx, b.Index, gallery.Judgement{ID: b.ID, Other: b.Other, Same: b.Same != nil && *b.Same}, b.Same == nil)
		if err != nil {
			return nil, s.problem(err)
		}
		j, err := s.judged(ctx, b.Index)
		return &answer[*Judged]{j}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "learn", Method: http.MethodPost, Path: "/api/adapted", DefaultStatus: http.StatusAccepted,
		Summary:     "Learn a space from the judgements on an index, in the background",
		Description: "The task's result says what it changes for named members that it has not learned from. It is not taken before PUT.",
	}, func(_ context.Context, in *about) (*answer[Task], error) {
		if _, err := s.work.Path(in.Body.Index, workspace.Index); err != nil {
			return nil, s.problem(err)
		}
		t, err := s.tasks.start("Learning from what was said of "+in.Body.Index, func(ctx context.Context, report progress.Func) (any, error) {
			report.Report("Learning and measuring", 0, 0)
			g, release, err := s.work.Gallery(ctx, in.Body.Index)
			if err != nil {
				return nil, err
			}
			defer release()
			a, err := g.Adapt(ctx)
			if err != nil {
				return nil, err
			}
			s.judging.lock.Lock()
			defer s.judging.lock.Unlock()
			s.judging.learned[in.Body.Index] = a
			return a, nil
		})
		return &answer[Task]{t}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "take-learned", Method: http.MethodPut, Path: "/api/adapted", Summary: "Search an index in the space that was learned last",
	}, func(ctx context.Context, in *about) (*answer[*Judged], error) {
		s.judging.lock.Lock()
		a := s.judging.learned[in.Body.Index]
		delete(s.judging.learned, in.Body.Index)
		s.judging.lock.Unlock()
		if a == nil {
			return nil, s.problem(bad("no space has been learned for " + in.Body.Index))
		}
		g, release, err := s.work.Gallery(ctx, in.Body.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		err = g.Take(a)
		release()
		if err != nil {
			return nil, s.problem(err)
		}
		s.work.Forget(in.Body.Index)
		j, err := s.judged(ctx, in.Body.Index)
		return &answer[*Judged]{j}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "leave-learned", Method: http.MethodDelete, Path: "/api/adapted", Summary: "Search an index in its own space again",
	}, func(ctx context.Context, in *ofIndex) (*answer[*Judged], error) {
		path, err := s.work.Path(in.Index, workspace.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		if err := gallery.LeaveAdapted(path); err != nil {
			return nil, s.problem(err)
		}
		s.work.Forget(in.Index)
		j, err := s.judged(ctx, in.Index)
		return &answer[*Judged]{j}, s.problem(err)
	})
}

// judged returns what was said of an index.
func (s *Server) judged(ctx context.Context, index string) (*Judged, error) {
	path, err := s.work.Path(index, workspace.Index)
	if err != nil {
		return nil, err
	}
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return nil, err
	}
	defer release()
	list, err := gallery.Judgements(path)
	if err != nil {
		return nil, err
	}
	return &Judged{index, list, s.relative(gallery.JudgedFile(path)), g.Info().Adapted}, nil
}

// judge keeps a judgement on two members.
func (s *Server) judge(ctx context.Context, index string, j gallery.Judgement, forget bool) error {
	path, err := s.work.Path(index, workspace.Index)
	if err != nil {
		return err
	}
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return err
	}
	defer release()
	for _, id := range []string{j.ID, j.Other} {
		if _, ok := g.Member(id); !ok {
			return bad(id + " is not in " + index)
		}
	}
	if j.ID == j.Other {
		return bad("a picture shows the same person as itself")
	}
	_, err = gallery.Judge(ctx, path, j, forget)
	return err
}
