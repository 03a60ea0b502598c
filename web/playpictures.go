package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"likeness/latent"
	"likeness/pix"
)

// ShowRequest asks for a face as it looks after a move.
type ShowRequest struct {
	Model string    `json:"model" doc:"name of the model"`
	Code  []float32 `json:"code" doc:"of the face as it is"`
	// Photograph, three bytes a pixel, gives the face what its code does not hold of it.
	Photograph []byte `json:"photograph,omitempty"`
	latent.Move
}

// photograph returns the photograph of a request, nil where it has none.
func (r *ShowRequest) photograph(d *desk) (*pix.Image, error) {
	w, h := d.Model.Prep.W, d.Model.Prep.H
	switch len(r.Photograph) {
	case 0:
		return nil, nil
	case w * h * 3:
		return &pix.Image{W: w, H: h, Pix: r.Photograph}, nil
	}
	return nil, bad(fmt.Sprintf("a photograph of %d bytes, expected %d", len(r.Photograph), w*h*3))
}

// show paints the face that a request asks for.
func (r *ShowRequest) show(ctx context.Context, d *desk) (*latent.Shown, error) {
	photograph, err := r.photograph(d)
	if err != nil {
		return nil, err
	}
	return d.Show(ctx, r.Code, r.Move, photograph)
}

// blendRequest asks for a face between several.
type blendRequest struct {
	Model   string      `json:"model" doc:"name of the model"`
	Codes   [][]float32 `json:"codes" minItems:"1" maxItems:"8"`
	Weights []float64   `json:"weights" minItems:"1" maxItems:"8"`
	Path    string      `json:"path" enum:"line,likely" doc:"straight through the middle, or around it, where codes are likely"`
}

// SheetRequest asks for new faces.
type SheetRequest struct {
	Model  string  `json:"model" doc:"name of the model"`
	Number int     `json:"number" minimum:"1" maximum:"256" doc:"how many"`
	Spread float64 `json:"spread" minimum:"0" maximum:"4"`
	Seed   uint64  `json:"seed"`
}

// mendRequest asks for the face that fits pixels.
type mendRequest struct {
	Model string    `json:"model" doc:"name of the model"`
	Code  []float32 `json:"code" doc:"to begin from"`
	// Pixels are three bytes each, Weights a byte each: 0 for a pixel that is not known, 16 for one of the picture, more for
	// one that counts more.
	Pixels  []byte `json:"pixels"`
	Weights []byte `json:"weights"`
}

// wholeWeight is the weight of a pixel that counts once.
const wholeWeight = 16

const pictureAnswer = "The body is the picture, three bytes a pixel, row by row, and behind it JSON that describes it."

// Sheet describes new faces.
type Sheet struct {
	Places []string `json:"places"` // of the faces, as latent.Shown has them
}

// mostSheetBytes bounds the pictures of a sheet.
const mostSheetBytes = 32 << 20

// sheet draws and decodes the new faces that a request asks for.
func (r *SheetRequest) sheet(ctx context.Context, d *desk) (codes [][]float32, pictures []*pix.Image, err error) {
	if most := mostSheetBytes / d.Model.Values(); r.Number > most {
		return nil, nil, bad(fmt.Sprintf("%d faces at once: expected at most %d of this size", r.Number, most))
	}
	codes = d.Draw(r.Number, r.Spread, r.Seed)
	pictures, err = d.Pictures(ctx, codes...)
	return codes, pictures, err
}

// addPlayPictures adds what answers with pictures as pixels.
func (s *Server) addPlayPictures(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "play-show", Method: http.MethodPost, Path: "/api/play/show", Summary: "Change a face", Description: pictureAnswer,
	}, func(ctx context.Context, in *struct{ Body ShowRequest }) (out *rawAnswer, err error) {
		err = s.decode(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			shown, err := in.Body.show(ctx, d)
			if err != nil {
				return err
			}
			out, err = painted(shown, shown.Picture)
			return err
		})
		return out, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-blend", Method: http.MethodPost, Path: "/api/play/blend", Summary: "Mix faces", Description: pictureAnswer,
	}, func(ctx context.Context, in *struct{ Body blendRequest }) (out *rawAnswer, err error) {
		err = s.decode(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			shown, err := d.Blend(ctx, in.Body.Codes, in.Body.Weights, in.Body.Path)
			if err != nil {
				return err
			}
			out, err = painted(shown, shown.Picture)
			return err
		})
		return out, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-sheet", Method: http.MethodPost, Path: "/api/play/sheet", Summary: "Make new faces",
		Description: "The body is the pictures one behind the other, three bytes a pixel, row by row, and behind them JSON that describes them.",
	}, func(ctx context.Context, in *struct{ Body SheetRequest }) (out *rawAnswer, err error) {
		err = s.drawing(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			codes, pictures, err := in.Body.sheet(ctx, d)
			if err != nil {
				return err
			}
			sheet := Sheet{}
			for _, code := range codes {
				sheet.Places = append(sheet.Places, d.Atlas.Place(code).Word())
			}
			out, err = painted(sheet, pictures...)
			return err
		})
		return out, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-mend", Method: http.MethodPost, Path: "/api/play/mend", Summary: "Find the face that fits pixels", Description: pictureAnswer,
	}, func(ctx context.Context, in *struct{ Body mendRequest }) (out *rawAnswer, err error) {
		err = s.drawing(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			w, h := d.Model.Prep.W, d.Model.Prep.H
			if len(in.Body.Pixels) != w*h*3 || len(in.Body.Weights) != w*h {
				return bad(fmt.Sprintf("%d bytes of pixels and %d weights, expected %d and %d", len(in.Body.Pixels), len(in.Body.Weights), w*h*3, w*h))
			}
			want, weights := make([]float32, w*h*3), make([]float32, w*h)
			(&pix.Image{W: w, H: h, Pix: in.Body.Pixels}).Floats(want)
			for i, v := range in.Body.Weights {
				weights[i] = float32(v) / wholeWeight
			}
			code, err := d.Mend(ctx, in.Body.Code, want, weights)
			if err != nil {
				return err
			}
			shown, err := d.Show(ctx, code, latent.Move{}, nil)
			if err != nil {
				return err
			}
			out, err = painted(shown, shown.Picture)
			return err
		})
		return out, s.problem(err)
	})
}
