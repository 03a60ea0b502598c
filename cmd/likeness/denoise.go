package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/report"
)

// mended is what denoise tells of one picture. What is measured is against the
// picture as it was before noise was added, and null when none was.
type mended struct {
	Image  string   `json:"image"`
	Out    string   `json:"out"`
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Level  *float64 `json:"level"` // of the noise, estimated; null where the model does not ask
	// Hidden is the level that brightness speaks for where the estimate, which goes by
	// colours, cannot see it; null where they agree.
	Hidden *float64 `json:"hidden_level"`

	NoisyMSE     *float64 `json:"noisy_mse"`
	NoisyPSNR    *float64 `json:"noisy_psnr"` // decibels
	NoisySSIM    *float64 `json:"noisy_ssim"`
	DenoisedMSE  *float64 `json:"denoised_mse"`
	DenoisedPSNR *float64 `json:"denoised_psnr"` // null also where there is no error at all
	DenoisedSSIM *float64 `json:"denoised_ssim"`
}

// likeTo holds a picture against the one it should be.
func likeTo(x, clean []float32, w, h int) (mse, psnr, ssim *float64) {
	m, s := meanSquare(x, clean), pix.SSIM(x, clean, w, h)
	if m > 0 {
		p := pix.PSNR(m)
		psnr = &p
	}
	return &m, psnr, &s
}

// denoising are the flags of denoise.
type denoising struct {
	out, figure     string
	noise, strength float64
	level           levelFlag
	seed            uint64
}

func newDenoise(a *app) *cobra.Command {
	f := &denoising{level: levelFlag{auto: true}}
	c := &cobra.Command{
		Use:   "denoise MODEL IMAGE...",
		Short: "Remove noise from pictures",
		Long: `Mend pictures with a model made by 'likeness train denoise'.

A model made with --arch residual takes pictures of any size, which they keep;
large ones go through it in tiles that overlap, and do not show. It is told the
level of a picture's noise, the standard deviation where a picture's range is 1:
--level auto estimates it, and a clean picture stays as it is. The estimate goes by
colours, for fine detail is mostly of brightness. Black and white pictures and most
JPEGs hide their noise from it: where brightness speaks for noise and colours do
not, nothing is removed that may be detail, and you are told the --level to give.

A model made with --occlude fills black rectangles. It knows them in the size, in
pixels, that it was trained with: make a large picture smaller first.

Results of other models have the size of the model's pictures. Transparent pixels
are laid on white.

--add-noise spoils the pictures first, to see what the model can do: errors before
and after are printed, and --figure draws Original | Noisy | Denoised.`,
		Example: `  likeness denoise denoise-residual.safetensors old.jpg --out clean.png
  likeness denoise denoise-residual.safetensors *.jpg --out clean/ --level 0.05
  likeness denoise denoise-512.safetensors me.jpg --add-noise 0.1 --figure noise.png`,
		Args:              exactly("a MODEL file and at least one IMAGE", 2, 0),
		ValidArgsFunction: modelThenPictures,
	}
	c.Flags().StringVar(&f.out, "out", "", "the picture, a PNG `file`, or a folder for several (default NAME-denoised.png here)")
	c.Flags().StringVar(&f.figure, "figure", "", "draw this figure as well, a PNG `file`")
	c.Flags().Var(&f.level, "level", "standard deviation of the pictures' noise")
	c.Flags().Float64Var(&f.strength, "strength", 1, "share of the correction that is made, from 0 to 1")
	c.Flags().Float64Var(&f.noise, "add-noise", 0, "add gaussian noise of this standard deviation first")
	c.Flags().Uint64Var(&f.seed, "seed", 42, "seed of that noise")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("add-noise") && !(f.noise > 0) || math.IsInf(f.noise, 0) {
			return usagef("--add-noise %g: expected a number above 0, such as 0.1", f.noise)
		}
		if !(f.strength >= 0 && f.strength <= 1) {
			return usagef("--strength %g: expected a number from 0 to 1", f.strength)
		}
		if f.figure != "" {
			if err := checkOut(f.figure, []string{".png"}, args...); err != nil {
				return err
			}
		}
		targets, err := denoiseTargets(f.out, args[1:])
		if err != nil {
			return err
		}
		for _, t := range targets {
			if err := checkOut(t, []string{".png"}, args...); err != nil {
				return err
			}
		}
		return a.denoise(cmd.Context(), f, args[0], args[1:], targets)
	}
	return c
}

func (a *app) denoise(ctx context.Context, f *denoising, path string, images, targets []string) error {
	m, err := autoencoder.Open(path)
	if err != nil {
		return err
	}
	if m.Training == nil || m.Training.Task != autoencoder.Denoise {
		return fmt.Errorf("%s was not trained to remove noise: 'likeness train denoise' makes such models", path)
	}
	if !f.level.auto && m.Level == 0 {
		return usagef("--level is for models that are told the level of the noise, and %s is not", path)
	}
	var mender *autoencoder.Mender // takes any size
	if m.Decoder == nil {
		if mender, err = autoencoder.NewMender(m); err != nil {
			return err
		}
	}
	result := struct {
		Model   string   `json:"model"`
		Figure  string   `json:"figure,omitempty"`
		Results []mended `json:"results"`
	}{Model: path, Figure: f.figure}
	for _, image := range images { // one that is bad, and nothing is written
		if _, err := a.openSpoilt(ctx, m, image); err != nil {
			return err
		}
	}
	var drawn []report.Denoising
	bar := a.progress()
	defer bar.clear()
	for i, image := range images {
		bar.count("Denoising", i, len(images))
		original, err := a.openSpoilt(ctx, m, image)
		if err != nil {
			return err
		}
		w, h := original.W, original.H
		clean := make([]float32, w*h*3)
		original.Floats(clean)
		noisy := clean
		if f.noise > 0 {
			noisy = slices.Clone(clean)
			pix.Gaussian{Sigma: float32(f.noise)}.Corrupt(noisy, w, h, rand.New(rand.NewPCG(f.seed, uint64(i))))
		}
		r := mended{Image: image, Out: targets[i], Width: w, Height: h}
		var after []float32
		if mender != nil {
			level := f.level.level
			if m.Level != 0 {
				estimate := pix.NoiseLevel(noisy, w, h)
				r.Level = &estimate
				if f.level.auto {
					level = estimate
					r.Hidden = hiddenLevel(noisy, w, h, estimate)
				}
			}
			if m.Level != 0 && level == 0 { // as it is, without the work
				after = slices.Clone(noisy)
			} else if after, err = mender.Mend(ctx, noisy, w, h, level); err != nil {
				return err
			}
		} else {
			after = m.Reconstruct(noisy)
		}
		if f.strength != 1 {
			for k, v := range after {
				after[k] = noisy[k] + float32(f.strength)*(v-noisy[k])
			}
		}
		made := pix.FromFloats(after, w, h)
		if err := writePNG(targets[i], made); err != nil {
			return err
		}
		d := report.Denoising{Noisy: original, Denoised: made, Title: title(image)}
		if f.noise > 0 {
			r.NoisyMSE, r.NoisyPSNR, r.NoisySSIM = likeTo(noisy, clean, w, h)
			r.DenoisedMSE, r.DenoisedPSNR, r.DenoisedSSIM = likeTo(after, clean, w, h)
			d.Original, d.Noisy = original, pix.FromFloats(noisy, w, h)
			d.NoisyMSE, d.DenoisedMSE = report.Measured(*r.NoisyMSE), report.Measured(*r.DenoisedMSE)
		}
		result.Results = append(result.Results, r)
		if f.figure != "" {
			drawn = append(drawn, d)
		}
	}
	bar.clear()
	if f.figure != "" {
		spoilt, made := "Noisy", "Denoised"
		if strings.HasPrefix(m.Training.Corruption, "occlusion") {
			made = "Filled in"
		}
		if err := writePNG(f.figure, report.Mended(spoilt, made, drawn)); err != nil {
			return err
		}
	}
	for _, r := range result.Results {
		if r.Hidden != nil {
			a.warn("%s: its brightness varies as by noise of %.2f, its colours by %.2f only; if that is noise and not fine detail, --level %.2f removes it", r.Image, *r.Hidden, *r.Level, *r.Hidden)
		}
	}
	return a.emit(result, func(w io.Writer) {
		printMended(w, result.Results)
		if f.figure != "" {
			fmt.Fprintln(w, "figure:", f.figure)
		}
	})
}

// Brightness speaks for noise from hiddenNoise on, where it shows hiddenTimes what
// colours do, in pictures with sides of hiddenSide and more: of sharp small ones all is
// detail. Of 60 LFW photographs none came to more than .007.
const (
	hiddenNoise = 0.03
	hiddenTimes = 3
	hiddenSide  = 64
)

// hiddenLevel is the level of noise that an estimate has not seen, or nil.
func hiddenLevel(x []float32, w, h int, estimate float64) *float64 {
	if min(w, h) < hiddenSide {
		return nil
	}
	level := pix.BrightnessNoise(x, w, h)
	if level < hiddenNoise || level < hiddenTimes*estimate {
		return nil
	}
	return &level
}

// openSpoilt reads a picture: as it is where the model takes any size, else
// prepared for the model.
func (a *app) openSpoilt(ctx context.Context, m *autoencoder.Model, path string) (*pix.Image, error) {
	if m.Decoder != nil {
		return preparePicture(ctx, m.Prep, path)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if isFolder(path) {
		return nil, fmt.Errorf("%s is a folder, expected a picture", path)
	}
	return pix.Open(path)
}

// printMended writes a line for each picture, with columns for what there is.
func printMended(w io.Writer, results []mended) {
	level, measured := results[0].Level != nil, results[0].NoisyMSE != nil
	if !level && !measured {
		for _, r := range results {
			fmt.Fprintln(w, r.Out)
		}
		return
	}
	head := []string{"written"}
	if level {
		head = append(head, "noise found")
	}
	if measured {
		head = append(head, "error before", "after", "PSNR before", "after ", "SSIM before", "after  ")
	}
	lines := [][]string{head}
	for _, r := range results {
		line := []string{r.Out}
		if level {
			line = append(line, fmt.Sprintf("%.4f", *r.Level))
		}
		if measured {
			line = append(line, report.MSE(*r.NoisyMSE), report.MSE(*r.DenoisedMSE), decibels(r.NoisyPSNR), decibels(r.DenoisedPSNR),
				fmt.Sprintf("%.4f", *r.NoisySSIM), fmt.Sprintf("%.4f", *r.DenoisedSSIM))
		}
		lines = append(lines, line)
	}
	table(w, "", lines)
}

func decibels(psnr *float64) string {
	if psnr == nil {
		return "no error"
	}
	return fmt.Sprintf("%.2f dB", *psnr)
}

// levelFlag is a level of noise, or auto.
type levelFlag struct {
	auto  bool
	level float64
}

func (l *levelFlag) Type() string { return "auto|SIGMA" }

func (l *levelFlag) String() string {
	if l.auto {
		return "auto"
	}
	return strconv.FormatFloat(l.level, 'g', -1, 64)
}

func (l *levelFlag) Set(text string) error {
	if text == "auto" {
		*l = levelFlag{auto: true}
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("expected auto or a standard deviation such as 0.1, where a picture's range is 1")
	}
	*l = levelFlag{level: v}
	return nil
}

// denoiseTargets names the file for each picture.
func denoiseTargets(out string, images []string) ([]string, error) {
	folder := ""
	info, err := os.Stat(out)
	switch isFolder := err == nil && info.IsDir(); {
	case out == "":
	case isFolder || strings.HasSuffix(out, "/") || len(images) > 1:
		if !isFolder {
			if filepath.Ext(out) != "" && !strings.HasSuffix(out, "/") {
				return nil, usagef("--out %s: expected a folder for %d pictures", out, len(images))
			}
			if err := os.MkdirAll(out, 0o777); err != nil {
				return nil, err
			}
		}
		folder = out
	default:
		return []string{out}, nil
	}
	var targets []string
	for _, image := range images {
		t := filepath.Join(folder, title(image)+"-denoised.png")
		if slices.Contains(targets, t) {
			return nil, usagef("two pictures are called %s and would both be written to %s: denoise them one by one with --out", title(image), t)
		}
		targets = append(targets, t)
	}
	return targets, nil
}
