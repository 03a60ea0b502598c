package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
	"likeness/parallel"
)

// atlasSuffix stands behind a model's name in that of its atlas.
const atlasSuffix = ".atlas.safetensors"

// atlasPath is where a model's atlas lies unless told otherwise.
func atlasPath(model string) string {
	return strings.TrimSuffix(model, ".safetensors") + atlasSuffix
}

// atlasFlags say where what is known about a model's codes comes from.
type atlasFlags struct {
	file          string // an atlas
	data          dataName
	tags          string // a CSV of the user's own
	with, without string // folders
	name          string // of the attribute that they differ in
	threads       int
}

func (f *atlasFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "atlas", "", "an atlas `file` that 'likeness directions' has made (default MODEL with "+atlasSuffix+" where it is there)")
	addDataFlags(c, &f.data, "what the model was trained on")
	addThreads(c, &f.threads)
	c.MarkFlagsMutuallyExclusive("atlas", "data")
	c.MarkFlagsMutuallyExclusive("atlas", "attributes")
	complete(c, "atlas", filesOf(modelNames))
}

// addTags adds the flags for the user's own attributes.
func (f *atlasFlags) addTags(c *cobra.Command) {
	c.Flags().StringVar(&f.tags, "tags", "", "attributes of your own pictures: a CSV `file` whose header is 'picture' and names, each line a picture's path, from the file's folder, and 1, 0 or nothing for each")
	c.Flags().StringVar(&f.with, "with", "", "or two folders of your own pictures: a `folder` of those with an attribute")
	c.Flags().StringVar(&f.without, "without", "", "and a `folder` of those without it")
	c.Flags().StringVar(&f.name, "name", "", "the attribute's `name` (default the folder's)")
	c.MarkFlagsRequiredTogether("with", "without")
	complete(c, "tags", filesOf([]string{"csv"}))
}

// check finds wrong flags before anything is read.
func (f *atlasFlags) check() error {
	if f.name != "" && f.with == "" {
		return usagef("--name %s: it is for --with and --without", f.name)
	}
	if f.with == "" {
		return nil
	}
	var found [2]os.FileInfo
	for i, folder := range []string{f.with, f.without} {
		var err error
		if found[i], err = os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return usagef("--%s %s: there is no such folder", []string{"with", "without"}[i], folder)
		} else if err != nil {
			return err
		}
	}
	if os.SameFile(found[0], found[1]) {
		return usagef("--with %s and --without %s are the same folder: expected two that differ in something", f.with, f.without)
	}
	return nil
}

// wants says what an atlas is needed for.
type wants struct {
	mixture  bool
	only     []string // attributes; nil: all. They are not held against what is known
	whole    bool     // fit to all pictures, whatever lies beside the model
	optional bool     // nothing is fitted: nil where no atlas is there and no data named
}

// atlas opens or makes the atlas of a model, which has codes.
func (a *app) atlas(ctx context.Context, path string, m *autoencoder.Model, f *atlasFlags, w wants) (*latent.Atlas, error) {
	at, err := a.openAtlas(path, m, f, w)
	if err != nil {
		return nil, err
	}
	if at == nil {
		if w.optional && f.data.source == "" && f.data.attributes == "" {
			return nil, nil
		}
		d, err := a.modelData(ctx, path, m, f.data, f.threads)
		if err != nil {
			return nil, err
		}
		if at, err = a.survey(ctx, m, d, w); err != nil {
			return nil, err
		}
	}
	return at, a.learnTags(ctx, m, at, f, w.only)
}

// openAtlas opens the atlas that was named, or the one beside the model; nil
// where there is none, or where pictures were named to make another of.
func (a *app) openAtlas(path string, m *autoencoder.Model, f *atlasFlags, w wants) (*latent.Atlas, error) {
	file := f.file
	if file == "" {
		if w.whole || f.data.source != "" || f.data.attributes != "" {
			return nil, nil
		}
		file = atlasPath(path)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	at, err := latent.Open(file)
	if err == nil {
		if err = at.CheckModel(m.Fingerprint()); err != nil {
			err = fmt.Errorf("%s and %s: %w", file, path, err)
		}
	}
	switch {
	case err != nil && f.file == "":
		a.warn("%v; it is left alone", err)
		return nil, nil
	case err != nil:
		return nil, err
	case w.mixture && at.Mixture == nil && f.file == "":
		return nil, nil
	case w.mixture && at.Mixture == nil:
		return nil, fmt.Errorf("%s holds no mixture: 'likeness directions' makes atlases that do", file)
	}
	return at, nil
}

// survey makes an atlas of pictures: their training part, where the model was
// trained on them, else all of them.
func (a *app) survey(ctx context.Context, m *autoencoder.Model, d *modelData, w wants) (*latent.Atlas, error) {
	train, test := allRows(d.set), []int(nil)
	if d.split != nil {
		train, test = d.split.Train, d.split.Test
	}
	p := a.progress()
	defer p.clear()
	opt := latent.SurveyOptions{Progress: p.count}
	if w.mixture {
		opt.Mixture = &latent.MixtureOptions{Seed: atlasSeed}
	}
	if w.only != nil && d.set.Attributes != nil {
		opt.Fit.Only = []int{}
		for i, name := range d.set.Attributes.Names {
			for _, wanted := range w.only {
				if latent.SameName(name, wanted) {
					opt.Fit.Only = append(opt.Fit.Only, i)
				}
			}
		}
	}
	at, err := latent.Survey(ctx, m, d.set, train, test, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.set.Source, err)
	}
	at.Story.Split = d.name
	if w.only != nil && d.set.Attributes != nil {
		at.Story.Known = d.set.Attributes.Names
	}
	return at, nil
}

// atlasSeed is that of the mixtures in atlases.
const atlasSeed = 42

// learnTags adds the directions of the user's own pictures. asked are attributes
// that are looked up afterwards, which tells of those that were left out; where
// it is nil there was nothing to do but learn, and it fails if nothing was learned.
func (a *app) learnTags(ctx context.Context, m *autoencoder.Model, at *latent.Atlas, f *atlasFlags, asked []string) error {
	if f.tags == "" && f.with == "" {
		return nil
	}
	var left []latent.Left
	tagged := 0
	if f.tags != "" {
		names, more, err := a.learnCSV(ctx, m, at, f.tags)
		if err != nil {
			return err
		}
		tagged, left = tagged+names, append(left, more...)
	}
	if f.with != "" {
		more, err := a.learnFolders(ctx, m, at, f)
		if err != nil {
			return err
		}
		tagged, left = tagged+1, append(left, more...)
	}
	if asked == nil && len(left) == tagged {
		var reasons []string
		for _, l := range left {
			reasons = append(reasons, fmt.Sprintf("no direction for %s: %s", l.Name, l.Reason))
		}
		return errors.New(strings.Join(reasons, "\n"))
	}
	at.Story.Left = append(at.Story.Left, left...)
	for _, l := range left {
		lookedUp := slices.ContainsFunc(asked, func(name string) bool { return latent.SameName(name, l.Name) })
		if _, err := at.Direction(l.Name); lookedUp && err != nil {
			continue
		}
		a.warn("no direction for %s: %s", l.Name, l.Reason)
	}
	return nil
}

// learnCSV learns from a file of tags, which has so many names.
func (a *app) learnCSV(ctx context.Context, m *autoencoder.Model, at *latent.Atlas, path string) (names int, left []latent.Left, err error) {
	tags, err := faces.ReadTags(path)
	if err != nil {
		return 0, nil, bare(err)
	}
	x := make([]float32, len(tags.Pictures)*m.Values())
	failed := make([]error, len(tags.Pictures))
	err = parallel.Each(ctx, len(tags.Pictures), func(i int) {
		image, err := preparePicture(ctx, m.Prep, filepath.Join(filepath.Dir(path), filepath.FromSlash(tags.Pictures[i])))
		if err != nil {
			failed[i] = fmt.Errorf("%s, line %d: %w", path, tags.Lines[i], err)
			return
		}
		image.Floats(x[i*m.Values() : (i+1)*m.Values()])
	})
	if err := errors.Join(append(failed, err)...); err != nil {
		return 0, nil, err
	}
	codes, err := m.Encode(ctx, x)
	if err != nil {
		return 0, nil, err
	}
	left, err = at.Learn(ctx, codes, latent.Tagged{Names: tags.Names, Values: tags.Values}, latent.FitOptions{})
	return len(tags.Names), left, err
}

// learnFolders learns what the pictures of one folder have and those of another
// have not.
func (a *app) learnFolders(ctx context.Context, m *autoencoder.Model, at *latent.Atlas, f *atlasFlags) ([]latent.Left, error) {
	t := latent.Tagged{Names: []string{f.name}}
	if f.name == "" {
		t.Names[0] = filepath.Base(filepath.Clean(f.with))
	}
	var codes []float32
	for i, folder := range []string{f.without, f.with} {
		set, err := a.load(ctx, dataName{source: folder}, m.Prep, f.threads)
		if err != nil {
			return nil, err
		}
		a.tellSet(set)
		some, err := latent.Codes(ctx, m, set, allRows(set), nil)
		if err != nil {
			return nil, err
		}
		codes = append(codes, some...)
		for range set.Len() {
			t.Values = append(t.Values, float32(i))
		}
	}
	return at.Learn(ctx, codes, t, latent.FitOptions{})
}

// signed prints a change with its sign and a true minus.
func signed(v float64) string {
	return strings.Replace(fmt.Sprintf("%+.2f", v), "-", "−", 1)
}
