package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"likeness/gallery"
	"likeness/projection"
)

// LayoutQuery names a layout of an index.
type LayoutQuery struct {
	Index  string `query:"index" required:"true" doc:"name of the index"`
	Method string `query:"layout" default:"pca" enum:"pca,umap,tsne" doc:"how the members are laid out"`
}

// MapLayout is a layout without its positions.
type MapLayout struct {
	gallery.Layout
	// Frame is the square that the positions lie in: left, bottom and side.
	Frame [3]float32 `json:"frame"`
}

// MapSpot is the face of a place where no member lies.
type MapSpot struct {
	gallery.Spot
	Width  int    `json:"width"`
	Height int    `json:"height"`
	RGB    []byte `json:"rgb" doc:"base64: three bytes a pixel"`
}

// addLayouts adds what concerns one layout.
func (s *Server) addLayouts(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "map-layout", Method: http.MethodGet, Path: "/api/map/layout",
		Summary: "Say how well a layout keeps neighbours; only PCA is made at once, others must be there",
	}, func(ctx context.Context, in *LayoutQuery) (*answer[MapLayout], error) {
		l, err := s.maps.layout(ctx, in.Index, projection.Method(in.Method))
		if err != nil {
			return nil, s.problem(err)
		}
		return &answer[MapLayout]{MapLayout{*l, frameOf(l.Positions)}}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-positions", Method: http.MethodGet, Path: "/api/map/positions",
		Summary: "Where the members lie: 2 little-endian uint16 a row, in 65535ths of the layout's frame",
	}, func(ctx context.Context, in *struct {
		LayoutQuery
		Unfinished bool `query:"unfinished" doc:"of a layout that is being made, as far as it is; nothing where there is none"`
	}) (*rawAnswer, error) {
		if in.Unfinished {
			at := s.maps.unfinished(in.Index, projection.Method(in.Method))
			return &rawAnswer{"application/octet-stream", "no-store", quantised(at)}, nil
		}
		l, err := s.maps.layout(ctx, in.Index, projection.Method(in.Method))
		if err != nil {
			return nil, s.problem(err)
		}
		return &rawAnswer{"application/octet-stream", "no-cache", quantised(l.Positions)}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-jobs", Method: http.MethodGet, Path: "/api/map/jobs", Summary: "Say how far the layouts are that are being made",
	}, func(_ context.Context, in *struct {
		Index string `query:"index" required:"true" doc:"name of the index"`
	}) (*answer[[]MapJob], error) {
		return &answer[[]MapJob]{s.maps.jobsOf(in.Index)}, nil
	})
	type named struct {
		Body struct {
			Index  string `json:"index" doc:"name of the index"`
			Layout string `json:"layout" enum:"umap,tsne" doc:"how the members are laid out"`
			Again  bool   `json:"again,omitempty" doc:"also where the index file keeps one"`
		}
	}
	huma.Register(api, huma.Operation{
		OperationID: "map-lay-out", Method: http.MethodPost, Path: "/api/map/layout", Summary: "Lay out an index in the background, and keep it in the file",
	}, func(ctx context.Context, in *named) (*answer[MapJob], error) {
		job, err := s.maps.start(ctx, in.Body.Index, projection.Method(in.Body.Layout), in.Body.Again)
		return &answer[MapJob]{job}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-stop", Method: http.MethodPost, Path: "/api/map/stop", Summary: "Stop laying out",
	}, func(_ context.Context, in *named) (*answer[[]MapJob], error) {
		s.maps.stop(in.Body.Index, projection.Method(in.Body.Layout))
		return &answer[[]MapJob]{s.maps.jobsOf(in.Body.Index)}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "map-spot", Method: http.MethodGet, Path: "/api/map/spot", Summary: "Paint the face of a place where no member lies",
	}, func(ctx context.Context, in *struct {
		LayoutQuery
		X float32 `query:"x" required:"true" doc:"in the layout"`
		Y float32 `query:"y" required:"true" doc:"in the layout"`
	}) (*answer[MapSpot], error) {
		if in.X-in.X != 0 || in.Y-in.Y != 0 {
			return nil, s.problem(bad("x and y: expected finite numbers"))
		}
		l, err := s.maps.layout(ctx, in.Index, projection.Method(in.Method))
		if err != nil {
			return nil, s.problem(err)
		}
		g, release, err := s.work.Gallery(ctx, in.Index)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		if !g.Decodes() {
			return nil, s.problem(bad(in.Index + " was made by a finder, which paints no faces"))
		}
		var spot *gallery.Spot
		err = s.queue.do(ctx, func(ctx context.Context) (err error) { spot, err = g.Spot(ctx, l, in.X, in.Y); return })
		if err != nil {
			return nil, s.problem(err)
		}
		return &answer[MapSpot]{MapSpot{*spot, spot.Picture.W, spot.Picture.H, spot.Picture.Pix}}, nil
	})
}

// frameOf returns the square around positions: left, bottom, side.
func frameOf(at []float32) [3]float32 {
	left, right, bottom, top := at[0], at[0], at[1], at[1]
	for i := 0; i < len(at); i += 2 {
		left, right = min(left, at[i]), max(right, at[i])
		bottom, top = min(bottom, at[i+1]), max(top, at[i+1])
	}
	side := max(right-left, top-bottom)
	if side == 0 {
		side = 1
	}
	return [3]float32{(left + right - side) / 2, (bottom + top - side) / 2, side}
}

// quantised returns positions in 65535ths of their frame.
func quantised(at []float32) []byte {
	if len(at) == 0 {
		return []byte{}
	}
	f := frameOf(at)
	out := make([]byte, 0, 2*len(at))
	for i, v := range at {
		q := uint16(min(max((v-f[i%2])/f[2], 0), 1)*65535 + 0.5)
		out = append(out, byte(q), byte(q>>8))
	}
	return out
}
