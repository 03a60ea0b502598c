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
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if data.W != m.Prep.W || data.H != m.Prep.H {
		return nil, fmt.Errorf("pictures of %dx%d for a model of %dx%d", data.W, data.H, m.Prep.W, m.Prep.H)
	}
	known, _ := ctx.Value(knownKey{}).(*knownCodes)
	codes := make([]float32, len(rows)*m.Code)
	var missing []int // places in rows
	for i, row := range rows {
		if code := known.get(m, data, row); code != nil {
			copy(codes[i*m.Code:], code)
			continue
		}
		missing = append(missing, i)
	}
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
			code := codes[i*m.Code:][:m.Code]
			copy(code, some[k*m.Code:])
			known.put(m, data, rows[i], code)
		}
	}
	return codes, nil
}

// RememberCodes returns a context under which Codes encodes each picture of a set once,
// for a request that asks for the same codes several times. Model and set must not change
// meanwhile.
func RememberCodes(ctx context.Context) context.Context {
	return context.WithValue(ctx, knownKey{}, &knownCodes{codes: map[knownCode][]float32{}})
}

// knownKey is the key of a context's codes.
type knownKey struct{}

// knownCodes are codes that were encoded already; nil remembers nothing.
type knownCodes struct {
	mu    sync.Mutex
	codes map[knownCode][]float32
}

type knownCode struct {
	model *autoencoder.Model
	data  *faces.Set
	row   int
}

func (k *knownCodes) get(m *autoencoder.Model, data *faces.Set, row int) []float32 {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.codes[knownCode{m, data, row}]
}

func (k *knownCodes) put(m *autoencoder.Model, data *faces.Set, row int, code []float32) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.codes[knownCode{m, data, row}] = append([]float32(nil), code...)
}
