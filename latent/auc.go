package latent

import (
	"cmp"
	"math"
	"slices"
)

// AUC returns the area under the ROC curve, which is the probability that a picture
// with an attribute scores above one without it, ties counting half, and its standard
// error (Hanley and McNeil 1982). Both are NaN when all pictures are of one kind.
func AUC(scores []float64, has []bool) (auc, stderr float64) {
	if len(scores) != len(has) {
		panic("latent: AUC: scores and labels are not equally many")
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	ranks, with := 0.0, 0
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && scores[order[j]] == scores[order[i]] {
			j++
		}
		middle := float64(i+j+1) / 2 // ranks from 1, shared by ties
		for ; i < j; i++ {
			if has[order[i]] {
				ranks += middle
				with++
			}
		}
	}
	without := len(has) - with
	if with == 0 || without == 0 {
		return math.NaN(), math.NaN()
	}
	n, m := float64(with), float64(without)
	auc = (ranks - n*(n+1)/2) / (n * m)
	q1, q2 := auc/(2-auc), 2*auc*auc/(1+auc)
	v := auc*(1-auc) + (n-1)*(q1-auc*auc) + (m-1)*(q2-auc*auc)
	return auc, math.Sqrt(max(v, 0) / (n * m))
}
