package judge

import (
	"context"
	"math"
	"slices"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Quality says how new faces lie among real ones, by euclidean distance between
// descriptions. A face's neighbourhood is the ball that reaches to its k-th
// nearest of its own kind.
//
// Precision and recall are those of Kynkaanniemi et al. 2019, density and
// coverage those of Naeem et al. 2020. Two sets of real faces score about k/(k+1)
// to 1, so a set of real faces belongs beside every number.
type Quality struct {
	New       int     `json:"new"`
	Real      int     `json:"real"`
	Precision float64 `json:"precision"` // share of new faces in some real face's neighbourhood
	Recall    float64 `json:"recall"`    // share of real faces in some new face's neighbourhood
	Density   float64 `json:"density"`   // real neighbourhoods that a new face lies in, beside k; 1 for real faces
	Coverage  float64 `json:"coverage"`  // share of real faces with a new one in their neighbourhood
	// ToTraining is the median distance of a new face to the nearest that was
	// trained on, RealToTraining that of a held-out real face.
	ToTraining     float64 `json:"to_training"`
	RealToTraining float64 `json:"real_to_training"`
	// Copies is the share of new faces that lie nearer to one that was trained on
	// than all but 1 % of the held-out real faces do: .01 where nothing is copied.
	Copies float64 `json:"copies"`
}

// Neighbours is the k of Quality.
const Neighbours = 5

// Compare judges descriptions of new faces by those of held-out real ones and of
// the ones that were trained on, width numbers each. There must be more than
// Neighbours new and real ones, and one that was trained on.
func Compare(ctx context.Context, made, real, trained []float32, width int) (Quality, error) {
	q := Quality{New: len(made) / width, Real: len(real) / width}
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
	return q, q.copies(ctx, made, real, trained, width)
}

// copies measures distances to the faces that were trained on.
func (q *Quality) copies(ctx context.Context, made, real, trained []float32, width int) error {
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

// distances are the squared distances of a point to some rows.
func distances(point, rows []float32) []float32 {
	out := make([]float32, len(rows)/len(point))
	kernel.SquaredDistances(out, point, rows)
	return out
}

// reach is the squared distance of each row to its k-th nearest other row.
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

// nearest is the squared distance of each row to the nearest of others.
func nearest(ctx context.Context, rows, others []float32, width int) ([]float64, error) {
	out := make([]float64, len(rows)/width)
	err := parallel.Each(ctx, len(out), func(i int) {
		out[i] = float64(slices.Min(distances(rows[i*width:(i+1)*width], others)))
	})
	return out, err
}
