package search

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slowly is average linkage as its definition says.
func slowly(points []float32, width int, limit float64) []int {
	n := len(points) / width
	number := make([]int, n)
	for i := range number {
		number[i] = i
	}
	for {
		best, x, y := math.Inf(1), 0, 0
		for a := range n {
			for b := a + 1; b < n; b++ {
				sum, count := 0.0, 0.0
				for i := range n {
					for j := range n {
						if number[i] == a && number[j] == b {
							count++
							for k := range width {
								d := float64(points[i*width+k]) - float64(points[j*width+k])
								sum += d * d
							}
						}
					}
				}
				if count > 0 && sum/count < best {
					best, x, y = sum/count, a, b
				}
			}
		}
		if math.IsInf(best, 1) || best > limit*limit {
			return numbered(number)
		}
		for i := range number {
			if number[i] == y {
				number[i] = x
			}
		}
	}
}

func TestClusterIsAverageLinkage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, width = 24, 3
	points := make([]float32, n*width)
	for i := range points {
		points[i] = float32(rng.NormFloat64())
	}
	copy(points[:width], points[5*width:]) // two are equal
	for _, limit := range []float64{0, 0.5, 1, 1.5, 2, 3, math.Inf(1)} {
		merges, err := Cluster(context.Background(), points, width, limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(slowly(points, width, limit), Cut(n, merges, limit)); diff != "" {
			t.Errorf("within %g: %s", limit, diff)
		}
	}
	full, err := Cluster(context.Background(), points, width, math.Inf(1))
	if err != nil || len(full) != n-1 {
		t.Fatalf("%d merges, %v", len(full), err)
	}
	if diff := cmp.Diff(slowly(points, width, 1), Cut(n, full, 1)); diff != "" {
		t.Errorf("a cut of all merges: %s", diff)
	}
}

func TestClusterThreadsAndCancel(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	points := make([]float32, 1500*1024) // wide enough for several goroutines
	for i := range points {
		points[i] = float32(rng.NormFloat64() + float64(i/1024%5))
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, err := Cluster(context.Background(), points, 1024, 45)
	if err != nil || len(one) == 0 {
		t.Fatal(len(one), err)
	}
	runtime.GOMAXPROCS(4)
	four, err := Cluster(context.Background(), points, 1024, 45)
	if diff := cmp.Diff(one, four); diff != "" || err != nil {
		t.Error(err, diff)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Cluster(ctx, points, 1024, 45); err == nil {
		t.Error("no error of a context that has ended")
	}
	if _, err := Near(ctx, points, 1024, 1); err == nil {
		t.Error("Near: no error of a context that has ended")
	}
}

func TestNear(t *testing.T) {
	points := []float32{0, 10, 1, 20, 2, 10}
	got, err := Near(context.Background(), points, 1, 1)
	if diff := cmp.Diff([]int{0, 1, 0, 2, 0, 1}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// Odds fitted to two normal distributions are their likelihood ratio.
func TestOdds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var one, two []float64
	for range 20000 {
		one, two = append(one, 4+rng.NormFloat64()), append(two, 6+rng.NormFloat64())
	}
	o, err := FitOdds(one, two)
	if err != nil {
		t.Fatal(err)
	}
	// log N(x; 4, 1) - log N(x; 6, 1) = 10 - 2x
	if math.Abs(o.Intercept-10) > 0.3 || math.Abs(o.Slope+2) > 0.06 || math.Abs(o.Right-0.8413) > 0.01 {
		t.Errorf("got %+v", o)
	}
	if d := o.Distance(3); math.Abs(o.Of(d)-3) > 1e-9 {
		t.Errorf("odds at %g are %g", d, o.Of(d))
	}
	if o.Of(0) > 20000 || o.Of(1e9) < 1./20001 {
		t.Error("odds beyond the number of pairs")
	}
	if _, err := FitOdds(two, one); err == nil {
		t.Error("no error of odds that grow with the distance")
	}
	if _, err := FitOdds([]float64{1, 2}, []float64{100, 101}); err != nil {
		t.Error("pairs told apart perfectly:", err)
	}
}
