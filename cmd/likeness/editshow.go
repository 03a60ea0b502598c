package main

import (
	"fmt"
	"io"
	"strings"

	"likeness/faces"
	"likeness/latent"
)

// editResult is what edit tells.
type editResult struct {
	Model   string          `json:"model"`
	Changes []latent.Change `json:"changes"`
	Held    []string        `json:"held"`
	Length  float64         `json:"length"`      // of the step
	Drags   []latent.Drag   `json:"takes_along"` // the largest first
	Far     float64         `json:"far_from"`    // distance beyond which a code is far from the data
	Images  []editedImage   `json:"images"`
	Skipped []faces.Skip    `json:"skipped"` // files of folders, without a usable picture
	Files   []string        `json:"files"`
}

func (r *editResult) print(w io.Writer) {
	head := []string{"picture"}
	for _, c := range r.Changes {
		head = append(head, c.Name)
	}
	lines := [][]string{append(head, "distance")}
	for _, p := range r.Images {
		row := []string{title(p.Image)}
		for _, s := range p.Scores {
			row = append(row, signed(s.Before)+" to "+signed(s.After))
		}
		end := fmt.Sprintf("%.2f to %.2f", p.Before, p.Distance)
		if p.IsFar {
			end += ", far"
		}
		lines = append(lines, append(row, end))
	}
	table(w, "", lines)
	var along []string
	for _, d := range r.Drags[:min(len(r.Drags), 4)] {
		if d.By*d.By >= 0.3*0.3 {
			along = append(along, d.Name+" "+signed(d.By))
		}
	}
	if len(r.Held) > 0 {
		fmt.Fprintf(w, "held: %s\n", strings.Join(r.Held, ", "))
	}
	if len(along) > 0 {
		fmt.Fprintf(w, "taken along: %s\n", strings.Join(along, ", "))
	}
	frames := 0
	beyond := map[string]bool{}
	for _, p := range r.Images {
		for _, f := range p.Frames {
			if f.IsFar {
				frames++
			}
			for _, name := range f.Beyond {
				beyond[name] = true
			}
		}
	}
	if frames > 0 {
		usual := ""
		for _, s := range r.Images[0].Scores {
			if beyond[s.Name] {
				usual += fmt.Sprintf(", at %s to %s in %s", signed(s.Usual.Low), signed(s.Usual.High), s.Name)
			}
		}
		fmt.Fprintf(w, "%s far from the data: 99 %% of the training codes lie within %.2f of their mean%s\n", count(frames, "frame"), r.Far, usual)
	}
	fmt.Fprintln(w, strings.Join(r.Files, "\n"))
}
