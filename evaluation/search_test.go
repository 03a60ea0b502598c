package evaluation_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/describe"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/pix"
	"likeness/search/quality"
)

func searchSet(t *testing.T, people int, prep pix.Prep, cache string) *faces.Set {
	t.Helper()
	set, err := dataset.Load(context.Background(), dataset.Drawn(people, 4), faces.Options{Prep: prep, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestSearch(t *testing.T) {
	cache := t.TempDir()
	small := pix.Prep{W: 16, H: 16, Auto: true}
	set := searchSet(t, 40, small, cache)
	m, err := autoencoder.New("pca", small, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []quality.Pair
	for i := range 40 {
		other := (i + 1) % 40
		pairs = append(pairs, quality.Pair{A: set.IDs[4*i], B: set.IDs[4*i+1], Same: true, Fold: i % 2},
			quality.Pair{A: set.IDs[4*i], B: set.IDs[4*other], Fold: i % 2})
	}
	for _, c := range []struct {
		name  string
		set   *faces.Set
		opt   evaluation.SearchOptions
		check func(r *evaluation.SearchScore) bool
	}{
		{"a model, both splits", set, evaluation.SearchOptions{Model: m, ModelFile: "m", Seed: 1, TestSize: 0.3}, func(r *evaluation.SearchScore) bool {
			return len(r.Splits) == 2 && strings.HasPrefix(r.Split, "person, test_size=0.3") && strings.HasPrefix(r.Splits[1].Split, "random") &&
				r.Code == "pca" && r.Model == "m" && !r.Aligned && r.PairsFrom == "drawn by seed" && r.Verification != nil && r.Space == "within-mirror" &&
				r.Splits[0].Story != nil && r.Splits[0].Agreement != nil && r.Hit1In[0] <= r.Hit1 && r.Hit1 <= r.Hit1In[1] && r.Examples == nil
		}},
		{"at random, with examples", set, evaluation.SearchOptions{Model: m, Splits: []string{dataset.ByRandom}, Seed: 1, TestSize: 0.3, Space: "euclidean", Examples: true}, func(r *evaluation.SearchScore) bool {
			x := r.Examples
			missed := float64(x.Missed) / float64(x.Queries)
			for _, list := range [][]evaluation.Example{x.MissedOnes, x.FoundOnes} {
				for i, e := range list {
					if len(e.Nearest) != 6 || e.Nearest[0].Row == e.Row || i > 0 && e.Number <= list[i-1].Number {
						return false
					}
				}
			}
			return len(r.Splits) == 1 && r.Space == "euclidean" && x.Queries == r.Queries && abs(1-missed-r.Hit1) < 1e-9 &&
				len(x.MissedOnes) <= 10 && len(x.FoundOnes) <= 5 && !x.MissedOnes[0].Nearest[0].Same && x.FoundOnes[0].Nearest[0].Same
		}},
		{"pairs of a list", set, evaluation.SearchOptions{Model: m, Splits: []string{dataset.ByPerson}, Space: "cosine", Pairs: pairs, PairsFrom: "pairs.txt"}, func(r *evaluation.SearchScore) bool {
			return r.PairsFrom == "pairs.txt" && r.Verification.Pairs == 80 && r.Verification.Folds == 2 && r.Accuracy == r.Verification.Accuracy
		}},
		{"validation", set, evaluation.SearchOptions{Model: m, Validation: 0.2}, func(r *evaluation.SearchScore) bool {
			return r.Verification == nil && r.PairsFrom == "" && strings.Contains(r.Split, "validation=0.2") && len(r.Notes) == 0
		}},
		{"the wide code, too few for alignment in pairs", searchSet(t, 24, describe.DefaultPrep(), cache), evaluation.SearchOptions{Splits: []string{dataset.ByRandom}, Seed: 1}, func(r *evaluation.SearchScore) bool {
			return r.Code == "wide" && r.Aligned && r.Verification == nil && len(r.Notes) == 1 && strings.HasPrefix(r.Notes[0].Text, "No pairs are measured: ")
		}},
	} {
		r, err := evaluation.Search(context.Background(), c.set, c.opt)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		text, err := json.Marshal(r)
		if err != nil || !c.check(r) || r.Data != c.set.Source {
			t.Errorf("%s: %s, %v, notes %v", c.name, text, err, r.Notes)
		}
		if c.opt.Model == nil {
			continue
		}
		c.opt.Threads = 1
		if one, err := evaluation.Search(context.Background(), c.set, c.opt); err != nil || !cmp.Equal(one, r) {
			t.Errorf("%s: one thread has another result: %v, %s", c.name, err, cmp.Diff(r, one))
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		opt  evaluation.SearchOptions
		want string
	}{
		{context.Background(), evaluation.SearchOptions{Model: m, TestSize: 2}, "test size of 2"},
		{context.Background(), evaluation.SearchOptions{Model: m, Splits: []string{"age"}}, `"age"`},
		{context.Background(), evaluation.SearchOptions{Model: m, Space: "odd"}, `space "odd"`},
		{context.Background(), evaluation.SearchOptions{Model: m, Pairs: []quality.Pair{{A: "Nobody_0001", B: "Nobody_0002"}}}, "such as Nobody_0001"},
		{ended, evaluation.SearchOptions{Model: m}, context.Canceled.Error()},
	} {
		if _, err := evaluation.Search(c.ctx, set, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one that says %q", err, c.want)
		}
	}
	if _, err := evaluation.Search(ended, set, evaluation.SearchOptions{Model: m}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func abs(x float64) float64 { return max(x, -x) }
