package web

import (
	"fmt"
	"strconv"
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
)

// trainKind returns the recipe whose defaults a training has, and the verb and the architecture that choose it on the
// command line.
func trainKind(o recipe.Options) (r recipe.Recipe, words []string, err error) {
	name, words := o.Arch, []string{"train", o.Arch}
	if o.Corruption != "" {
		name, words = "denoise", []string{"train", "denoise"}
		if o.Arch == autoencoder.Residual {
			name, words = "denoiser", append(words, "--arch", o.Arch)
		}
	}
	r, ok := recipe.Named(name)
	if !ok || r.Arch != o.Arch || (r.Code == 0) != (o.Code == 0) {
		return r, nil, bad(fmt.Sprintf("no recipe trains an architecture %q with a code of %d", o.Arch, o.Code))
	}
	return r, words, nil
}

// trainDefaults returns what the program takes where the command line says nothing.
func trainDefaults(r recipe.Recipe, words []string, code int) recipe.Options {
	d := r.Options()
	d.Out = fmt.Sprintf("%s-%d.safetensors", words[1], code)
	if code == 0 {
		d.Out = fmt.Sprintf("%s-%s.safetensors", words[1], r.Arch)
	}
	return d
}

// settleTraining completes the options of a form as the program completes its flags: what stands on the command line
// has to be had, and a time budget chooses the number of epochs.
func settleTraining(o recipe.Options) (recipe.Options, error) {
	r, words, err := trainKind(o)
	if err != nil {
		return o, err
	}
	d := trainDefaults(r, words, o.Code)
	if o.TimeBudget > 0 {
		o.Epochs = d.Epochs
	}
	o.Optional = nil
	if o.Jitter == d.Jitter {
		o.Optional = append(o.Optional, "jitter")
	}
	if o.Correct == d.Correct {
		o.Optional = append(o.Optional, "correct")
	}
	o.Seeds, o.Resume, o.Threads, o.Examine = 1, false, 0, false
	if err := checkTraining(o); err != nil {
		return o, err
	}
	return o, o.Check()
}

// TrainCommand returns the arguments of the program that train what the options say. The program makes the same options of
// them, but that it looks for what is odd about the pictures.
func TrainCommand(o recipe.Options) ([]string, error) {
	o, err := settleTraining(o)
	if err != nil {
		return nil, err
	}
	r, args, err := trainKind(o)
	if err != nil {
		return nil, err
	}
	d := trainDefaults(r, args, o.Code)
	add := func(flag string, value, byDefault any) {
		text := fmt.Sprint(value)
		if text == fmt.Sprint(byDefault) {
			return
		}
		if value == true {
			args = append(args, "--"+flag)
			return
		}
		args = append(args, "--"+flag, text)
	}
	switchOff := func(flag string, value, byDefault bool) {
		if !value && byDefault {
			args = append(args, "--"+flag+"=false")
			return
		}
		add(flag, value, byDefault)
	}
	add("data", fileWord(o.Data.Source), d.Data.Source)
	add("attributes", fileWord(o.Data.Attributes), "")
	add("names", fileWord(o.Data.Names), "")
	add("split", o.Split.By, d.Split.By)
	add("test-size", o.Split.TestSize, d.Split.TestSize)
	add("split-seed", o.Split.Seed, d.Split.Seed)
	add("validation", o.Split.Validation, d.Split.Validation)
	add("size", sizeWord(o.Prep), sizeWord(d.Prep))
	crop, err := cropWord(o.Prep)
	if err != nil {
		return nil, err
	}
	add("crop", crop, "face")
	if r.Code > 0 {
		add("code", o.Code, d.Code)
	}
	if o.TimeBudget > 0 {
		add("time-budget", time.Duration(o.TimeBudget*float64(time.Second)), time.Duration(0))
	} else {
		add("epochs", o.Epochs, d.Epochs)
	}
	add("batch", o.Batch, d.Batch)
	add("optimizer", o.Optimizer, d.Optimizer)
	add("lr", o.Rate, d.Rate)
	add("schedule", o.Schedule, d.Schedule)
	add("warmup", o.Warmup, d.Warmup)
	switchOff("mirror", o.Mirror, d.Mirror)
	add("jitter", o.Jitter, d.Jitter)
	add("decay", o.Decay, d.Decay)
	add("average", o.Average, d.Average)
	if o.Precision != "" && d.Precision != o.Precision { // empty: float32, as a checkpoint has it
		add("precision", o.Precision, d.Precision)
	}
	if o.Corruption == "" {
		add("correct", o.Correct, d.Correct)
	} else {
		add("weigh", o.Weigh, d.Weigh)
		if args, err = corruptionFlags(args, o.Corruption, d.Corruption); err != nil {
			return nil, err
		}
	}
	add("early-stop", o.EarlyStop, d.EarlyStop)
	add("best", o.Best, d.Best)
	add("seed", o.Seed, d.Seed)
	add("out", fileWord(o.Out), d.Out)
	add("restart", o.Restart, false)
	return args, nil
}

func sizeWord(p pix.Prep) string {
	if p.W == p.H {
		return strconv.Itoa(p.W)
	}
	return fmt.Sprintf("%dx%d", p.W, p.H)
}

func cropWord(p pix.Prep) (string, error) {
	switch r := p.Rect; {
	case p.Auto && p.Whole:
		return "lfw", nil
	case p.Auto:
		return "face", nil
	case p.Square:
		return "square", nil
	case r != pix.Rect{}:
		return fmt.Sprintf("%d,%d,%d,%d", r.X, r.Y, r.W, r.H), nil
	case p.DX > 0 || p.DY > 0:
		return fmt.Sprintf("%d,%d", p.DX, p.DY), nil
	}
	return "0", nil
}

// corruptionFlags adds the flags of a corruption.
func corruptionFlags(args []string, text, byDefault string) ([]string, error) {
	if text == byDefault {
		return args, nil
	}
	c, err := pix.ParseCorruption(text)
	if err != nil {
		return nil, err
	}
	for _, part := range pix.Parts(c) {
		switch c := part.(type) {
		case pix.Gaussian:
			args = append(args, "--noise", decimal(c.Sigma))
		case pix.Noise:
			if !c.Middle {
				return nil, bad(fmt.Sprintf("no flag asks for %s", text))
			}
			args = append(args, "--noise", decimal(c.Min)+"-"+decimal(c.Max))
		case pix.Occlusion:
			args = append(args, "--occlude", fmt.Sprintf("%dx%d", c.Count, c.Size))
		default:
			return nil, bad(fmt.Sprintf("no flag asks for %s", text))
		}
	}
	return args, nil
}

// decimal returns a float32 as it is written: 0.1, not its value in more digits.
func decimal(v float32) string { return strconv.FormatFloat(float64(v), 'g', -1, 32) }

// quickTraining are the options of 'train on drawn faces and watch': the first faces within seconds, and within a minute or
// two a model whose sliders are worth pulling.
func quickTraining() recipe.Options {
	conv, _ := recipe.Named("conv")
	o := conv.Options()
	o.Data, o.Epochs = dataset.Drawn(500, 4), 12
	o.Optimizer, o.Rate = "muon", 0.01
	return o
}
