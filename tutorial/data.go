package tutorial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"likeness/baseline"
	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/pix"
	"likeness/recipe"
	"likeness/report"
)

// Load reads the pictures for the stages of the run: in all preparations that these need
// in one pass, so that each picture is decoded once. Only Data is kept in memory; the
// others are read again from the cache when their stage comes.
func (r *Run) Load(ctx context.Context, name dataset.Name, opt faces.Options) error {
	needs := func(stages ...string) bool {
		return len(r.Only) == 0 || slices.ContainsFunc(stages, func(s string) bool { return slices.Contains(r.Only, s) })
	}
	preps := []pix.Prep{Prep()}
	later := func(prep pix.Prep) func(ctx context.Context) (*faces.Set, error) {
		preps = append(preps, prep)
		again := opt
		again.Prep = prep
		return func(ctx context.Context) (*faces.Set, error) { return dataset.Load(ctx, name, again) }
	}
	if needs("retrieval") {
		r.Wide = later(describe.DefaultPrep())
	}
	if needs(better, Denoiser) {
		r.Around = later(Prep().Surroundings())
	}
	sets, err := dataset.LoadAll(ctx, name, opt, preps...)
	if err != nil {
		return err
	}
	r.Data = sets[0]
	return nil
}

// begin splits the pictures as the tutorial does, measures the baselines and
// opens the report with them.
func (b *book) begin(ctx context.Context) error {
	set := b.Data
	split, _, err := plan.Split(set)
	if err != nil {
		return err
	}
	b.split, b.test = split, set.AllFloats(split.Test)
	b.log("%s: %d to train on, %d to test on", whose(set), len(split.Train), len(split.Test))
	b.baseline = baseline.New(set, split.Train).On(set, split.Test)
	code := recipe.All()[0].Code
	exact, err := b.baseline.PCA(ctx, code)
	if err != nil {
		return err
	}
	mean, err := b.baseline.MeanImage(ctx)
	if err != nil {
		return err
	}
	b.results = &Results{
		Machine: machine(), Seed: b.Seed,
		Data: DataResult{
			Source: dataset.Parse(set.Source).Public().String(), Fingerprint: set.Fingerprint, Pictures: set.Len(), People: people(set),
			Skipped: len(set.Skipped), Unlisted: len(set.Unlisted), NTrain: len(split.Train), NTest: len(split.Test),
			Width: set.W, Height: set.H, Split: plan.String(),
		},
		Yardsticks: YardResult{MeanImage: mean, PCA: exact, PCACode: code},
	}
	return b.openPage()
}

// people counts the names in a set.
func people(set *faces.Set) int {
	names := map[string]bool{}
	for _, p := range set.People {
		names[p] = true
	}
	delete(names, "")
	return len(names)
}

// whose says how many pictures there are, and of how many people where names
// are known.
func whose(set *faces.Set) string {
	text := report.Count(set.Len()) + " pictures"
	if n := people(set); n > 0 {
		text += " of " + report.Count(n) + " people"
	}
	return text
}

// isDrawn distinguishes drawn faces, "drawn" or "drawn:40x5", from a folder whose name
// begins so.
func (b *book) isDrawn() bool {
	return b.Data.Source == "drawn" || strings.HasPrefix(b.Data.Source, "drawn:")
}

// incomparable says why the tutorial's numbers are no match for this run's, or
// nothing when they are.
func (b *book) incomparable() string {
	d := b.results.Data
	if b.isDrawn() {
		return "these are drawn faces, not LFW"
	}
	if d.Pictures != lfwKept {
		return fmt.Sprintf("%s pictures, not the tutorial’s %s", report.Count(d.Pictures), report.Count(lfwKept))
	}
	return ""
}

// lfwKept is the number of LFW's pictures that the tutorial keeps.
const lfwKept = 13143

// openPage writes the head of the report and the chapter about the data.
func (b *book) openPage() error {
	d := b.results.Data
	cover, err := b.figure("faces", "", "a montage of training faces", pix.Grid(b.sample(b.split.Train, 48), 16, 4, 2))
	if err != nil {
		return err
	}
	b.page = report.Report{
		Title:    "Simple autoencoders on faces",
		Subtitle: "Faces become a few numbers and faces again: what autoencoders learn, beside what needs no learning.",
		Cover:    &cover, Machine: b.results.Machine, Command: b.Command,
		Facts: []report.Fact{
			{Name: "Data", Value: d.Source + ": " + whose(b.Data)},
			{Name: "Split", Value: fmt.Sprintf("%s to train on, %s to test on (%s)", report.Count(d.NTrain), report.Count(d.NTest), d.Split)},
			{Name: "Seed", Value: fmt.Sprint(b.Seed)},
		},
		SummaryNote: "Mean squared error on the test pictures, of values between −0.5 and 0.5; the lower the better.",
	}
	montage, err := b.figure("data", "Training pictures as the networks see them: 32×32 pixels, enlarged.", "a montage of 40 faces",
		report.Montage(b.sample(b.split.Train, 40), nil, 10))
	if err != nil {
		return err
	}
	prep := "A photograph of 250×250, LFW’s size, loses 80 pixels on each side, which leaves the face; of any other the largest centred square is taken. Then it is resized to 32×32 with bilinear interpolation, and pixel values become x/255 − 0.5."
	if b.isDrawn() {
		prep = "The faces are invented and drawn by likeness itself, several photographs of each person with other light, pose and expression, so that everything runs without a network connection or a data set. They go through the very code that reads photographs. " + prep
	}
	b.add(report.Chapter{ID: "data", Title: "The faces", Body: []report.Block{
		report.Paragraph(fmt.Sprintf("The data set is “%s”: %s. %s", d.Source, whose(b.Data), prep)),
		montage,
		report.Table{Caption: "What needs no training, on the test pictures", Columns: []report.Column{{Name: "answer"}, {Name: "mean squared error", Numeric: true}}, Rows: [][]string{
			{"the mean of all training faces, whatever the picture", report.MSE(b.results.Yardsticks.MeanImage)},
			{fmt.Sprintf("exact principal components, %d numbers", b.results.Yardsticks.PCACode), report.MSE(b.results.Yardsticks.PCA)},
		}},
	}})
	return nil
}

func (b *book) add(c report.Chapter) { b.page.Chapters = append(b.page.Chapters, c) }

// sample is n pictures spread evenly over the rows.
func (b *book) sample(rows []int, n int) []*pix.Image {
	n = min(n, len(rows))
	var list []*pix.Image
	for i := range n {
		list = append(list, b.Data.Image(rows[i*len(rows)/n]))
	}
	return list
}
