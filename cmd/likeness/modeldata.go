package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/pix"
)

// modelData is the pictures that a verb works on with a trained model.
type modelData struct {
	set *faces.Set
	// split is that of the model's training, and name says how it was made;
	// nil when these are not the pictures that the model was trained on.
	split *faces.Split
	name  string
}

// modelData reads what the flags name, or what the model was trained on.
func (a *app) modelData(ctx context.Context, path string, m *autoencoder.Model, d dataName, threads int) (*modelData, error) {
	return a.trainedData(ctx, path, m.Prep, m.Training, d, threads)
}

// trainedData is modelData for whatever was trained and has its own
// preparation of pictures.
func (a *app) trainedData(ctx context.Context, path string, prep pix.Prep, t *autoencoder.Training, d dataName, threads int) (*modelData, error) {
	asked := d.source != ""
	if !asked {
		if t == nil {
			return nil, usagef("%s does not say what it was trained on: give --data", path)
		}
		trained := parseDataName(t.Data)
		d.source = trained.source
		if d.attributes == "" {
			d.attributes = trained.attributes
		}
	}
	if threads > 0 {
		runtime.GOMAXPROCS(threads)
	}
	if !asked {
		if err := d.stillThere(path + " was trained on"); err != nil {
			return nil, err
		}
	}
	set, err := a.load(ctx, d, prep, threads)
	if err != nil {
		return nil, err
	}
	out := &modelData{set: set}
	if t != nil && t.DataHash == set.Fingerprint {
		a.tellAgain(set)
	} else {
		a.tellSet(set)
	}
	if t == nil || t.DataHash != set.Fingerprint {
		if !asked {
			return nil, fmt.Errorf("%s is not what %s was trained on, or was trained on with --attributes: name the pictures with --data and --attributes", set.Source, path)
		}
		return out, nil
	}
	plan, err := parseSplit(t.Split)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	split, err := plan.split(set)
	if err != nil {
		return nil, err
	}
	if len(split.Train) != t.NTrain || len(split.Test) != t.NTest {
		return nil, fmt.Errorf("%s: the split %q gives %d and %d pictures, but the training had %d and %d", path, t.Split, len(split.Train), len(split.Test), t.NTrain, t.NTest)
	}
	out.split, out.name = &split, t.Split
	return out, nil
}

// stillThere finds out whether pictures are where they were when their name
// was put into a file. made says what was made of them, such as "m.safetensors
// was trained on".
func (d dataName) stillThere(made string) error {
	if _, _, drawn, err := d.drawn(); drawn || err != nil {
		return err
	}
	if _, err := faces.Find(d.source); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s %s, which is not here: say with --data where it is", made, d.source)
	}
	return nil
}
