package recipe

import (
	"fmt"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/train"
)

// checkpointSuffix is added to the path of a model for that of its checkpoint.
const checkpointSuffix = ".checkpoint"

// Unfinished returns the options that go on from the checkpoint at path, with Resume set. It fails for the checkpoint of
// one of several seeds, and where the pictures are not to be found. Of opt, CacheDir and NoCache count.
func Unfinished(path string, c *train.Checkpoint, opt faces.Options) (Options, error) {
	var o Options
	out, ok := strings.CutSuffix(path, checkpointSuffix)
	if !ok || strings.Contains(out, ".seed-") {
		return o, fmt.Errorf("%s: only a checkpoint of one seed can be gone on from, at the path of its model with %s", path, checkpointSuffix)
	}
	t := c.Model.Training
	data, err := t.Find(path, "", dataset.PlacesOf(opt))
	if err != nil {
		return o, err
	}
	plan, err := dataset.ParseSplit(t.Split)
	if err != nil {
		return o, fmt.Errorf("%s: %w", path, err)
	}
	o = Options{
		Data: data, Split: plan, Prep: c.Model.Prep, Arch: c.Model.Arch, Code: c.Model.Code, Epochs: c.Epochs,
		Corruption: t.Corruption, Parameters: t.Parameters, Best: c.Best, TimeBudget: t.TimeBudget,
		Seeds: 1, Out: out, Resume: true,
	}
	if o.TimeBudget > 0 {
		o.Epochs = max(o.Epochs, 1)
	}
	return o, o.Check()
}
