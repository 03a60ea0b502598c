package main

import (
	"fmt"
	"io"

	"likeness/cmd/likeness/internal/console"
	"likeness/latent"
)

func printDirections(w io.Writer, r *latent.DirectionsResult) {
	if len(r.Detailed) > 0 {
		for _, d := range r.Detailed {
			rows := [][]string{{"one standard deviation of " + d.Name, "takes along"}}
			for _, effect := range d.SideEffects {
				rows = append(rows, []string{effect.Name, signed(effect.By)})
			}
			console.Table(w, "", rows)
			fmt.Fprintln(w)
		}
	} else if len(r.Directions) > 0 {
		console.Columns(w, "", directionRows(r), "AUC", "±", "have it", "gap", "right way", "flipped")
		fmt.Fprintln(w)
	}
	if n := r.NoBetter(); n > 0 && len(r.Detailed) == 0 {
		fmt.Fprintf(w, "chance: edits along %s were no better than random steps; 'likeness edit' warns of that\n", count(n, "direction"))
	}
	for _, l := range r.LeftOut {
		fmt.Fprintf(w, "no direction for %s: %s\n", l.Name, l.Reason)
	}
	if r.Atlas != "" {
		what := count(len(r.Directions), "direction")
		if m := r.Mixture; m != nil {
			what += fmt.Sprintf(" and a mixture of %s", count(m.Len(), "gaussian"))
		}
		fmt.Fprintf(w, "%s: %s, fitted to %s\n", r.Atlas, what, count(r.NTrain, "picture"))
	}
}

// directionRows is the table of directions.
func directionRows(r *latent.DirectionsResult) [][]string {
	head := []string{"attribute", "AUC", "±", "have it", "gap"}
	if r.Judged != nil {
		head = append(head, "right way", "flipped")
	}
	rows := [][]string{append(head, "takes along")}
	for _, d := range r.Directions {
		auc, stderr := fmt.Sprintf("~%.3f", d.CrossAUC), ""
		if d.HeldOut != nil {
			auc, stderr = fmt.Sprintf("%.3f", d.HeldOut.AUC), fmt.Sprintf("%.3f", d.HeldOut.StdErr)
		}
		share := 100 * float64(d.With) / float64(d.With+d.Without)
		row := []string{d.Name, auc, stderr, fmt.Sprintf("%.1f %%", share), fmt.Sprintf("%.2f", d.Gap)}
		if r.Judged != nil {
			right, flipped := "", ""
			if v := d.Judged; v != nil {
				right, flipped = twoShares(v.RightWay, v.RandomWay), twoShares(v.Flipped, v.RandomFlipped)
				if !v.HeldUp() {
					right = "chance: " + right
				}
			}
			row = append(row, right, flipped)
		}
		most := 2
		if r.Judged != nil { // to keep lines short
			most = 1
		}
		rows = append(rows, append(row, largeSideEffects(d.SideEffects, most)))
	}
	return rows
}

// twoShares is a share with that of chance in parentheses.
func twoShares(v, chance float64) string {
	return fmt.Sprintf("%.0f %% (%.0f)", 100*v, 100*chance)
}
