package autoencoder

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"likeness/pix"
)

// small is a new convolutional model of small pictures, and some codes for it.
func small(t *testing.T, n int) (*Model, []float32) {
	t.Helper()
	m, err := New("conv", pix.Prep{W: 16, H: 16}, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	codes := make([]float32, n*m.Code)
	for i := range codes {
		codes[i] = float32(i*7919%101)/50 - 1
	}
	return m, codes
}

// However many callers come at once, and with however many codes, each gets the bits of
// Decode with its code alone.
func TestGathererDecodesAlike(t *testing.T) {
	m, codes := small(t, 120)
	g, err := NewGatherer(m, 2)
	if err != nil {
		t.Fatal(err)
	}
	var want []float32
	for code := range slices.Chunk(codes, m.Code) {
		one, err := m.Decode(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, one...)
	}
	if all, err := m.Decode(t.Context(), codes); err != nil || !slices.Equal(all, want) {
		t.Fatal("Decode of many codes has other bits than of each alone")
	}
	var wait sync.WaitGroup
	next := 0
	for i := 0; next < 120; i++ {
		first, last := next, min(next+1+i%11, 120)
		next = last
		wait.Go(func() {
			got, err := g.Decode(t.Context(), codes[first*m.Code:last*m.Code])
			if err != nil || !slices.Equal(got, want[first*m.Values():last*m.Values()]) {
				t.Errorf("codes %d to %d: other bits than alone, or %v", first, last, err)
			}
		})
	}
	wait.Wait()
}

// Codes of callers that wait are taken in turn, as many as a pass holds, and those of
// callers that left are not taken.
func TestGathererTakesTurns(t *testing.T) {
	m, codes := small(t, 12)
	g, err := NewGatherer(m, 1)
	if err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	call := func(ctx context.Context, n int) *gathered {
		return &gathered{ctx: ctx, codes: codes[:n*m.Code], left: n}
	}
	a, b, c, d := call(t.Context(), 12), call(t.Context(), 1), call(gone, 3), call(t.Context(), 2)
	g.waiting, g.running = []*gathered{a, b, c, d}, 1
	for _, want := range [][]picked{
		{{a, 0}, {b, 0}, {d, 0}, {a, 1}, {d, 1}, {a, 2}, {a, 3}, {a, 4}},
		{{a, 5}, {a, 6}, {a, 7}, {a, 8}, {a, 9}, {a, 10}, {a, 11}},
		nil,
	} {
		if got := g.pick(); !slices.Equal(got, want) {
			t.Errorf("picked %v, want %v", got, want)
		}
	}
	if g.running != 0 {
		t.Error("a pass without codes did not end")
	}
}

func TestGathererFails(t *testing.T) {
	m, codes := small(t, 1)
	g, err := NewGatherer(m, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Decode(ctx, codes); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if _, err := NewGatherer(&Model{}, 1); err == nil {
		t.Error("a model without a code has a gatherer")
	}
}
