package tutorial

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"

	"likeness/baseline"
	"likeness/hyper"
	"likeness/internal/atomicfile"
	"likeness/internal/regularfile"
)

// Results are all numbers of a run, written to results.json. Errors are mean
// squared errors over all values of all pictures; times are in seconds.
type Results struct {
	Machine    string        `json:"machine"`
	Seed       uint64        `json:"seed"`
	Data       DataResult    `json:"data"`
	Yardsticks YardResult    `json:"yardsticks"`
	Models     []*ModelPart  `json:"models"`
	Retrieval  *RetrievePart `json:"retrieval,omitempty"`
	// Beyond the tutorial.
	Levels   []baseline.LevelScore `json:"levels,omitempty"` // the denoiser without a bottleneck, by level of noise; its ModelPart has all levels together
	CleanMSE *float64              `json:"clean_mse,omitempty"`
	Latent   *LatentResults        `json:"latent,omitempty"`
	Seconds  float64               `json:"seconds"`           // of this sitting
	Report   string                `json:"report"`            // path of the page
	ToCome   []string              `json:"to_come,omitempty"` // the stages that are not done yet
}

// Judged returns the level that a summary shows, the tutorial's; nil where there is none.
func (r *Results) Judged() *baseline.LevelScore {
	for i := range r.Levels {
		if r.Levels[i].Sigma == judgedAt {
			return &r.Levels[i]
		}
	}
	return nil
}

// DataResult says what was trained on.
type DataResult struct {
	Source      string `json:"source"`
	Fingerprint string `json:"fingerprint"`
	Pictures    int    `json:"pictures"`
	People      int    `json:"people"`
	Skipped     int    `json:"skipped"`  // files that hold no usable picture
	Unlisted    int    `json:"unlisted"` // pictures that the attributes do not list
	NTrain      int    `json:"n_train"`
	NTest       int    `json:"n_test"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Split       string `json:"split"`
}

// YardResult has the errors on the test pictures that need no training.
type YardResult struct {
	MeanImage float64 `json:"mean_image_mse"`
	PCA       float64 `json:"pca_mse"` // exact, with PCACode components
	PCACode   int     `json:"pca_code"`
}

// ModelPart is one trained model.
type ModelPart struct {
	Stage           string          `json:"stage"`
	Model           string          `json:"model"` // path of the file
	Fingerprint     string          `json:"fingerprint"`
	Code            int             `json:"code"`
	Epochs          int             `json:"epochs"`
	TrainMSE        float64         `json:"train_mse"`
	TrainSample     int             `json:"train_sample,omitempty"` // training pictures that TrainMSE is of; 0: all
	TestMSE         float64         `json:"test_mse"`
	NTrain          int             `json:"n_train"`
	NTest           int             `json:"n_test"`
	Seconds         float64         `json:"seconds"`
	ImagesPerSecond float64         `json:"images_per_second"`
	Seed            uint64          `json:"seed"`
	LearningRate    float64         `json:"learning_rate"`
	Schedule        hyper.Schedule  `json:"schedule"`
	Optimizer       hyper.Optimizer `json:"optimizer"`
	Correct         int             `json:"correct,omitempty"` // steps in which its codes are corrected
	Corruption      string          `json:"corruption,omitempty"`

	Untouched *float64 `json:"untouched_mse,omitempty"` // of leaving corrupted pictures alone
	Wiener    *float64 `json:"wiener_mse,omitempty"`    // of the Wiener filter on them
	// Of filling black rectangles with the mean picture, and with what is to be expected
	// of the visible pixels; both are given the mask.
	MeanFill     *float64 `json:"mean_fill_mse,omitempty"`
	GaussianFill *float64 `json:"gaussian_fill_mse,omitempty"`
	Tutorial     float64  `json:"tutorial_mse,omitempty"` // what the tutorial reports on LFW

	Incomparable string `json:"incomparable,omitempty"` // why that is no match for this run's
}

// RetrievePart says how well the nearest neighbour shows the same person, over
// the test pictures whose person is among the training pictures too.
type RetrievePart struct {
	Index   string  `json:"index"` // path of the file
	Space   string  `json:"space"`
	Queries int     `json:"n_queries"`
	Hit1    float64 `json:"hit1"` // share with the person in the first place
	Hit5    float64 `json:"hit5"` // or among the first five
	MAP     float64 `json:"map"`  // mean average precision
	// Found is the same with intervals, for this way of comparing faces and
	// better ones; empty where no person is in both parts.
	Found []FoundPart `json:"found"`
}

// save writes results.json. Paths in it are as seen from the folder, so that all of it can be given away.
func (r *Results) save(dir string) error {
	kept := *r
	near := func(path string) string {
		if rel, err := filepath.Rel(dir, path); path != "" && err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
		return path
	}
	kept.Report, kept.Models = near(r.Report), slices.Clone(r.Models)
	for i, m := range kept.Models {
		part := *m
		part.Model = near(m.Model)
		kept.Models[i] = &part
	}
	if r.Retrieval != nil {
		part := *r.Retrieval
		part.Index = near(part.Index)
		kept.Retrieval = &part
	}
	return atomicfile.Write(filepath.Join(dir, resultsName), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(kept)
	})
}

// resultsName is the file of the numbers, in Out.
const resultsName = "results.json"

// mostResults bounds that file.
const mostResults = 16 << 20

// complete reports whether a folder holds the numbers of a run that was finished.
func complete(dir string) bool {
	var r Results
	text, err := regularfile.Read(filepath.Join(dir, resultsName), mostResults)
	return err == nil && json.Unmarshal(text, &r) == nil && len(r.ToCome) == 0
}
