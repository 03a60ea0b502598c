package web

import (
	"context"
	"math"
	"net/http"
	"path/filepath"

	"github.com/danielgtaylor/huma/v2"

	"likeness/faces"
	"likeness/gallery"
	"likeness/search"
)

// searchRequest asks for the members of an index most like one, or like the average of several.
type searchRequest struct {
	Index       string   `query:"index" required:"true" doc:"name of the index"`
	IDs         []string `query:"id,explode" doc:"members to search for"`
	Uploads     []string `query:"upload,explode" maxItems:"32" doc:"pictures that were sent, to search for"`
	K           int      `query:"k" default:"24" minimum:"1" maximum:"2000" doc:"how many to find"`
	Faces       string   `query:"faces" enum:"largest,all,none," doc:"which faces of a picture"`
	People      []string `query:"person,explode" doc:"only pictures of this person, or of any of several"`
	Folders     []string `query:"folder,explode" doc:"only pictures in this folder, or in any of several"`
	From        string   `query:"from" doc:"only pictures taken on this day or later"`
	To          string   `query:"to" doc:"only pictures taken on this day or before"`
	Attributes  []string `query:"attribute,explode" doc:"only pictures with this attribute, such as Smiling, !Smiling or Smiling>1.5"`
	MinOdds     float64  `query:"min_odds" minimum:"0" doc:"only pictures with at least these odds of one person"`
	MaxDistance float64  `query:"max_distance" minimum:"0" doc:"only pictures within this distance; 0: any"`
	ExcludeSelf string   `query:"exclude_self" enum:"true,false," doc:"leave out what is searched for"`
}

func (s *Server) addSearch(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/api/search", Summary: "Find the pictures most like one",
	}, func(ctx context.Context, in *searchRequest) (*answer[*gallery.Result], error) {
		q, err := s.query(in)
		if err != nil {
			return nil, s.problem(err)
		}
		var r *gallery.Result
		err = s.withGallery(ctx, in.Index, func(g *gallery.Gallery) error {
			if q.MinOdds > 0 && !g.Info().Odds {
				return bad(in.Index + " knows no odds: its space was not fitted with names. Use a distance")
			}
			queue := s.queue
			if len(q.Pictures) == 0 { // takes a millisecond, and several are answered together
				queue = s.quick
			}
			return queue.do(ctx, func(ctx context.Context) (err error) { r, err = g.Search(ctx, q); return })
		})
		if err != nil {
			return nil, s.problem(err)
		}
		r.Index = in.Index
		for i := range r.Results {
			r.Results[i].Path = s.relative(r.Results[i].Path)
		}
		return &answer[*gallery.Result]{r}, nil
	})
}

// query returns a request as the question that the verb asks.
func (s *Server) query(in *searchRequest) (q gallery.Query, err error) {
	if math.IsNaN(in.MinOdds) || math.IsNaN(in.MaxDistance) { // which is below no minimum
		return q, bad("min_odds and max_distance: expected numbers")
	}
	if len(in.IDs)+len(in.Uploads) == 0 {
		return q, bad("expected what to search for: a member of the index, or a picture that was sent")
	}
	q = gallery.Query{
		IDs: in.IDs, K: in.K, Faces: faces.Wanted(in.Faces), MinOdds: in.MinOdds, MaxDistance: in.MaxDistance,
		Where: search.Where{People: in.People, Folders: in.Folders},
	}
	for _, id := range in.Uploads {
		m, err := s.uploads.get(id)
		if err != nil {
			return q, err
		}
		q.Pictures = append(q.Pictures, m)
	}
	if in.ExcludeSelf != "" {
		yes := in.ExcludeSelf == "true"
		q.ExcludeSelf = &yes
	}
	if in.From != "" {
		if q.Where.From, _, err = search.ParseDay(in.From); err != nil {
			return q, bad("from " + in.From + ": " + err.Error())
		}
	}
	if in.To != "" {
		if _, q.Where.To, err = search.ParseDay(in.To); err != nil {
			return q, bad("to " + in.To + ": " + err.Error())
		}
	}
	if in.From != "" && in.To != "" && !q.Where.From.Before(q.Where.To) {
		return q, bad("from " + in.From + " to " + in.To + ": the second is before the first")
	}
	for _, text := range in.Attributes {
		c, err := search.ParseCondition(text)
		if err != nil {
			return q, bad("attribute " + err.Error())
		}
		q.Where.Attributes = append(q.Where.Attributes, c)
	}
	return q, nil
}

// relative returns a path as the program prints it in the folder.
func (s *Server) relative(path string) string {
	if path == "" {
		return ""
	}
	rel, err := filepath.Rel(s.work.Folder(), path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return rel
}
