package tutorial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/parallel"
	"likeness/pix"
	"likeness/report"
	"likeness/train"
)

// Run says how to run the tutorial. Load sets the pictures.
type Run struct {
	Data *faces.Set // as Prep prepares them
	// Wide returns the same pictures as describe.DefaultPrep prepares them, for the
	// finder that the chapter of search compares with the tutorial's way. Nil leaves
	// that out.
	Wide func(ctx context.Context) (*faces.Set, error)
	// Around returns the same pictures with their surroundings (see train.Run), for
	// what goes beyond the tutorial; nil trains without jitter.
	Around func(ctx context.Context) (*faces.Set, error)
	// Long trains what goes beyond the tutorial to the end, which takes half an hour
	// to two hours on LFW, and not for a few epochs, and has edits of many
	// pictures judged.
	Long bool

	Out     string   // folder for everything that is made; empty: DefaultOut
	Only    []string // some of Stages; none means all
	Epochs  int      // of every model; 0: the recipes'
	Seed    uint64   // of weights, batches and noise; the split is always the tutorial's
	Threads int      // 0: as the context says
	// Precision is what all models train in; empty for float32.
	Precision nn.Precision
	Restart   bool   // train the models of Only anew, whatever Out holds of them
	Command   string // what the user typed, for the report

	// Log hears in words what is going on, Events every step of training. Both
	// may be nil.
	Log    func(format string, args ...any)
	Events func(stage string, e train.Event)
	// Begin, if not nil, receives every training before it starts, with the path of its model as seen from Out, to
	// set what looks at it. The result must not depend on that.
	Begin func(model string, t *train.Run)
}

// Prep returns how the tutorial prepares photographs.
func Prep() pix.Prep { return pix.Prep{W: 32, H: 32, Auto: true} }

// plan is the tutorial's split.
var plan = dataset.SplitPlan{By: dataset.ByRandom, TestSize: 0.1, Seed: 42}

// DefaultOut is the folder that a run writes to by default.
const DefaultOut = "likeness-report"

// ErrOtherRun is returned when the folder Out holds a model of a run with other settings.
var ErrOtherRun = errors.New("the model of another run")

// chapter is one stage of the tutorial.
type chapter struct {
	name string
	run  func(*book, context.Context) error
}

// chapters are the stages in the tutorial's order.
var chapters = []chapter{
	{"playground", (*book).playground},
	{"pca", (*book).pca},
	{"conv", (*book).conv},
	{"denoise", (*book).denoise},
	{"occlusion", (*book).occlusion},
	{"retrieval", (*book).retrieval},
	{"morph", (*book).morph},
	{"residual", (*book).residual},
	{"denoiser", (*book).denoiser},
	{"codes", (*book).codes},
}

// Stages are the words that Run.Only knows.
func Stages() []string {
	var names []string
	for _, c := range chapters {
		names = append(names, c.name)
	}
	return names
}

// book is a run under way.
type book struct {
	*Run
	split    faces.Split
	test     []float32 // the test pictures
	baseline *baseline.Test
	models   map[string]*autoencoder.Model
	results  *Results
	page     report.Report
	started  time.Time
	keep     bool // Out holds the complete report of an earlier run
}

// Do runs the tutorial and returns its numbers. Everything finished stays in
// Out: the report and the numbers after every stage, models as soon as they are trained,
// checkpoints after every epoch and when ctx ends. A later Do with the same settings goes on from there; one with
// other settings refuses to touch them.
func (r *Run) Do(ctx context.Context) (*Results, error) {
	stages, err := r.prepare()
	if err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, r.Threads)
	b := &book{Run: r, models: map[string]*autoencoder.Model{}, started: time.Now(), keep: complete(r.Out)}
	if err := b.begin(ctx); err != nil {
		return nil, err
	}
	for i, c := range stages {
		if err := ctx.Err(); err != nil {
			return nil, train.Interrupted(ctx)
		}
		if err := b.write(stages[i:]); err != nil {
			return nil, err
		}
		if err := c.run(b, ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if err := b.write(nil); err != nil {
		return nil, err
	}
	return b.results, nil
}

// Check says what is wrong with the run's settings, without its data.
func (r *Run) Check() error {
	if r.Epochs < 0 {
		return fmt.Errorf("%d epochs: the number must not be negative", r.Epochs)
	}
	for _, name := range r.Only {
		if !slices.Contains(Stages(), name) {
			return fmt.Errorf("unknown part %q, known are %s", name, strings.Join(Stages(), ", "))
		}
	}
	if r.Precision != "" {
		return r.Precision.Check()
	}
	return nil
}

// prepare fills in the defaults, chooses the stages and makes the folders.
func (r *Run) prepare() ([]chapter, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if r.Out == "" {
		r.Out = DefaultOut
	}
	var stages []chapter
	for _, c := range chapters {
		if len(r.Only) == 0 || slices.Contains(r.Only, c.name) {
			stages = append(stages, c)
		}
	}
	if r.Restart {
		if err := r.forget(stages); err != nil {
			return nil, err
		}
	}
	for _, dir := range []string{modelsFolder, "figures", "."} {
		folder := filepath.Join(r.Out, dir)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
		atomicfile.RemoveLeftoversIn(folder)
	}
	if err := report.CheckReplace(filepath.Join(r.Out, reportName)); err != nil {
		return nil, err
	}
	return stages, nil
}

// forget removes the models and checkpoints of stages, once, so that the run can be
// interrupted and resumed like any other.
func (r *Run) forget(stages []chapter) error {
	for _, c := range stages {
		for _, path := range []string{r.modelPath(c.name), r.modelPath(c.name) + checkpointSuffix} {
			if err := train.Discard(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// modelPath is where the model of a stage is kept.
func (r *Run) modelPath(stage string) string {
	return filepath.Join(r.Out, modelsFolder, stage+".safetensors")
}

const (
	modelsFolder     = "models"
	checkpointSuffix = ".checkpoint"
	reportName       = "report.html"
)

func (b *book) log(format string, args ...any) {
	if b.Log != nil {
		b.Log(format, args...)
	}
}

// write writes the page and the numbers, as far as they are known; both name the stages
// to come. The first page is announced, so that it can be read while it grows. An earlier
// run's complete page stays until this run's is complete.
func (b *book) write(toCome []chapter) error {
	if b.keep && len(toCome) > 0 {
		return nil
	}
	path := filepath.Join(b.Out, reportName)
	first := b.results.Report == "" && !b.keep
	b.results.Report, b.results.Seconds = path, time.Since(b.started).Seconds()
	b.results.ToCome = nil
	page := b.page
	page.Made, page.Took = time.Now(), time.Since(b.started)
	if len(toCome) > 0 {
		for _, c := range toCome {
			b.results.ToCome = append(b.results.ToCome, c.name)
		}
		page.Facts = append(slices.Clone(page.Facts), report.Fact{Name: "Still to come", Value: strings.Join(b.results.ToCome, ", ")})
	}
	if err := atomicfile.Write(path, page.WriteHTML); err != nil {
		return err
	}
	if first {
		b.log("The report grows chapter by chapter: %s", path)
	}
	return b.results.save(b.Out)
}

// figure saves a picture beside the report and puts it in.
func (b *book) figure(name, caption, alt string, picture *pix.Image) (report.Figure, error) {
	path := filepath.Join(b.Out, "figures", name+".png")
	err := pix.CheckReplace(path)
	if err == nil {
		err = atomicfile.Write(path, func(w io.Writer) error { return picture.WritePNG(w) })
	}
	return report.Figure{Picture: picture, Caption: caption, Alt: alt}, err
}

// machine describes where the run took place.
func machine() string {
	simd := map[string]string{"avx512": "AVX-512", "avx2": "AVX2", "neon": "NEON", "none": "no vector kernels"}[kernel.SIMD()]
	return fmt.Sprintf("%s/%s, %d processors, %s, %s", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), simd, runtime.Version())
}

// picture is picture i of normalised pictures lying one behind the other.
func (b *book) picture(x []float32, i int) *pix.Image {
	return pix.FromFloats(b.values(x, i), b.Data.W, b.Data.H)
}

// values are the numbers of picture i.
func (b *book) values(x []float32, i int) []float32 {
	n := b.Data.W * b.Data.H * 3
	return x[i*n : (i+1)*n]
}

// mse is the mean squared error between two pictures.
func mse(a, b []float32) float64 { return kernel.SquaredError(a, b) / float64(len(a)) }
