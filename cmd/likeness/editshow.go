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

	judged []*latent.Direction
}

// editedImage tells of one picture.
type editedImage struct {
	Image    string      `json:"image"`
	Scores   []editScore `json:"scores"`
	Before   float64     `json:"distance_before"` // from the mean code
	Distance float64     `json:"distance_after"`
	IsFar    bool        `json:"far"`
	Frames   []editFrame `json:"frames"`
}

// editFrame tells of one frame.
type editFrame struct {
	Share    float64 `json:"a"`        // of the change
	Distance float64 `json:"distance"` // from the mean code
	IsFar    bool    `json:"far"`      // from the data, by distance or by a score
	// Beyond are the changed attributes with scores that training codes do not have;
	// with asAWhole for that along the step of several.
	Beyond []string `json:"beyond,omitempty"`
	why    string   // IsFar: lines of a caption
}

type editScore struct {
	Name   string       `json:"name"`
	Before float64      `json:"before"`
	After  float64      `json:"after"`
	Usual  latent.Range `json:"usual"` // of 99 % of the training codes
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
		for _, d := range r.judged {
			if beyond[d.Name] {
				usual += fmt.Sprintf(", at %s to %s in %s", signed(d.Usual.Low), signed(d.Usual.High), d.Name)
			}
		}
		fmt.Fprintf(w, "%s far from the data: 99 %% of the training codes lie within %.2f of their mean%s\n", count(frames, "frame"), r.Far, usual)
	}
	fmt.Fprintln(w, strings.Join(r.Files, "\n"))
}
