package web

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"likeness/gallery"
)

func (s *Server) addPictures(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "picture", Method: http.MethodGet, Path: "/api/picture", Summary: "Show a member of an index",
	}, func(ctx context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
		ID    string `query:"id" required:"true" doc:"id of the member"`
		Side  int    `query:"side" minimum:"0" maximum:"1024" doc:"pixels of the longer side; 0: as it was indexed"`
	}) (*rawAnswer, error) {
		body, err := s.thumbs.get(ctx, in.Index, in.ID, in.Side)
		return &rawAnswer{"image/jpeg", "private, max-age=60", body}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "member", Method: http.MethodGet, Path: "/api/member", Summary: "Say what an index knows of a member",
	}, func(ctx context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
		ID    string `query:"id" required:"true" doc:"id of the member"`
	}) (*answer[gallery.Member], error) {
		g, release, err := s.work.Gallery(ctx, in.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		m, ok := g.Member(in.ID)
		if !ok {
			return nil, s.problem(fmt.Errorf("%s in %s: %w", in.ID, in.Index, fs.ErrNotExist))
		}
		return &answer[gallery.Member]{m}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "members", Method: http.MethodGet, Path: "/api/members", Summary: "List members of an index",
	}, func(ctx context.Context, in *struct {
		Index  string `query:"index" required:"true" doc:"name of the index"`
		Person string `query:"person" doc:"only those of this person"`
		Folder string `query:"folder" doc:"only those in this folder"`
		First  int    `query:"first" minimum:"0" doc:"how many to skip"`
		Count  int    `query:"count" minimum:"1" maximum:"1000" default:"60" doc:"how many to list"`
		Stride int    `query:"stride" minimum:"1" default:"1" doc:"list every so-manieth, for a look across the collection"`
	}) (*answer[Members], error) {
		g, release, err := s.work.Gallery(ctx, in.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		var out Members
		out.Members, out.Total, err = g.Members(ctx, in.Person, in.Folder, in.First, in.Count, in.Stride)
		return &answer[Members]{out}, s.problem(err)
	})
}

// Members are some members of an index, and how many there are of their kind.
type Members struct {
	Members []gallery.Member `json:"members"`
	Total   int              `json:"total"`
}
