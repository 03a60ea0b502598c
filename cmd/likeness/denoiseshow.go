package main

import (
	"fmt"
	"io"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/report"
)

// printRestored writes a line for each picture, with columns for what there is.
func printRestored(w io.Writer, results []*autoencoder.Restored) {
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
	console.Table(w, "", lines)
	kept := 0
	for _, r := range results {
		if r.Kept {
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
