package latent

import (
	"context"
	"fmt"
	"sync"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/progress"
)

// Codes returns the codes of rows of a set. It fails when the model has none, such as
// a denoiser without a bottleneck, when the pictures have another size than the
// model's, or when ctx ends.
func Codes(ctx context.Context, m *autoencoder.Model, data *faces.Set, rows []int, report progress.Func) ([]float32, error) {
	return NewCoder(m, data).Codes(ctx, rows, report)
}

// Coder encodes the pictures of one set with one model, each once: it keeps the codes
// that it has encoded, one for each picture of the set at most. Share one between calls
// that need the same codes. Model and set must not change while it is in use. It is for
// any number of goroutines.
type Coder struct {
	Model *autoencoder.Model
	Data  *faces.Set

	mu    sync.Mutex
	codes map[int][]float32 // by row
}

// NewCoder returns a coder that has encoded nothing yet.
func NewCoder(m *autoencoder.Model, data *faces.Set) *Coder {
	return &Coder{Model: m, Data: data, codes: map[int][]float32{}}
}

// Codes returns the codes of rows of the set. Its errors are those of the function Codes.
func (c *Coder) Codes(ctx context.Context, rows []int, report progress.Func) ([]float32, error) {
	m, data := c.Model, c.Data
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if data.W != m.Prep.W || data.H != m.Prep.H {
		return nil, fmt.Errorf("pictures of %dx%d for a model of %dx%d", data.W, data.H, m.Prep.W, m.Prep.H)
	}
	codes := make([]float32, len(rows)*m.Code)
	missing := c.copyKnown(codes, rows)
	batch := m.Piece()
	for first := 0; first < len(missing); first += batch {
		report.Report("Encoding faces", first, len(missing))
		places := missing[first:min(first+batch, len(missing))]
		list := make([]int, len(places))
		for k, i := range places {
			list[k] = rows[i]
		}
		some, err := m.Encode(ctx, data.AllFloats(list))
		if err != nil {
			return nil, err
		}
		for k, i := range places {
			copy(codes[i*m.Code:][:m.Code], some[k*m.Code:])
		}
		c.keep(list, some)
	}
	return codes, nil
}

// copyKnown copies the codes that are known to their places, and returns the other places.
func (c *Coder) copyKnown(codes []float32, rows []int) (missing []int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, row := range rows {
		if code, ok := c.codes[row]; ok {
			copy(codes[i*len(code):], code)
			continue
		}
		missing = append(missing, i)
	}
	return missing
}

// keep keeps the codes of rows.
func (c *Coder) keep(rows []int, codes []float32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.Model.Code
	for k, row := range rows {
		c.codes[row] = codes[k*n : (k+1)*n : (k+1)*n]
	}
}
