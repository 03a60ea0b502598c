package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"likeness/dataset"
	"likeness/progress"
	"likeness/workspace"
)

func (s *Server) addIndexing(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "index-pictures", Method: http.MethodPost, Path: "/api/index", DefaultStatus: http.StatusAccepted,
		Summary:     "Describe the faces of some pictures, for searching",
		Description: "Makes an index or brings it up to date, in the background: the task's result says what the index has become.",
	}, func(_ context.Context, in *struct{ Body workspace.IndexOptions }) (*answer[Task], error) {
		if in.Body.Pictures == "" {
			return nil, s.problem(bad("expected pictures: a folder, an archive, or drawn faces such as drawn:40x5"))
		}
		if err := checkDrawn(dataset.Parse(in.Body.Pictures), mostDrawnPixels); err != nil {
			return nil, s.problem(err)
		}
		t, err := s.tasks.start("Describing the faces of "+in.Body.Pictures, func(ctx context.Context, report progress.Func) (any, error) {
			in.Body.Progress = report
			r, err := s.work.IndexPictures(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return r, nil
		})
		return &answer[Task]{t}, s.problem(err)
	})
}
