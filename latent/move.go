package latent

import (
	"context"
	"fmt"
	"math"

	"likeness/pix"
)

// Move is what is done to a face: attributes are raised and lowered while others are held,
// as by an Editor, and then the code moves along single axes.
type Move struct {
	Wants []Want     `json:"wants,omitempty"`
	Hold  []string   `json:"hold,omitempty"`
	Along []AxisStep `json:"along,omitempty"`
}

// AxisStep is a step along an axis of white coordinates, which changes the scores of
// attributes too, also of those that are held.
type AxisStep struct {
	Axis int     `json:"axis"` // as in Axis
	By   float64 `json:"by"`   // standard deviations
}

// Shown is a face as it is shown.
type Shown struct {
	Code     []float32 `json:"code"`
	White    []float32 `json:"white"`    // its white coordinates, by the Whitening's axes
	Distance float64   `json:"distance"` // from the mean code, in standard deviations
	// Place is PlaceFar where the code is far from the data, by distance or by a score that
	// the move was along, PlaceAverage where it is nearer to the mean than 99 % of the
	// training codes, or empty.
	Place string `json:"place"`
	// Beyond are the changed attributes with scores that training codes do not have, or
	// AsAWhole.
	Beyond []string  `json:"beyond"`
	Scores []float32 `json:"scores"` // along the atlas's directions, in their order
	// TakesAlong are the largest side effects of the move's wishes on other scores.
	TakesAlong []SideEffect `json:"takes_along"`

	Picture *pix.Image `json:"-"`
}

// editor returns the Editor of the move's wishes, nil where there are none.
func (d *Desk) editor(move Move, steps int, both bool) (*Editor, error) {
	if len(move.Wants) == 0 {
		_, err := d.Atlas.Find(move.Hold)
		return nil, err
	}
	return newEditor(d.Model, d.Atlas, EditOptions{Wants: move.Wants, Hold: move.Hold, Steps: steps, Both: both})
}

// along returns the steps along axes as one step in white coordinates.
func (d *Desk) along(steps []AxisStep) ([]float32, error) {
	white := make([]float32, d.Atlas.Whitening.Width())
	for _, s := range steps {
		if s.Axis < 0 || s.Axis >= len(white) {
			return nil, fmt.Errorf("axis %d: expected 0 to %d", s.Axis, len(white)-1)
		}
		if !(math.Abs(s.By) <= largestNumber) {
			return nil, fmt.Errorf("axis %d by %g standard deviations", s.Axis, s.By)
		}
		white[s.Axis] += float32(s.By)
	}
	return white, nil
}

// Walk returns the codes on the way of a move, steps of them evenly from the face as it is,
// or with both from the opposite, to the moved one.
func (d *Desk) Walk(code []float32, move Move, steps int, both bool) ([][]float32, error) {
	codes, _, err := d.walk(code, move, steps, both)
	return codes, err
}

func (d *Desk) walk(code []float32, move Move, steps int, both bool) ([][]float32, *Editor, error) {
	if steps < 2 {
		return nil, nil, fmt.Errorf("%d steps, expected at least 2", steps)
	}
	if err := d.check(code); err != nil {
		return nil, nil, err
	}
	e, err := d.editor(move, steps, both)
	if err != nil {
		return nil, nil, err
	}
	axes, err := d.along(move.Along)
	if err != nil {
		return nil, nil, err
	}
	list := shares(steps, both)
	step := &Step{White: make([]float32, len(axes))}
	if e != nil {
		step = e.Step
	}
	codes := d.Atlas.Walk(code, step, list)
	if len(move.Along) > 0 {
		for i := range codes {
			codes[i] = d.Atlas.Walk(codes[i], &Step{White: axes}, list[i:i+1])[0]
		}
	}
	return codes, e, nil
}

// Animate paints the codes of Walk; for the photograph see Show.
func (d *Desk) Animate(ctx context.Context, code []float32, move Move, steps int, both bool, photograph *pix.Image) ([]*pix.Image, error) {
	codes, err := d.Walk(code, move, steps, both)
	if err != nil {
		return nil, err
	}
	if photograph == nil {
		return d.paint(ctx, nil, codes...)
	}
	frames, err := d.paint(ctx, photograph, append([][]float32{code}, codes...)...)
	if err != nil {
		return nil, err
	}
	return frames[1:], nil
}

// Show moves a face and paints it. It paints the bits that an Editor does for the same
// wishes; with the photograph of the face, which may be nil, those of one with Detail.
func (d *Desk) Show(ctx context.Context, code []float32, move Move, photograph *pix.Image) (*Shown, error) {
	codes, e, err := d.walk(code, move, 2, false)
	if err != nil {
		return nil, err
	}
	painted := codes[1:]
	if photograph != nil {
		painted = [][]float32{code, codes[1]}
	}
	code = codes[1]
	var judged []*Direction
	if e != nil {
		judged = e.judged
	}
	s := d.place(code, judged)
	if e != nil {
		s.TakesAlong = e.Step.SideEffects[:min(len(e.Step.SideEffects), mostListed)]
	}
	pictures, err := d.paint(ctx, photograph, painted...)
	if err != nil {
		return nil, err
	}
	s.Picture = pictures[len(pictures)-1]
	return s, nil
}

// place describes a code, judged along some directions.
func (d *Desk) place(code []float32, judged []*Direction) *Shown {
	p := d.Atlas.Place(code, judged...)
	s := &Shown{Code: code, White: d.Atlas.Whitening.White(code), Distance: p.Distance, Place: p.Word(), Beyond: []string{}, Scores: []float32{}, TakesAlong: []SideEffect{}}
	for _, b := range p.Beyond {
		s.Beyond = append(s.Beyond, b.Name)
	}
	for i := range d.Atlas.Directions {
		s.Scores = append(s.Scores, float32(d.Atlas.Directions[i].Score(s.White)))
	}
	return s
}
