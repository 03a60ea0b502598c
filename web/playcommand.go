package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"likeness/latent"
)

// commandRequest asks for the command that makes what a page shows.
type commandRequest struct {
	Verb     string   `json:"verb" enum:"edit,morph,sample"`
	Model    string   `json:"model" doc:"name of the model"`
	Pictures []string `json:"pictures,omitempty" maxItems:"8" doc:"files of the faces"`
	latent.Move
	Detail  bool    `json:"detail,omitempty" doc:"of the photograph"`
	Path    string  `json:"path,omitempty" enum:"line,likely"`
	Steps   int     `json:"steps,omitempty" minimum:"0" maximum:"200"`
	Loop    bool    `json:"loop,omitempty"`
	Number  int     `json:"number,omitempty" minimum:"0" maximum:"4096"`
	Spread  float64 `json:"spread,omitempty"`
	Seed    uint64  `json:"seed,omitempty"`
	Columns int     `json:"columns,omitempty"`
}

// MatchingCommand is a line for a terminal in the folder of the workspace.
type MatchingCommand struct {
	Line string `json:"line"` // "" where no command makes it
	Why  string `json:"why,omitempty"`
}

func (s *Server) addPlayCommand(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "play-command", Method: http.MethodPost, Path: "/api/play/command", Summary: "Return the command that makes the same",
	}, func(ctx context.Context, in *struct{ Body commandRequest }) (*answer[MatchingCommand], error) {
		c := playCommand(&in.Body)
		return &answer[MatchingCommand]{c}, nil
	})
}

// playCommand returns the command for what a page shows, where there is one.
func playCommand(r *commandRequest) MatchingCommand {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, p := range r.Pictures {
		if p == "" {
			return MatchingCommand{Why: "In the terminal faces come from picture files; this one does not."}
		}
	}
	words := []string{r.Verb, fileWord(r.Model)}
	switch r.Verb {
	case "sample":
		words = append(words, "-n", strconv.Itoa(r.Number), "--spread", number(r.Spread), "--seed", strconv.FormatUint(r.Seed, 10))
		if r.Columns > 0 {
			words = append(words, "--columns", strconv.Itoa(r.Columns))
		}
		words = append(words, "--out", "faces.png")
	case "morph":
		if len(r.Pictures) < 2 {
			return MatchingCommand{Why: "A morph needs two faces at least."}
		}
		for _, p := range r.Pictures {
			words = append(words, fileWord(p))
		}
		words = append(words, "--path", r.Path, "--steps", strconv.Itoa(max(r.Steps, 2)))
		if r.Loop {
			words = append(words, "--loop")
		}
		words = append(words, "--out", "morph.gif")
	default:
		switch {
		case len(r.Pictures) != 1:
			return MatchingCommand{Why: "The terminal changes the faces of picture files."}
		case len(r.Along) > 0:
			return MatchingCommand{Why: "The terminal moves attributes, not single numbers of a code."}
		case len(r.Wants) == 0:
			return MatchingCommand{Why: "Nothing is changed yet."}
		}
		words = append(words, fileWord(r.Pictures[0]))
		for _, w := range r.Wants {
			text := w.Name
			if w.Strength > 0 {
				text = fmt.Sprintf("%s=%s", w.Name, number(w.Strength))
			}
			flag := "--more"
			if w.Less {
				flag = "--less"
			}
			words = append(words, flag, listWord([]string{text}))
		}
		if len(r.Hold) > 0 {
			words = append(words, "--hold", listWord(r.Hold))
		}
		if r.Detail {
			words = append(words, "--detail")
		}
		words = append(words, "--picture", "face.png", "--out", "face.gif")
		if r.Steps > 1 {
			words = append(words, "--steps", strconv.Itoa(r.Steps))
		}
	}
	return MatchingCommand{Line: commandLine(words...)}
}
