package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/models"
	"likeness/nn"
	"likeness/pix"
	"likeness/report"
)

func newSummary(a *app) *cobra.Command {
	size := sizeFlag{32, 32}
	var code int
	c := &cobra.Command{
		Use:   "summary MODEL|pca|conv|residual",
		Short: "Show the layers of a model",
		Long: `Show the layers of encoder and decoder with their output shapes and numbers of
parameters, as Keras does, and how the model was trained. MODEL is a model file,
a checkpoint, or the name of an architecture: pca, conv or residual.

Of a model that comes with the program (detector, finder, denoiser, conv) its
card is shown: what it was fitted to, what it is for, and what it cannot do.`,
		Example: `  likeness summary conv-32.safetensors
  likeness summary conv --code 128 --size 64`,
		Args: console.Exactly("a MODEL file, or an architecture: "+strings.Join(autoencoder.Architectures(), ", "), 1, 1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return autoencoder.Architectures(), cobra.ShellCompDirectiveDefault
		},
	}
	c.Flags().IntVar(&code, "code", 32, "numbers in a code, for an architecture")
	c.Flags().Var(&size, "size", "size of the pictures, for an architecture")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		var m *autoencoder.Model
		var err error
		asked := cmd.Flags().Changed("code") || cmd.Flags().Changed("size")
		if models.Is(args[0]) && models.Has(args[0]) && !asked {
			return a.builtInSummary(args[0])
		}
		if slices.Contains(autoencoder.Architectures(), args[0]) {
			if m, err = autoencoder.New(args[0], pix.Prep{W: size.w, H: size.h, Auto: true}, code, 0); err != nil {
				return console.UsageError{Err: err}
			}
		} else {
			if asked {
				return console.Usagef("--code and --size are for the name of an architecture; %s is a file and has its own", args[0])
			}
			if m, err = autoencoder.Open(args[0]); err != nil {
				return err
			}
		}
		s := m.Info(args[0])
		return a.Emit(s, func(w io.Writer) {
			if models.Is(args[0]) && !models.Has(args[0]) && !asked {
				fmt.Fprintf(w, "This build holds no model %s; these are the layers of the architecture.\n\n", args[0])
			}
			fmt.Fprintln(w, strings.TrimRight(m.Summary(), "\n"))
			if s.Fingerprint != "" {
				fmt.Fprintln(w)
				printTraining(w, s)
			}
		})
	}
	return c
}

// printTraining says where a model's weights come from.
func printTraining(w io.Writer, s autoencoder.Info) {
	about := [][2]string{{"fingerprint", s.Fingerprint}, {"pictures", describePrep(s.Prep)}}
	if t := s.Training; t == nil {
		about = append(about, [2]string{"training", "not known"})
	} else {
		task := t.Task
		if t.Corruption != "" {
			task += ", inputs corrupted by " + t.Corruption
		}
		about = append(about, [][2]string{
			{"task", task},
			{"data", t.Data},
			{"split", parts(t.NTrain, t.NValidation, t.NTest, t.Split)},
			{"optimizer", fmt.Sprintf("%s, learning rate %g, %s, batches of %d", t.Optimizer, t.Rate, t.Schedule, t.Batch)},
			{"precision", string(cmp.Or(t.Precision, nn.Float32))},
			{"training", fmt.Sprintf("%s in %s, seed %d", count(len(t.History), "epoch"), report.Duration(time.Duration(t.Seconds*float64(time.Second))), t.Seed)},
		}...)
		if with := t.Extras(); with != "" {
			about = append(about, [2]string{"with", with})
		}
		about = append(about, [2]string{"ended", ending(t)}, [2]string{"kept", keeping(t)})
		if len(t.History) > 0 {
			about = append(about, [2]string{"last epoch", lastEpoch(t)})
		}
	}
	console.Facts(w, about)
}

// describePrep returns in words how photographs are prepared.
func describePrep(p pix.Prep) string { return fmt.Sprintf("%dx%d of %s", p.W, p.H, p.Words()) }
