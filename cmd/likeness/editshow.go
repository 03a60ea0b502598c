package main

import (
	"fmt"
	"io"
	"strings"

	"likeness/cmd/likeness/internal/console"
	"likeness/latent"
	"likeness/report"
)

// mostNamed is how many changes are written out beneath a frame.
const mostNamed = 4

// editStrips are the rows of the figure, one for each face.
func editStrips(r *latent.EditResult, pictures []latent.Face) []report.Edit {
	var strips []report.Edit
	for i, face := range r.Images {
		strip := report.Edit{Picture: pictures[i].Picture, Title: title(face.Image)}
		for _, f := range face.Frames {
			strip.Frames = append(strip.Frames, f.Picture)
			strip.Captions = append(strip.Captions, editCaption(r, f)+farCaption(r, f))
			strip.Far = append(strip.Far, f.IsFar)
		}
		strips = append(strips, strip)
	}
	return strips
}

// editCaption lists the changes of a frame, or its share of them where there are too
// many.
func editCaption(r *latent.EditResult, f latent.EditFrame) string {
	switch {
	case f.Share == 0:
		return "as it is"
	case len(r.Changes) <= mostNamed:
		var lines []string
		for _, c := range r.Changes {
			lines = append(lines, c.Name+" "+signed(f.Share*c.By))
		}
		return strings.Join(lines, "\n")
	}
	return strings.Replace(fmt.Sprintf("%.0f %%", 100*f.Share), "-", "−", 1)
}

// farCaption says why a frame is far from the data, in further lines.
func farCaption(r *latent.EditResult, f latent.EditFrame) string {
	why := ""
	if f.Distant {
		why += fmt.Sprintf("\n%.1f sd, far", f.Distance)
	}
	switch {
	case len(r.Changes) == 1 && len(f.Beyond) > 0 && f.Beyond[0] == r.Changes[0].Name:
		why += strings.Replace(fmt.Sprintf("\nscore %+.1f, far", f.Scores[0]), "-", "−", 1)
	case len(f.Beyond) == 1: // of several: their names are too long for here
		why += "\na score, far"
	case len(f.Beyond) > 1:
		why += "\nscores, far"
	}
	return why
}

func printEdit(w io.Writer, r *latent.EditResult) {
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
	console.Table(w, "", lines)
	if len(r.Held) > 0 {
		fmt.Fprintf(w, "held: %s\n", strings.Join(r.Held, ", "))
	}
	if along := largeSideEffects(r.SideEffects, 4); along != "" {
		fmt.Fprintf(w, "taken along: %s\n", along)
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
		for _, d := range r.Judged {
			if beyond[d.Name] {
				usual += fmt.Sprintf(", at %s to %s in %s", signed(d.Usual.Low), signed(d.Usual.High), d.Name)
			}
		}
		fmt.Fprintf(w, "%s far from the data: 99 %% of the training codes lie within %.2f of their mean%s\n", count(frames, "frame"), r.Far, usual)
	}
	fmt.Fprintln(w, strings.Join(r.Files, "\n"))
}

// largeSideEffects lists the side effects of 0.3 standard deviations and more among the first
// few.
func largeSideEffects(effects []latent.SideEffect, most int) string {
	var list []string
	for _, d := range effects[:min(len(effects), most)] {
		if d.By*d.By >= 0.3*0.3 {
			list = append(list, d.Name+" "+signed(d.By))
		}
	}
	return strings.Join(list, ", ")
}
