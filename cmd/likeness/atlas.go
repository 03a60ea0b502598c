package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/latent"
	"likeness/latent/judge"
)

// atlasFlags say where the atlas of a model comes from.
type atlasFlags struct {
	file    string // an atlas
	data    dataset.Name
	own     latent.Own
	threads int
}

func (f *atlasFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "atlas", "", "an atlas `file` made by 'likeness directions' (default MODEL with "+latent.Suffix+" if it exists)")
	addDataFlags(c, &f.data, "the model's training data")
	console.AddThreads(c, &f.threads)
	c.MarkFlagsMutuallyExclusive("atlas", "data")
	c.MarkFlagsMutuallyExclusive("atlas", "attributes")
	console.Complete(c, "atlas", console.FilesOf(console.ModelNames))
}

// addTags adds the flags for the user's own attributes.
func (f *atlasFlags) addTags(c *cobra.Command) {
	c.Flags().StringVar(&f.own.Tags, "tags", "", "attributes of your own pictures: a CSV `file` whose header is 'picture' and names, each line a picture's path, relative to the file's folder, and 1, 0 or nothing for each")
	c.Flags().StringVar(&f.own.With, "with", "", "or two folders of your own pictures: a `folder` of those with an attribute")
	c.Flags().StringVar(&f.own.Without, "without", "", "and a `folder` of those without it")
	c.Flags().StringVar(&f.own.Name, "name", "", "the attribute's `name` (default the folder's)")
	c.MarkFlagsRequiredTogether("with", "without")
	console.Complete(c, "tags", console.FilesOf([]string{"csv"}))
}

// check finds wrong flags before anything is read.
func (f *atlasFlags) check() error {
	if f.own.Name != "" && f.own.With == "" {
		return console.Usagef("--name %s: it is for --with and --without", f.own.Name)
	}
	if f.own.With == "" {
		return nil
	}
	var found [2]os.FileInfo
	for i, folder := range []string{f.own.With, f.own.Without} {
		var err error
		if found[i], err = os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return console.Usagef("--%s %s: there is no such folder", []string{"with", "without"}[i], folder)
		} else if err != nil {
			return err
		}
	}
	if os.SameFile(found[0], found[1]) {
		return console.Usagef("--with %s and --without %s are the same folder: expected two that differ in something", f.own.With, f.own.Without)
	}
	return nil
}

// named reports whether the flags name pictures to fit an atlas to.
func (f *atlasFlags) named() bool { return f.data.Source != "" || f.data.Attributes != "" }

// atlas opens or fits the atlas of a model. need says what it must have; with optional
// it is nil where there is none and no pictures are named.
func (a *app) atlas(ctx context.Context, path string, m *autoencoder.Model, f *atlasFlags, need latent.Source, optional bool) (*latent.Atlas, error) {
	p := a.Progress()
	defer p.Clear()
	need.Model, need.File, need.Own, need.Threads, need.Progress = path, f.file, f.own, f.threads, p.Report()
	need.Framer = a.framer()
	need.Fresh, need.Optional = need.Fresh || f.named(), optional && !f.named()
	need.Pictures = func(ctx context.Context) (*dataset.Pictures, error) {
		return a.modelData(ctx, path, m, f.data, f.threads)
	}
	opened, err := latent.OpenOrFit(ctx, m, need)
	p.Clear()
	if err != nil {
		return nil, err
	}
	for _, set := range opened.Folders {
		a.noteSet(set)
	}
	a.Notes(opened.Notes)
	return opened.Atlas, nil
}

// knownAttributes adds to the error of an atlas without any attribute where they could
// come from.
func knownAttributes(err error) error {
	if errors.Is(err, latent.ErrNoAttributes) {
		return fmt.Errorf("%w: name them with --attributes, --tags, or --with and --without", err)
	}
	return err
}

// heldOut checks that --judge has pictures to judge by.
func heldOut(path string, d *dataset.Pictures) error {
	if d.Split == nil {
		return console.Usagef("--judge: %s is not what %s was trained on, so nothing is held out", d.Set.Source, path)
	}
	return nil
}

// judgeEdits lets a classifier of pixels judge edits of the model's test faces.
func (a *app) judgeEdits(ctx context.Context, path string, m *autoencoder.Model, d *dataset.Pictures) ([]latent.Verdict, error) {
	if err := heldOut(path, d); err != nil {
		return nil, err
	}
	if d.Set.Attributes == nil {
		return nil, console.Usagef("--judge: %s has no attributes to judge by: name their file with --attributes", d.Set.Source)
	}
	p := a.Progress()
	defer p.Clear()
	return judge.Edits(ctx, latent.NewCoder(m, d.Set), *d.Split, p.Report())
}

// signed prints a change with its sign and a true minus.
func signed(v float64) string {
	return strings.Replace(fmt.Sprintf("%+.2f", v), "-", "−", 1)
}
