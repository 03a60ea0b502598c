package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/train"
)

// Exit codes, as the help of the root says.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotSame     = 3
	exitInterrupted = 130
)

// app is one run of the program.
type app struct {
	*console.Console
	working bool // a command's own code has begun
	// faces finds faces; it is opened when it is first needed, from the file or name detector.
	faces    faces.Framer
	detector string
}

// run carries out one command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int { return runWith(nil, args, stdout, stderr) }

// runWith is run with another finder of faces.
func runWith(framer faces.Framer, args []string, stdout, stderr io.Writer) int {
	ctx, stop := console.Interruptible(stderr, exitInterrupted)
	defer stop()
	a := &app{Console: console.New(args, stdout, stderr), faces: framer}
	if err := kernel.Unavailable(); err != nil {
		a.Fail(strings.TrimPrefix(err.Error(), "kernel: "))
		return exitUsage
	}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(a.Out)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil || err == console.ErrReported || err == errNotSame || !a.JSON { // of JSON, there is the result or the error
		if failed := a.Flush(); failed != nil {
			err = errors.Join(failed, err)
		}
	}
	return a.finish(cmd, err)
}

// newRoot builds the whole tree of commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "likeness",
		Short: "Autoencoders for pictures of faces: train, search, denoise, morph",
		Long: `likeness trains autoencoders on pictures of faces and puts their codes to work.

An autoencoder squeezes a picture into a few numbers, its code, and makes a
picture of them again. Codes of similar faces lie close together, so they can
be searched and mixed. Everything runs on this machine; only 'data get' opens
a connection, 'train --log mlflow:' one to the server named there, and the location of
a collection (weaviate://, postgres://) one to its engine. Without --data, faces are
drawn, so nothing has to be downloaded.

Results go to stdout, everything else to stderr. With --json the result is one
JSON object; an error is {"error": "..."}.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 'same' has found two people, 130
interrupted.

Models come with the program; their names (detector, finder, denoiser, conv) stand
for them wherever a model file is expected.

Environment: LIKENESS_CACHE and LIKENESS_DATA are the folders of decoded
pictures and of downloads, LIKENESS_MODELS is a folder of models in place of
those that come with the program, LIKENESS_SIMD (amx, avx512, avx2, neon, none) forces
the vector instructions, NO_COLOR turns colours off. PGPASSWORD is the password of
PostgreSQL, WEAVIATE_API_KEY the key of Weaviate, WEAVIATE_API_KEY_FILE a file with it.`,
		Example: `  likeness index ~/Pictures                       describe the faces in a folder
  likeness search me.jpg                          find the most like
  likeness morph me.jpg you.jpg                   turn one into another
  likeness edit me.jpg --more Smiling             change what it shows
  likeness train conv                             learn drawn faces
  likeness reproduce                              all of the tutorial`,
		Version:       thisBuild().Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.JSON {
				return console.Usagef("expected a verb, such as 'likeness version --json'")
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(console.FlagError)
	root.SetVersionTemplate("likeness {{.Version}}\n")
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped 88 "))
	wanted := a.JSON // for errors of flags before this one
	root.PersistentFlags().BoolVar(&a.JSON, "json", false, "print one JSON object instead of text")
	a.JSON = wanted
	root.PersistentFlags().BoolVarP(&a.Quiet, "quiet", "q", false, "print no progress and no notes")
	root.PersistentFlags().StringVar(&a.detector, "detector", "", "find faces with this detector's `file` (default the one that comes with the program)")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddGroup(
		&cobra.Group{ID: "learn", Title: "Learn:"},
		&cobra.Group{ID: "use", Title: "Use a model:"},
		&cobra.Group{ID: "look", Title: "Look closer:"},
	)
	root.SetHelpCommandGroupID("look")
	root.SetCompletionCommandGroupID("look")
	for group, commands := range map[string][]*cobra.Command{
		"learn": {newReproduce(a), newData(a), newTrain(a), newEval(a), newDirections(a)},
		"use":   {newReconstruct(a), newDenoise(a), newAlign(a), newIndex(a), newEncode(a), newSearch(a), newSame(a), newCluster(a), newDupes(a), newMorph(a), newEdit(a), newSample(a), newExport(a), newImport(a), newServe(a)},
		"look":  {newInspect(a), newSummary(a), newCache(a), newConvTranspose(a), newBench(a), newVersion(a)},
	} {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Args, c.RunE = noSuchVerb, noSuchVerb
	}
	prepareRuns(a, root)
	return root
}

// prepareRuns marks where wrong usage ends and work begins: an error that
// comes before a command's own code is one of usage.
func prepareRuns(a *app, c *cobra.Command) {
	if work := c.RunE; work != nil {
		c.RunE = func(cmd *cobra.Command, args []string) error {
			a.working = true
			return work(cmd, args)
		}
	}
	for _, sub := range c.Commands() {
		prepareRuns(a, sub)
	}
}

// noSuchVerb refuses arguments of a command that only has sub-commands.
func noSuchVerb(cmd *cobra.Command, args []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	switch {
	case len(args) == 0 && cmd.HasParent():
		return fmt.Errorf("%s what? Expected one of %s", cmd.Name(), strings.Join(names, ", "))
	case len(args) == 0:
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2 // what cobra itself takes
	if close := cmd.SuggestionsFor(args[0]); len(close) > 0 {
		return fmt.Errorf("unknown command %q for %q: did you mean %s?", args[0], cmd.CommandPath(), strings.Join(close, " or "))
	}
	return fmt.Errorf("unknown command %q for %q, expected one of %s", args[0], cmd.CommandPath(), strings.Join(names, ", "))
}

// finish prints an error and returns the exit code.
func (a *app) finish(cmd *cobra.Command, err error) int {
	switch err {
	case nil:
		return exitDone
	case console.ErrReported:
		return exitFailed
	case errNotSame:
		return exitNotSame
	}
	var usage console.UsageError
	code := exitFailed
	switch {
	case errors.Is(err, train.ErrInterrupted), errors.Is(err, context.Canceled):
		code = exitInterrupted
	case errors.As(err, &usage), !a.working:
		code = exitUsage
	}
	text := console.PlainError(err)
	a.Fail(text)
	if code == exitUsage && !a.JSON {
		fmt.Fprintf(a.Err, "Try '%s --help'.\n", cmd.CommandPath())
	}
	return code
}
