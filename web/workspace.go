package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"likeness/gallery"
	"likeness/workspace"
)

// Workspace is what the folder holds.
type Workspace struct {
	Name  string           `json:"name"` // of the folder, without its path
	Files []workspace.File `json:"files"`
}

func (s *Server) addWorkspace(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "workspace", Method: http.MethodGet, Path: "/api/workspace", Summary: "List what is in the folder",
	}, func(context.Context, *struct{}) (*answer[Workspace], error) {
		files, err := s.work.Files()
		return &answer[Workspace]{Workspace{s.work.Name(), files}}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "index", Method: http.MethodGet, Path: "/api/index", Summary: "Say what is known of an index",
	}, func(ctx context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
	}) (*answer[Index], error) {
		g, release, err := s.work.Gallery(ctx, in.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		people, err := g.People(ctx)
		if err != nil {
			return nil, s.problem(err)
		}
		out := Index{Info: g.Info(), People: people, Folders: g.Folders()}
		out.Index = in.Index
		out.Attributes, _ = g.Attributes(ctx) // most collections have none
		return &answer[Index]{out}, nil
	})
}

// Index is what is known of an index, and what its members can be chosen by.
type Index struct {
	gallery.Info
	People     []gallery.Tally `json:"people"`
	Folders    []gallery.Tally `json:"folders"`
	Attributes []string        `json:"attributes,omitempty"`
}
