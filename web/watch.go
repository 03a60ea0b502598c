package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"likeness/recipe"
	"likeness/runs"
)

// Runs are the trainings of the folder.
type Runs struct {
	Runs []runs.Info `json:"runs"`
	// Server is another one after the program was started anew.
	Server string `json:"server"`
	// Closed: no training can be started here, the page belongs to one that was started in a terminal.
	Closed bool `json:"closed,omitempty"`
}

// TrainingForm is what a form to start a training begins with.
type TrainingForm struct {
	Quick TrainingKind   `json:"quick"` // drawn faces, and few of them
	Kinds []TrainingKind `json:"kinds"`
}

// TrainingKind is a kind of training with its usual options.
type TrainingKind struct {
	Kind    string         `json:"kind"`
	Title   string         `json:"title"`
	About   string         `json:"about"`
	Options recipe.Options `json:"options"`
}

// Command is a line for a terminal.
type Command struct {
	Command string `json:"command"`
}

// Started names a run that was started.
type Started struct {
	Run string `json:"run"`
}

// runName names a run.
type runName struct {
	Run string `query:"run" required:"true" doc:"name of the run's model file"`
}

// runID returns the id of a run. The name of its checkpoint stands for it, too.
func runID(name string) string { return strings.TrimSuffix(name, ".checkpoint") }

func (s *Server) addWatch(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "runs", Method: http.MethodGet, Path: "/api/runs", Summary: "List the trainings of the folder",
	}, func(context.Context, *struct{}) (*answer[Runs], error) {
		list, _ := s.runs.List()
		return &answer[Runs]{Runs{list, s.boot, s.runs.Closed()}}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "run", Method: http.MethodGet, Path: "/api/run", Summary: "Say what is known of a training",
	}, func(_ context.Context, in *runName) (*answer[runs.Info], error) {
		i, err := s.runs.Info(runID(in.Run))
		return &answer[runs.Info]{i}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "training-form", Method: http.MethodGet, Path: "/api/runs/form", Summary: "Say what a new training begins with",
	}, func(context.Context, *struct{}) (*answer[TrainingForm], error) {
		return &answer[TrainingForm]{s.trainingForm()}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "train-command", Method: http.MethodPost, Path: "/api/runs/command", Summary: "Say which command trains with some options",
	}, func(_ context.Context, in *struct{ Body recipe.Options }) (*answer[Command], error) {
		args, err := TrainCommand(in.Body)
		return &answer[Command]{Command{commandLine(args...)}}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "train", Method: http.MethodPost, Path: "/api/runs", Summary: "Start a training", DefaultStatus: http.StatusCreated,
	}, func(_ context.Context, in *struct{ Body recipe.Options }) (*answer[Started], error) {
		o, err := settleTraining(in.Body)
		if err != nil {
			return nil, s.problem(err)
		}
		id, err := s.runs.Start(o)
		return &answer[Started]{Started{id}}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "train-drawn", Method: http.MethodPost, Path: "/api/runs/drawn", Summary: "Train on drawn faces, under a name that is free", DefaultStatus: http.StatusCreated,
	}, func(context.Context, *struct{}) (*answer[Started], error) {
		id, err := s.runs.Start(s.trainingForm().Quick.Options)
		return &answer[Started]{Started{id}}, s.problem(err)
	})
	for _, a := range []struct {
		name, summary string
		act           func(string) error
	}{
		{"pause", "Pause a training; its checkpoint is kept", s.runs.Pause},
		{"resume", "Let a training go on", s.runs.Resume},
		{"stop", "End a training and save what it has learned", s.runs.Stop},
	} {
		huma.Register(api, huma.Operation{
			OperationID: a.name + "-run", Method: http.MethodPost, Path: "/api/runs/" + a.name, Summary: a.summary,
		}, func(_ context.Context, in *runName) (*answer[runs.Info], error) {
			if err := a.act(runID(in.Run)); err != nil {
				return nil, s.problem(err)
			}
			i, err := s.runs.Info(runID(in.Run))
			return &answer[runs.Info]{i}, s.problem(err)
		})
	}
	huma.Register(api, huma.Operation{
		OperationID: "run-faces", Method: http.MethodGet, Path: "/api/runs/faces", Summary: "Show the faces of a training after an epoch: raw RGB, one picture behind the other",
	}, func(_ context.Context, in *struct {
		Run   string `query:"run" required:"true" doc:"name of the run's model file"`
		Show  string `query:"show" enum:"epoch,given,wanted" default:"epoch" doc:"the faces as the model returns them, as it is given them, or as it should return them"`
		Epoch int    `query:"epoch" minimum:"0" doc:"the epoch; 0: before the first step"`
	}) (*rawAnswer, error) {
		pictures, err := s.runs.Faces(runID(in.Run), in.Epoch)
		switch in.Show {
		case "given":
			pictures, err = s.runs.Given(runID(in.Run))
		case "wanted":
			pictures, err = s.runs.Wanted(runID(in.Run))
		}
		return &rawAnswer{"application/octet-stream", "no-store", pictures}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "run-events", Method: http.MethodGet, Path: eventsPath,
		Summary:     "Follow a training by server-sent events, and the list of all trainings",
		Description: "Events of the kinds of runs.Event, with ids: a page that connects again gets what it has missed. An event 'runs' without an id has the list of all trainings.",
		Responses:   map[string]*huma.Response{"200": {Description: "events without an end", Content: map[string]*huma.MediaType{"text/event-stream": {}}}},
	}, func(_ context.Context, in *struct {
		Run string `query:"run" doc:"name of the run, which need not be there yet; empty: the list of all alone"`
	}) (*huma.StreamResponse, error) {
		return s.streamAnswer(func(e *events, last int64) error { return s.tellRun(e, runID(in.Run), last) }), nil
	})
}

// tellRun sends the events of a run after the last one that a page has seen, and the list of all runs as it changes.
func (s *Server) tellRun(e *events, id string, last int64) error {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	listed := make(<-chan struct{})
	first, ending := true, false
	for {
		if first || closed(listed) {
			first = false
			var list []runs.Info
			list, listed = s.runs.List()
			if err := e.send(s, 0, "runs", Runs{list, s.boot, s.runs.Closed()}); err != nil {
				return err
			}
		}
		var more <-chan struct{}
		if id != "" {
			events, next, err := s.runs.After(id, last)
			if err != nil && !errors.Is(err, runs.ErrUnknown) {
				return err
			}
			for _, event := range events {
				if err := e.send(s, event.ID, string(event.Kind), event); err != nil {
					return err
				}
				last = event.ID
			}
			more = next
		}
		if ending {
			return nil
		}
		select {
		case <-more:
		case <-listed:
		case <-tick.C:
			if err := e.beat(); err != nil {
				return err
			}
		case <-e.gone:
			return nil
		case <-s.ctx.Done():
			ending = true // what has happened until now is still told
		}
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// trainingForm returns the kinds of trainings, each with a name for its model that is free.
func (s *Server) trainingForm() TrainingForm {
	kind := func(name, title, about, file string, o recipe.Options) TrainingKind {
		o.Out = s.runs.FreeName(file, o.Code)
		return TrainingKind{name, title, about, o}
	}
	form := TrainingForm{Quick: kind("conv", "Drawn faces", "", "drawn", quickTraining())}
	for _, k := range []struct{ recipe, file, title, about string }{
		{"conv", "conv", "Convolutional autoencoder", "The tutorial's: four convolutions down to a code and four back."},
		{"residual", "residual", "Residual autoencoder", "The best of this program with as many numbers: begins as exact PCA and learns what that leaves over. Slower."},
		{"pca", "pca", "Linear autoencoder", "At best it finds what exact PCA finds."},
		{"denoise", "denoise", "Denoiser with a code", "The tutorial's: learns to restore noisy pictures through a code."},
		{"denoiser", "denoiser", "Denoiser without a code", "The better denoiser, for pictures of any size. Slow."},
	} {
		r, _ := recipe.Named(k.recipe)
		form.Kinds = append(form.Kinds, kind(k.recipe, k.title, k.about, k.file, r.Options()))
	}
	return form
}
