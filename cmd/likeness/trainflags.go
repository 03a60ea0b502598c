package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/pix"
	"likeness/recipe"
)

// trainFlags is what the kinds of training share.
type trainFlags struct {
	kind string // the verb, such as "conv"
	arch string

	data  dataName
	split *splitPlan
	size  sizeFlag
	crop  cropFlag

	code, epochs, batch, threads int
	correct                      int
	jitterAsked, correctAsked    bool // by the command line, not by the recipe
	rate, warmup, average, decay float64
	mirror                       bool
	jitter                       float64
	comfort                      comfortFlags
	optimizer, schedule          choiceFlag
	precision                    choiceFlag
	seed                         uint64
	denoise                      denoiseFlags

	out, log        string
	resume, restart bool
}

// newTrainFlags are the flags of one of the verbs, set to its recipe.
func newTrainFlags(kind string) *trainFlags {
	r, ok := recipe.Named(kind)
	if !ok {
		panic("the tutorial has no model called " + kind)
	}
	f := &trainFlags{
		kind: kind, arch: r.Arch, code: r.Code, epochs: r.Epochs, batch: cmp.Or(r.Batch, hyper.DefaultBatch), rate: r.Rate,
		warmup: r.Warmup, average: r.Average, decay: r.Decay, mirror: r.Mirror, jitter: r.Jitter, correct: r.Correct,
		split: newSplitPlan(), size: sizeFlag{32, 32}, crop: cropFlag{auto: true},
		optimizer: newChoice(cmp.Or(r.Optimizer, hyper.Adamax), hyper.Optimizers()), schedule: newChoice(r.Schedule, hyper.Schedules()), precision: newPrecision(),
	}
	if g, ok := r.Corruption.(pix.Gaussian); ok {
		f.denoise.noise = noiseFlag{decimal(g.Sigma), decimal(g.Sigma)}
	}
	return f
}

// add adds them to the verb.
func (f *trainFlags) add(c *cobra.Command) {
	addDataFlags(c, &f.data, `"drawn"`)
	addSplitFlags(c, f.split)
	fl := c.Flags()
	fl.SortFlags = false
	fl.Var(&f.size, "size", "size of the model's pictures")
	fl.Var(&f.crop, "crop", "pixels cut off left and right, above and below; auto: 80 of LFW's 250x250, else the largest square")
	fl.IntVar(&f.code, "code", f.code, "numbers in a code")
	fl.IntVar(&f.epochs, "epochs", f.epochs, "passes over the training pictures")
	fl.IntVar(&f.batch, "batch", f.batch, "pictures in a step")
	addChoice(c, &f.optimizer, "optimizer", "how the weights move: each by itself, or those of a layer as a matrix, whose steps take longer")
	fl.Float64Var(&f.rate, "lr", f.rate, "learning rate of the optimizer")
	addChoice(c, &f.schedule, "schedule", "how the learning rate changes over the run")
	fl.Float64Var(&f.warmup, "warmup", f.warmup, "steps in which the rate rises to --lr before that, or their share of the run, below 1")
	fl.BoolVar(&f.mirror, "mirror", f.mirror, "mirror half of the training pictures left to right, others in every epoch")
	fl.Float64Var(&f.jitter, "jitter", f.jitter, "move, turn and scale the training pictures by up to this times 4 % of their side, 3 degrees and 5 %, anew in every epoch; 0: not")
	fl.Float64Var(&f.decay, "decay", f.decay, "take this share of the weights, times the learning rate, away in every step, such as 0.05; 0: none")
	fl.Float64Var(&f.average, "average", f.average, "measure and keep a moving average of the weights that forgets at this rate per step, such as 0.999; 0: none")
	addPrecision(c, &f.precision)
	if f.kind == "denoise" {
		f.denoise.arch = choiceFlag{value: f.arch, choices: []string{f.arch, autoencoder.Residual}}
		f.denoise.add(c)
	}
	if f.kind != "denoise" {
		fl.IntVar(&f.correct, "correct", f.correct, "steps in which the finished encoder corrects its codes by what the painted picture lacks, after all errors of epochs were measured; 0: none")
	}
	f.comfort.add(c)
	fl.Uint64Var(&f.seed, "seed", 42, "seed of the weights, the order of the pictures and the noise")
	addThreads(c, &f.threads)
	fl.StringVar(&f.out, "out", "", fmt.Sprintf("the model `file` (default %s-CODE.safetensors)", f.kind))
	fl.BoolVar(&f.resume, "resume", false, "go on from OUT.checkpoint")
	fl.BoolVar(&f.restart, "restart", false, "start over: drop OUT.checkpoint, and replace OUT in the end")
	fl.StringVar(&f.log, "log", "", "append what happens to this `file`, one JSON object a line")
	complete(c, "out", filesOf(modelNames))
}
