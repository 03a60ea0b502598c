package report_test

import (
	"bytes"
	"fmt"
	"strings"

	"likeness/pix"
	"likeness/report"
)

// gradient stands for a face: 32x32 pixels from dark to light.
func gradient() *pix.Image {
	m := pix.New(32, 32)
	for i := range m.Pix {
		m.Pix[i] = byte(i / 3 / 32 * 8)
	}
	return m
}

func ExampleReconstructions() {
	face := gradient()
	figure := report.Reconstructions([]report.Reconstruction{{
		Original:      face,
		Code:          []float32{-1, 0.5, 2, 0, 1, -0.25, 0.75, 1.5},
		Reconstructed: face,
		Title:         "Test image 247",
		Note:          "MSE " + report.MSE(0.005865),
	}})
	var png bytes.Buffer
	if err := figure.WritePNG(&png); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.HasPrefix(png.String(), "\x89PNG"))
	// Output: true
}

func ExampleResult_Verdicts() {
	r := report.Result{
		Name: "Convolutional autoencoder",
		Compare: func(mse, other float64) report.Tone {
			if mse < other {
				return report.Better
			}
			return report.Worse
		},
		Value:    report.Measured(0.005741),
		Tutorial: report.Measured(0.005865),
		Baselines: []report.Baseline{
			{Name: "exact PCA", Value: report.Measured(0.006783)},
		},
	}
	for _, v := range r.Verdicts() {
		fmt.Println(v.Other, v.Text, v.Amount)
	}
	// Output:
	// 0.005865 better than the tutorial by 2.1 %
	// 0.006783 better than exact PCA by 15.4 %
}

func ExampleReport_WriteHTML() {
	page := report.Report{
		Title:   "A first run",
		Command: "likeness reproduce",
		Chapters: []report.Chapter{{
			ID:    "conv",
			Title: "The convolutional autoencoder",
			Body: []report.Block{
				report.Paragraph("Twenty-five epochs on two cores."),
				report.Figure{
					Picture: report.LossCurves(report.Curves{
						Title:  "Convolutional autoencoder, code 32",
						Log:    true,
						Series: []report.Series{{Name: "test", Values: []float64{0.021, 0.012, 0.0087, 0.0071}}},
						Baselines: []report.Baseline{
							{Name: "exact PCA", Value: report.Measured(0.006783)},
						},
					}),
					Alt:     "The test error falls over four epochs",
					Caption: "The error over the epochs.",
				},
			},
		}},
	}
	var html strings.Builder
	if err := page.WriteHTML(&html); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Contains(html.String(), "Twenty-five epochs"))
	// Output: true
}
