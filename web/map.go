package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"likeness/gallery"
	"likeness/progress"
	"likeness/projection"
)

// Map is what the map of an index can show.
type Map struct {
	Index   string `json:"index"`
	Space   string `json:"space"`
	Entries int    `json:"entries"`
	// Members is the fingerprint of what is known of the members: with another one the rows are others.
	Members string `json:"members"`
	// Stored are the layouts that the index file keeps; those by PCA are made at once.
	Stored []projection.Method `json:"stored"`
	Jobs   []MapJob            `json:"jobs"`
	// Files says that members have files of their own, which links can lead to.
	Files bool `json:"files"`
	// Decodes says that an empty place has a face.
	Decodes bool `json:"decodes"`
	// By are the ways to colour, and Attributes those that have values.
	By         []string `json:"by"`
	Attributes []string `json:"attributes"`
}

// mostRows is how many rows a request may name.
const mostRows = 20_000

// mapRows names members of an index by their rows.
type mapRows struct {
	Body struct {
		Index string `json:"index" doc:"name of the index"`
		Rows  []int  `json:"rows" maxItems:"20000" doc:"rows of the index, from 0"`
	}
}

func (s *Server) addMap(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "map", Method: http.MethodGet, Path: "/api/map", Summary: "Say what the map of an index can show",
	}, func(ctx context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
	}) (*answer[Map], error) {
		g, release, err := s.work.Gallery(ctx, in.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		info := g.Info()
		m := Map{Index: in.Index, Space: info.Space, Entries: info.Entries, Decodes: g.Decodes(), Files: hasFile(g), Jobs: s.maps.jobsOf(in.Index), Attributes: []string{}}
		err = s.queue.do(ctx, func(context.Context) (err error) {
			if m.Members, err = g.Fingerprint(); err == nil {
				m.Stored, err = g.Layouts()
			}
			return err
		})
		if err != nil {
			return nil, s.problem(err)
		}
		m.By = waysToColour(ctx, g)
		if names, err := g.Attributes(ctx); err == nil { // most collections have none
			m.Attributes, m.By = names, append(m.By, gallery.ByAttribute)
		}
		return &answer[Map]{m}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-categories", Method: http.MethodGet, Path: "/api/map/categories", Summary: "Sort the members of an index, to colour them",
	}, func(ctx context.Context, in *struct {
		Index     string `query:"index" required:"true" doc:"name of the index"`
		By        string `query:"by" required:"true" enum:"person,folder,time,attribute,cluster" doc:"by what"`
		Attribute string `query:"attribute" doc:"which attribute"`
	}) (*answer[MapCategories], error) {
		c, err := s.maps.categories(ctx, in.Index, in.By, in.Attribute)
		if err != nil {
			return nil, s.problem(err)
		}
		return &answer[MapCategories]{MapCategories{*c, c.Of}}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-members", Method: http.MethodPost, Path: "/api/map/members", Summary: "Say who is in some rows",
	}, func(ctx context.Context, in *mapRows) (*answer[[]gallery.Member], error) {
		g, release, err := s.work.Gallery(ctx, in.Body.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		list, err := membersAt(g, in.Body.Rows)
		return &answer[[]gallery.Member]{list}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-faces", Method: http.MethodPost, Path: "/api/map/faces",
		Summary: "Show the faces of some rows in one JPEG, 32 in a line, each of 32x32 pixels",
	}, func(ctx context.Context, in *mapRows) (*rawAnswer, error) {
		body, err := s.mapFaces(ctx, in.Body.Index, in.Body.Rows)
		return &rawAnswer{"image/jpeg", "no-store", body}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-find", Method: http.MethodPost, Path: "/api/map/find", Summary: "Find rows by ids, or by a part of a name",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Index string   `json:"index" doc:"name of the index"`
			IDs   []string `json:"ids,omitempty" maxItems:"20000" doc:"ids of members"`
			Text  string   `json:"text,omitempty" maxLength:"200" doc:"a part of a person's name or of an id"`
		}
	}) (*answer[MapRows], error) {
		g, release, err := s.work.Gallery(ctx, in.Body.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		out, err := findRows(g, in.Body.IDs, in.Body.Text)
		return &answer[MapRows]{out}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-copies", Method: http.MethodGet, Path: "/api/map/copies", Summary: "Find groups of rows that are nearly equal",
	}, func(ctx context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
	}) (*answer[MapGroups], error) {
		groups, err := s.maps.copies(ctx, in.Index)
		return &answer[MapGroups]{MapGroups{groups}}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-links", Method: http.MethodPost, Path: "/api/map/links", Summary: "Make a new folder with links to the pictures in some rows",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Index  string `json:"index" doc:"name of the index"`
			Rows   []int  `json:"rows" minItems:"1" maxItems:"20000" doc:"rows of the index, from 0"`
			Folder string `json:"folder" minLength:"1" maxLength:"100" doc:"name of the folder, which must not be there yet"`
		}
	}) (*answer[*gallery.Links], error) {
		name := in.Body.Folder
		if strings.ContainsAny(name, "/\\:") || strings.ContainsFunc(name, unicode.IsControl) || strings.HasPrefix(name, ".") || !filepath.IsLocal(name) {
			return nil, s.problem(bad(fmt.Sprintf("the folder %q: expected a name without slashes that does not begin with a dot", name)))
		}
		g, release, err := s.work.Gallery(ctx, in.Body.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		if _, err := membersAt(g, in.Body.Rows); err != nil {
			return nil, s.problem(err)
		}
		l, err := g.Link(ctx, filepath.Join(s.work.Folder(), name), in.Body.Rows)
		if errors.Is(err, gallery.ErrNoFiles) {
			return nil, s.problem(bad(gallery.ErrNoFiles.Error() + ": they lie in an archive, or are drawn"))
		} else if err != nil {
			return nil, s.problem(err)
		}
		l.Folder = name
		s.work.Refresh()
		return &answer[*gallery.Links]{l}, nil
	})
	s.addLayouts(api)
}

// MapCategories are categories with that of each row: 0 for none, 255 for one that is not listed.
type MapCategories struct {
	gallery.Categories
	Of []byte `json:"of" doc:"base64: one byte a row"`
}

// MapRows are members of an index.
type MapRows struct {
	Rows    []int          `json:"rows"`
	Missing []string       `json:"missing"` // ids that no member has
	Notes   progress.Notes `json:"notes,omitempty"`
}

// MapGroups are groups of members.
type MapGroups struct {
	Groups [][]int `json:"groups"`
}

// waysToColour returns those that say something about the members of an index.
func waysToColour(ctx context.Context, g *gallery.Gallery) []string {
	var ways []string
	if people, err := g.People(ctx); err == nil && len(people) > 0 {
		ways = append(ways, gallery.ByPerson)
	}
	if len(g.Folders()) > 1 {
		ways = append(ways, gallery.ByFolder)
	}
	if g.Dated() {
		ways = append(ways, gallery.ByTime)
	}
	if g.Groups() {
		ways = append(ways, gallery.ByCluster)
	}
	return ways
}

// hasFile reports whether the first member has a file of its own.
func hasFile(g *gallery.Gallery) bool {
	first, err := g.MembersAt([]int{0})
	return err == nil && g.Path(first[0].ID) != ""
}

// membersAt is Gallery.MembersAt with an error that is the request's.
func membersAt(g *gallery.Gallery, rows []int) ([]gallery.Member, error) {
	if len(rows) > mostRows {
		return nil, bad(fmt.Sprintf("%d rows at once, expected at most %d", len(rows), mostRows))
	}
	list, err := g.MembersAt(rows)
	if err != nil {
		return nil, bad(err.Error())
	}
	return list, nil
}

// findRows finds members by their ids and by a part of a name.
func findRows(g *gallery.Gallery, ids []string, text string) (MapRows, error) {
	out := MapRows{Rows: []int{}, Missing: []string{}}
	for _, id := range ids {
		if row, ok := g.Row(id); ok {
			out.Rows = append(out.Rows, row)
		} else {
			out.Missing = append(out.Missing, id)
		}
	}
	if text != "" {
		rows, all := g.Find(text, mostRows)
		if all > len(rows) {
			out.Notes.Add("the first %d of %d", len(rows), all)
		}
		out.Rows = append(out.Rows, rows...)
	}
	if len(ids) > 0 && len(out.Rows) == 0 {
		return out, fmt.Errorf("%s: %w", ids[0], fs.ErrNotExist)
	}
	return out, nil
}
