package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/pix"
	"likeness/progress"
	"likeness/workspace"
)

func (s *Server) addCopies(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "find-copies", Method: http.MethodPost, Path: "/api/copies", DefaultStatus: http.StatusAccepted,
		Summary:     "Find pictures that are there more than once, in the background",
		Description: "The task's result is what 'likeness dupes --json' prints. Nothing is deleted or moved.",
	}, func(_ context.Context, in *struct {
		Body struct {
			// Pictures is a folder or an archive; their pixels are compared. Index is an index; its codes are.
			Pictures string   `json:"pictures,omitempty"`
			Index    string   `json:"index,omitempty"`
			Within   *float64 `json:"within,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"how near, from 0 (equal) to 1 (unrelated)"`
		}
	}) (*answer[Task], error) {
		b := in.Body
		if (b.Pictures == "") == (b.Index == "") {
			return nil, s.problem(bad("expected pictures or an index, one of them"))
		}
		opt := gallery.DuplicateOptions{Within: b.Within}
		t, err := s.tasks.start("Comparing the pictures of "+b.Pictures+b.Index, func(ctx context.Context, report progress.Func) (any, error) {
			d, err := s.copies(ctx, b.Pictures, b.Index, opt, report)
			if err != nil {
				return nil, err
			}
			d.Data = b.Pictures + b.Index
			for _, group := range d.Groups {
				for _, m := range group.Pictures {
					if m.File != nil {
						m.File.Path, m.File.LinkOf = s.relative(m.File.Path), s.relative(m.File.LinkOf)
					}
				}
			}
			return d, nil
		})
		return &answer[Task]{t}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "file-picture", Method: http.MethodGet, Path: "/api/file", Summary: "Show a picture of a folder or an archive",
	}, func(ctx context.Context, in *struct {
		Pictures string `query:"pictures" required:"true" doc:"name of the folder or the archive"`
		ID       string `query:"id" required:"true" doc:"id of the picture"`
		Side     int    `query:"side" minimum:"16" maximum:"1024" default:"240" doc:"pixels of the longer side, at most"`
	}) (*rawAnswer, error) {
		path, err := s.work.Path(in.Pictures, workspace.Pictures, workspace.Archive)
		if err != nil {
			return nil, s.problem(err)
		}
		var body []byte
		err = s.queue.do(ctx, func(ctx context.Context) error {
			src, err := faces.Open(path)
			if err != nil {
				return err
			}
			var m *pix.Image
			err = faces.ReadByID(ctx, src, []string{in.ID}, func(_ string, data []byte) (err error) { m, err = s.decodePicture(ctx, data); return })
			switch {
			case err != nil:
				return err
			case m == nil:
				return huma.Error404NotFound(in.ID + " is not in " + in.Pictures)
			}
			body, err = asJPEG(shrunk(m, in.Side))
			return err
		})
		return &rawAnswer{"image/jpeg", "private, max-age=60", body}, s.problem(err)
	})
}

// copies finds copies among pictures, by their pixels, or among the members of an index, by their codes.
func (s *Server) copies(ctx context.Context, pictures, index string, opt gallery.DuplicateOptions, report progress.Func) (*gallery.Duplicates, error) {
	if index != "" {
		g, release, err := s.work.Gallery(ctx, index)
		if err != nil {
			return nil, err
		}
		defer release()
		report.Report("Comparing", 0, 0)
		d, err := g.Duplicates(ctx, opt)
		if err != nil {
			return nil, err
		}
		return d, d.Judge(ctx, g.Path)
	}
	path, err := s.work.Path(pictures, workspace.Pictures, workspace.Archive)
	if err != nil {
		return nil, err
	}
	set, err := dataset.Load(ctx, dataset.Name{Source: path}, faces.Options{Prep: gallery.DuplicatesPrep(), Progress: report})
	if err != nil {
		return nil, err
	}
	report.Report("Comparing", 0, 0)
	d, err := gallery.FindDuplicates(ctx, set, opt)
	if err != nil {
		return nil, err
	}
	return d, d.JudgeFolder(ctx, set)
}
