package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/search/engine"
	"likeness/web"
	"likeness/workspace"
)

// serveFlags are the flags of 'serve'.
type serveFlags struct {
	addr, token string
	engines     []string // locations of collections
	threads     int
	log         console.Choice
}

func newServe(a *app) *cobra.Command {
	f := &serveFlags{log: console.NewChoice("none", []string{"none", "text", "json"})}
	c := &cobra.Command{
		Use:   "serve [FOLDER]",
		Short: "Watch, search and play in a browser",
		Long: `Open a folder, this one by default, in a browser: watch a training, search with a
click, pull a face by its numbers, see all faces on a map, sort people and copies.

Models, finders, indexes, atlases, checkpoints and reports in the folder are found by
what they are. There is no database: the terminal and the pages may be used side by side.
The models that come with the program are there in any folder.

The address is printed. Only this machine reaches it; --addr can open it to others, which
takes a --token. Traffic is not encrypted: beyond this machine put a proxy with TLS before
it. Ctrl-C ends it; trainings that it has begun are saved first.`,
		Example: `  likeness serve
  likeness serve ~/Pictures --addr 127.0.0.1:8080
  likeness serve --addr 0.0.0.0:8080 --token "$(openssl rand -hex 16)"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := "."
			if len(args) == 1 {
				folder = args[0]
			}
			if err := mistyped(folder); err != nil {
				return err
			}
			if engine.IsLocation(folder) {
				return console.Usagef("%s: expected a FOLDER; --engine takes a collection", folder)
			}
			return a.serve(cmd.Context(), folder, f)
		},
	}
	c.Flags().StringVar(&f.addr, "addr", "127.0.0.1:0", "the `address` to listen on; port 0 takes a free one")
	c.Flags().StringVar(&f.token, "token", "", "who knows this `text` may come in; needed where others reach the address")
	c.Flags().StringArrayVar(&f.engines, "engine", nil, "search this collection of an engine as well, such as weaviate://HOST:8080/faces; several times for several")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads that searches and the like take together (default all)")
	console.AddChoice(c, &f.log, "log", "log requests on stderr")
	return c
}

// serve opens a folder and serves it until ctx ends.
func (a *app) serve(ctx context.Context, folder string, f *serveFlags) (err error) {
	if f.token != "" && len(f.token) < 8 {
		return console.Usagef("--token: expected 8 characters or more")
	}
	var engines []engine.Location
	for _, text := range f.engines {
		at, err := engine.ParseLocation(text)
		if err != nil {
			return console.Usagef("--engine %w", err)
		}
		engines = append(engines, at)
	}
	l, err := web.Listen(f.addr, f.token)
	if err != nil {
		return console.Usagef("--addr %w", err)
	}
	calls := web.NewEngineMetrics()
	work, err := workspace.Open(folder, workspace.Options{Framer: a.framer(), Threads: f.threads, Engines: engines, Observe: calls.Observe})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, work.Close()) }()
	s, err := web.New(web.Options{Workspace: work, Token: f.token, Threads: f.threads, Log: a.logger(f.log.Value), Engines: calls})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if !a.Quiet {
		fmt.Fprintf(a.Err, "%s is open at\n\n  %s\n\nCtrl-C ends it.\n", filepath.Base(work.Folder()), s.Address(l))
	}
	return s.Serve(ctx, l)
}

// logger logs to stderr in a format, or warnings alone.
func (a *app) logger(format string) *slog.Logger {
	switch format {
	case "json":
		return slog.New(slog.NewJSONHandler(a.Err, nil))
	case "text":
		return slog.New(slog.NewTextHandler(a.Err, nil))
	}
	return slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
