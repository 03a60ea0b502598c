package main

import (
	"fmt"
	"io"

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

	kept bool // as it was, for it shows no noise
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
		head = append(head, "MSE before", "after", "dB before", "after ", "SSIM before", "after  ")
	}
	lines := [][]string{head}
	for _, r := range results {
		line := []string{r.Out}
		if level {
			found := fmt.Sprintf("%.4f", *r.Level)
			if *r.Level == 0 {
				found = "none"
			}
			line = append(line, found)
		}
		if measured {
			line = append(line, report.MSE(*r.NoisyMSE), report.MSE(*r.DenoisedMSE), decibels(r.NoisyPSNR), decibels(r.DenoisedPSNR),
				fmt.Sprintf("%.4f", *r.NoisySSIM), fmt.Sprintf("%.4f", *r.DenoisedSSIM))
		}
		lines = append(lines, line)
	}
	table(w, "", lines)
	kept := 0
	for _, r := range results {
		if r.kept {
			kept++
		}
	}
	switch {
	case kept == 1:
		fmt.Fprintln(w, "1 picture shows no noise and stays as it is")
	case kept > 1:
		fmt.Fprintf(w, "%s show no noise and stay as they are\n", count(kept, "picture"))
	}
}

func decibels(psnr *float64) string {
	if psnr == nil {
		return "exact"
	}
	return fmt.Sprintf("%.2f", *psnr)
}
