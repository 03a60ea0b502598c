package evaluation_test

import (
	"fmt"

	"likeness/evaluation"
)

// A verdict is a value; its words follow from it.
func ExampleScore_Judge() {
	ours, pca := 0.009997, 0.010000
	score := evaluation.Score{Architecture: "conv", TestMSE: &ours, Baselines: evaluation.Baselines{PCA: &pca}}
	score.Judge()
	fmt.Println(score.Verdict.Kind, *score.WorthIt)
	fmt.Println(score.Verdict)
	// Output:
	// no_better false
	// Not worth it so far: no better than exact PCA with the same code size, which needs no training.
}
