package judge

import (
	"context"
	"math"
	"slices"

	"likeness/internal/kernel"
	"likeness/latent"
	"likeness/parallel"
)

// Neighbours is the k of latent.Quality.
const Neighbours = 5

// Compare compares descriptions of new faces with those of held-out real faces and of
// training faces, width numbers each. It panics unless there are more than Neighbours
// new and real faces and a training face.
func Compare(ctx context.Context, made, real, trained []float32, width int) (latent.Quality, error) {
	q := latent.Quality{New: len(made) / width, Real: len(real) / width}
	if q.New <= Neighbours || q.Real <= Neighbours || len(trained) < width {
		panic("judge: Compare: too few faces")
	}
	realReach, err := reach(ctx, real, width)
	if err != nil {
		return q, err
	}
	madeReach, err := reach(ctx, made, width)
	if err != nil {
		return q, err
	}
	// For each new face how many real neighbourhoods it lies in.
	inside := make([]int, q.New)
	nearestOfReal := make([]float64, q.Real) // new face
	recalled := make([]bool, q.Real)
	if err := parallel.Each(ctx, q.New, func(i int) {
		for j, d := range distances(made[i*width:(i+1)*width], real) {
			if float64(d) <= realReach[j] {
				inside[i]++
			}
		}
	}); err != nil {
		return q, err
	}
	if err := parallel.Each(ctx, q.Real, func(j int) {
		nearestOfReal[j] = math.Inf(1)
		for i, d := range distances(real[j*width:(j+1)*width], made) {
			nearestOfReal[j] = min(nearestOfReal[j], float64(d))
			recalled[j] = recalled[j] || float64(d) <= madeReach[i]
		}
	}); err != nil {
		return q, err
	}
	for _, n := range inside {
		q.Precision += one(n > 0)
		q.Density += float64(n)
	}
	for j, d := range nearestOfReal {
		q.Recall += one(recalled[j])
		q.Coverage += one(d <= realReach[j])
	}
	q.Precision /= float64(q.New)
	q.Density /= float64(Neighbours * q.New)
	q.Recall /= float64(q.Real)
	q.Coverage /= float64(q.Real)
	err = copies(ctx, &q, made, real, trained, width)
	return q, err
}

// copies measures the distances to the training faces.
func copies(ctx context.Context, q *latent.Quality, made, real, trained []float32, width int) error {
	usual, err := nearest(ctx, real, trained, width)
	if err != nil {
		return err
	}
	got, err := nearest(ctx, made, trained, width)
	if err != nil {
		return err
	}
	slices.Sort(usual)
	slices.Sort(got)
	q.RealToTraining, q.ToTraining = math.Sqrt(usual[len(usual)/2]), math.Sqrt(got[len(got)/2])
	limit := usual[len(usual)/100]
	for _, d := range got {
		q.Copies += one(d < limit)
	}
	q.Copies /= float64(len(got))
	return nil
}

// distances returns the squared distances of a point to some rows.
func distances(point, rows []float32) []float32 {
	out := make([]float32, len(rows)/len(point))
	kernel.SquaredDistances(out, point, rows)
	return out
}

// reach returns the squared distance of each row to its k-th nearest other row.
func reach(ctx context.Context, rows []float32, width int) ([]float64, error) {
	out := make([]float64, len(rows)/width)
	err := parallel.Each(ctx, len(out), func(i int) {
		d := distances(rows[i*width:(i+1)*width], rows)
		d[i] = -1 // itself
		slices.Sort(d)
		out[i] = float64(d[Neighbours])
	})
	return out, err
}

// nearest returns the squared distance of each row to the nearest of others.
func nearest(ctx context.Context, rows, others []float32, width int) ([]float64, error) {
	out := make([]float64, len(rows)/width)
	err := parallel.Each(ctx, len(out), func(i int) {
		out[i] = float64(slices.Min(distances(rows[i*width:(i+1)*width], others)))
	})
	return out, err
}
