package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/hyper"
	"likeness/nn"
	"likeness/recipe"
)

// trainFlags are the flags of a training verb. Numbers go to its options directly.
type trainFlags struct {
	verb string
	recipe.Options

	data                           dataset.Name
	split                          *splitFlags
	size                           sizeFlag
	crop                           cropFlag
	optimizer, schedule, precision console.Choice
	budget                         time.Duration
	denoise                        denoiseFlags

	findRate bool
	watch    bool
	curve    string
	logs     []string
}

// newTrainFlags returns the flags of one of the verbs, set to its recipe.
func newTrainFlags(verb string) *trainFlags {
	r, ok := recipe.Named(verb)
	if !ok {
		panic("there is no recipe called " + verb)
	}
	f := &trainFlags{
		verb: verb, Options: r.Options(), split: newSplitFlags(), size: sizeFlag{32, 32}, crop: faceCrop(), precision: newPrecision(),
	}
	f.optimizer, f.schedule = console.NewChoice(f.Optimizer, hyper.Optimizers()), console.NewChoice(f.Schedule, hyper.Schedules())
	f.Out = ""
	f.denoise.noise = noiseOf(r.Corruption)
	return f
}

// add adds the flags to the verb.
func (f *trainFlags) add(c *cobra.Command) {
	addDataFlags(c, &f.data, `"drawn"`)
	f.split.add(c)
	fl := c.Flags()
	fl.SortFlags = false
	fl.Var(&f.size, "size", "size of the model's pictures")
	fl.Var(&f.crop, "crop", "the part of a picture that is kept: the face (of LFW's 250x250 pixels the 90x90 in the middle), of pictures framed as LFW's too, the largest square, a rectangle, or what is left without N or DX,DY pixels at the sides")
	fl.IntVar(&f.Code, "code", f.Code, "numbers in a code")
	fl.IntVar(&f.Epochs, "epochs", f.Epochs, "passes over the training pictures")
	fl.IntVar(&f.Batch, "batch", f.Batch, "pictures in a step")
	console.AddChoice(c, &f.optimizer, "optimizer", "adamax (per weight) or muon (per weight matrix; slower steps)")
	fl.Float64Var(&f.Rate, "lr", f.Rate, "learning rate of the optimizer")
	console.AddChoice(c, &f.schedule, "schedule", "how the learning rate changes over the run")
	fl.Float64Var(&f.Warmup, "warmup", f.Warmup, "steps in which the rate first rises to --lr, or their share of the run, below 1")
	fl.BoolVar(&f.Mirror, "mirror", f.Mirror, "mirror half of the training pictures left to right, others in every epoch")
	fl.Float64Var(&f.Jitter, "jitter", f.Jitter, "move, rotate and scale the training pictures by up to this times 4 % of their side, 3 degrees and 5 %, anew in every epoch; 0: not")
	fl.Float64Var(&f.Decay, "decay", f.Decay, "weight decay: every step takes away this share of the weights, times the learning rate, such as 0.05; 0: none")
	fl.Float64Var(&f.Average, "average", f.Average, "measure and keep a moving average of the weights with this decay per step, such as 0.999; 0: none")
	addPrecision(c, &f.precision)
	if f.verb == "denoise" {
		f.denoise.arch = console.Choice{Value: f.Arch, Choices: []string{f.Arch, autoencoder.Residual}}
		f.denoise.add(c, &f.Weigh)
	} else {
		fl.IntVar(&f.Correct, "correct", f.Correct, "steps in which the finished encoder corrects its codes by the error of the reconstruction; errors of epochs are measured without; 0: none")
	}
	fl.IntVar(&f.EarlyStop, "early-stop", 0, "end after so many epochs without a lower error on held-out training pictures (--validation, or a tenth); goes well with --schedule constant")
	fl.BoolVar(&f.Best, "best", false, "keep the weights of the epoch with the lowest error on these pictures")
	fl.DurationVar(&f.budget, "time-budget", 0, "as many epochs as fit into this time of training, such as 5m; reading pictures and measuring baselines come on top")
	fl.IntVar(&f.Seeds, "seeds", 1, "train with so many seeds, from --seed on, and report the spread; the model of the first is kept, or the one with the lowest error on held-out pictures")
	fl.BoolVar(&f.findRate, "find-lr", false, "look for a learning rate instead: try rates in 300 steps, write no model")
	fl.StringVar(&f.curve, "curve", "", "with --find-lr, draw the losses to this PNG `file`")
	console.Complete(c, "curve", console.FilesOf([]string{"png"}))
	fl.Uint64Var(&f.Seed, "seed", f.Seed, "seed of the weights, the order of the pictures and the noise")
	console.AddThreads(c, &f.Threads)
	fl.StringVar(&f.Out, "out", "", fmt.Sprintf("the model `file` (default %s-CODE.safetensors)", f.verb))
	fl.BoolVar(&f.Resume, "resume", false, "go on from OUT.checkpoint")
	fl.BoolVar(&f.Restart, "restart", false, "start over: remove OUT.checkpoint, and replace OUT in the end")
	fl.BoolVar(&f.watch, "watch", false, "show the training in a browser while it goes on, at an address that is printed")
	fl.StringArrayVar(&f.logs, "log", nil, "record the training: in a `file`, to which events are appended, one JSON object a line; for TensorBoard in a folder, tensorboard:FOLDER; on an MLflow server, mlflow:http://HOST:PORT; may be given several times")
	console.Complete(c, "out", console.FilesOf(console.ModelNames))
}

// settle turns the flags into options.
func (f *trainFlags) settle(cmd *cobra.Command) error {
	set := cmd.Flags().Changed
	switch {
	case f.Resume && f.Restart:
		return console.Usagef("--resume goes on, --restart starts over: give only one of them")
	case set("epochs") && f.Epochs < 1:
		return console.Usagef("--epochs %d: expected at least 1", f.Epochs)
	case set("batch") && f.Batch < 1:
		return console.Usagef("--batch %d: expected at least 1", f.Batch)
	case set("lr") && f.Rate == 0:
		return console.Usagef("--lr 0: expected a number above 0, such as %g", hyper.DefaultRate)
	case set("seeds") && f.Seeds < 1:
		return console.Usagef("--seeds %d: expected at least 1, and at most 1000", f.Seeds)
	case set("early-stop") && f.EarlyStop < 1:
		return console.Usagef("--early-stop %d: expected at least 1", f.EarlyStop)
	case set("time-budget") && f.budget <= 0:
		return console.Usagef("--time-budget %v: expected a time such as 5m or 90s", f.budget)
	case set("time-budget") && set("epochs"):
		return console.Usagef("--time-budget chooses the number of epochs, --epochs gives it: give only one of them")
	case f.watch && f.findRate:
		return console.Usagef("--watch shows a training, and --find-lr trains nothing: give only one of them")
	case f.curve != "" && !f.findRate:
		return console.Usagef("--curve is for --find-lr")
	case f.findRate && (f.Resume || f.Restart || f.Seeds > 1 || f.budget > 0 || len(f.logs) > 0):
		return console.Usagef("--find-lr trains nothing: --resume, --restart, --seeds, --time-budget and --log do not go with it")
	case (f.EarlyStop > 0 || f.Best) && set("validation") && f.split.Validation == 0:
		return console.Usagef("--early-stop and --best choose on a part of the training pictures: give --validation a share such as 0.1")
	}
	if f.curve != "" {
		if err := console.CheckOut(f.curve, []string{".png"}); err != nil {
			return err
		}
	}
	if err := f.split.check(); err != nil {
		return err
	}
	if f.verb == "denoise" {
		if err := f.settleDenoise(cmd); err != nil {
			return err
		}
	}
	if f.data.Source == "" {
		f.data.Source = "drawn"
	}
	f.Data, f.Split, f.Prep = f.data, f.split.plan(), prepOf(f.size, f.crop)
	f.Optimizer, f.Schedule, f.Precision = hyper.Optimizer(f.optimizer.Value), hyper.Schedule(f.schedule.Value), nn.Precision(f.precision.Value)
	f.TimeBudget = f.budget.Seconds()
	f.Optional = nil
	for _, name := range []string{"jitter", "correct"} {
		if !set(name) {
			f.Optional = append(f.Optional, name)
		}
	}
	if f.Out == "" {
		f.Out = fmt.Sprintf("%s-%d.safetensors", f.verb, f.Code)
		if f.Code == 0 {
			f.Out = fmt.Sprintf("%s-%s.safetensors", f.verb, f.Arch)
		}
	}
	return optionError(f.Check())
}

// optionError names the flag in an error about options, which is one of usage.
func optionError(err error) error {
	if e, ok := errors.AsType[*hyper.ValueError](err); ok {
		name := strings.ReplaceAll(e.Name, "_", "-")
		if name == "learning-rate" {
			name = "lr"
		}
		return console.Usagef("--%s %v: expected %s", name, e.Value, e.Expected)
	}
	if e, ok := errors.AsType[*recipe.OptionsError](err); ok {
		if e.Name != "" {
			return console.Usagef("--%w", e)
		}
		return console.UsageError{Err: e}
	}
	return err
}
