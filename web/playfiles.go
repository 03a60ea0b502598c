package web

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"likeness/latent"
	"likeness/pix"
	"likeness/report"
)

// frameTime is how long each frame of an animation is shown, as in those of the program.
const frameTime = 150 * time.Millisecond

// fileAnswer is a file to keep.
type fileAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// attachment is an answer with a file of a name.
func attachment(name, kind string, body []byte) *fileAnswer {
	return &fileAnswer{kind, `attachment; filename="` + name + `"`, body}
}

func asPNG(m *pix.Image) (*bytes.Buffer, error) {
	var b bytes.Buffer
	err := m.WritePNG(&b)
	return &b, err
}

// asGIF returns frames as the program animates them.
func asGIF(name string, frames []*pix.Image) (*fileAnswer, error) {
	var b bytes.Buffer
	if err := pix.WriteGIF(&b, frames, frameTime); err != nil {
		return nil, err
	}
	return attachment(name, "image/gif", b.Bytes()), nil
}

// addPlayFiles adds what answers with files to keep.
func (s *Server) addPlayFiles(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "play-face-png", Method: http.MethodPost, Path: "/api/play/face.png", Summary: "Return a changed face as a PNG file",
	}, func(ctx context.Context, in *struct {
		Body struct {
			ShowRequest
			Scale int `json:"scale,omitempty" minimum:"1" maximum:"32" default:"1" doc:"pixels for each of the model's"`
		}
	}) (out *fileAnswer, err error) {
		err = s.drawing(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			shown, err := in.Body.show(ctx, d)
			if err != nil {
				return err
			}
			m := shown.Picture
			if in.Body.Scale > 1 {
				m = pix.Grid([]*pix.Image{m}, 1, in.Body.Scale, 0)
			}
			b, err := asPNG(m)
			out = attachment("face.png", "image/png", b.Bytes())
			return err
		})
		return out, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-face-gif", Method: http.MethodPost, Path: "/api/play/face.gif", Summary: "Return the way to a changed face as a GIF file",
		Description: "It is the animation of the verb edit.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			ShowRequest
			Steps int  `json:"steps,omitempty" minimum:"2" maximum:"60" default:"9"`
			Both  bool `json:"both,omitempty" doc:"begin at the opposite of the change"`
		}
	}) (out *fileAnswer, err error) {
		err = s.drawing(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			photograph, err := in.Body.photograph(d)
			if err != nil {
				return err
			}
			frames, err := d.Animate(ctx, in.Body.Code, in.Body.Move, in.Body.Steps, in.Body.Both, photograph)
			if err != nil {
				return err
			}
			out, err = asGIF("face.gif", report.MorphFrames([]report.Morph{{Frames: frames}}))
			return err
		})
		return out, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-morph-gif", Method: http.MethodPost, Path: "/api/play/morph.gif", Summary: "Return the way from face to face as a GIF file",
		Description: "It is the animation of the verb morph.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Model string      `json:"model" doc:"name of the model"`
			Codes [][]float32 `json:"codes" minItems:"2" maxItems:"8"`
			Path  string      `json:"path" enum:"line,likely"`
			Steps int         `json:"steps,omitempty" minimum:"2" maximum:"60" default:"13" doc:"from each face to the next"`
			Loop  bool        `json:"loop,omitempty" doc:"end with the first face again"`
		}
	}) (out *fileAnswer, err error) {
		err = s.drawing(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			r, err := d.Morph(ctx, make([]string, len(in.Body.Codes)), in.Body.Codes, latent.MorphOptions{Steps: in.Body.Steps, Path: in.Body.Path, Loop: in.Body.Loop})
			if err != nil {
				return err
			}
			var frames []*pix.Image
			for _, f := range r.Frames {
				frames = append(frames, f.Picture)
			}
			out, err = asGIF("morph.gif", report.WalkFrames(frames, in.Body.Loop))
			return err
		})
		return out, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-sheet-png", Method: http.MethodPost, Path: "/api/play/sheet.png", Summary: "Return new faces as a PNG file",
		Description: "It is the picture of the verb sample.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			SheetRequest
			Columns int `json:"columns,omitempty" minimum:"0" maximum:"256" doc:"faces in a row; 0: as many as rows"`
		}
	}) (out *fileAnswer, err error) {
		err = s.drawing(ctx, in.Body.Model, func(ctx context.Context, d *desk) error {
			_, pictures, err := in.Body.sheet(ctx, d)
			if err != nil {
				return err
			}
			const side = 96 // faces of the usual size are enlarged to about this, as by the verb
			b, err := asPNG(pix.Grid(pictures, in.Body.Columns, max(1, side/max(d.Model.Prep.W, d.Model.Prep.H)), 4))
			out = attachment("faces.png", "image/png", b.Bytes())
			return err
		})
		return out, s.problem(err)
	})
}

// drawing is decode for what takes more time than decoding.
func (s *Server) drawing(ctx context.Context, model string, work func(ctx context.Context, d *desk) error) error {
	return s.queue.do(ctx, func(ctx context.Context) error { return s.decode(ctx, model, work) })
}
