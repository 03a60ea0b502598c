package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/evaluation"
	"likeness/exchange"
	"likeness/internal/regularfile"
	"likeness/onnx/export"
)

func newExport(a *app) *cobra.Command {
	opt, score, noPictures := exchange.ExportOptions{}, "", false
	format := console.NewChoice("", append(exchange.Formats(), projectorFormat))
	part := console.NewChoice(exchange.All, []export.Part{exchange.All, export.Encoder, export.Decoder, export.Whole})
	layout := console.NewChoice(export.NHWC, []export.Layout{export.NHWC, export.NCHW})
	c := &cobra.Command{
		Use:   "export MODEL --format " + format.Type(),
		Short: "Write a model, or the points of an index, for other programs",
		Long: fmt.Sprintf(`Write a model in a format of other programs, and beside it its model card,
NAME.md: what the model is, where it comes from, and how to use the files.

%s
INDEX --format projector writes a folder for TensorBoard's Embedding Projector, with
the points of an index, who they are and, unless --no-pictures, their faces:
'tensorboard --logdir FOLDER' opens it, and projector.tensorflow.org loads its files.

An ONNX file gives what likeness gives, with the correction of codes and a
denoiser's mirror images and levels of noise. It takes any number of pictures at
once, as float32 (N, H, W, 3), byte/255 - 0.5; with --pixels as bytes, and gives
bytes. A denoiser with levels has the standard deviation of the noise as a second
input, sigma (N).

NAME is the model's own name, in this folder; --out says another, or a folder. A file takes
the place of one of its own kind alone.`, exportFormats()),
		Example: `  likeness export conv-32.safetensors --format onnx
  likeness export conv --format onnx --part encoder --pixels --out encoder.onnx
  likeness export conv-32.safetensors --format pytorch --license mit
  likeness eval conv-32.safetensors --json > score.json
  likeness export conv-32.safetensors --format card --score score.json
  likeness export Pictures.index.safetensors --format projector --out projector`,
		Args: console.Exactly("a MODEL file, or the name of a model that comes with the program", 1, 1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return console.ModelNames, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	console.AddChoice(c, &format, "format", "what to write")
	console.AddChoice(c, &part, "part", "of ONNX: the part of the model, all for a file of each")
	console.AddChoice(c, &layout, "layout", "of ONNX: pictures as (N, H, W, 3) or (N, 3, H, W)")
	f := c.Flags()
	f.StringVar(&opt.Out, "out", "", "what the files' names begin with, with or without a folder, a `name`, or a folder (default the model's name)")
	f.BoolVar(&opt.Pixels, "pixels", false, "of ONNX: pictures are bytes, and their conversion is part of the graph")
	f.BoolVar(&opt.Uncorrected, "uncorrected", false, "of ONNX: leave the correction of codes away, for a smaller and faster graph")
	f.BoolVar(&opt.FixedSize, "fixed-size", false, "of ONNX: a denoiser for pictures of the model's size only")
	f.BoolVar(&noPictures, "no-pictures", false, "of the projector: no faces, which have to be read")
	f.StringVar(&score, "score", "", "what 'likeness eval MODEL --json' printed, a `file`: for the card's errors, its comparison with what needs no training, and its verdict")
	f.StringVar(&opt.License, "license", "", "the model's licence, a `name` such as mit or cc-by-4.0, for its card and its metadata")
	console.Complete(c, "license", cobra.FixedCompletions([]string{"mit", "apache-2.0", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-nc-4.0", "other"}, cobra.ShellCompDirectiveNoFileComp))
	console.Complete(c, "score", console.FilesOf([]string{"json"}))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := notOfEngine(args...); err != nil {
			return err
		}
		opt.Model, opt.Format, opt.Version = args[0], exchange.Format(format.Value), thisBuild().Version
		opt.Part, opt.Layout = export.Part(part.Value), export.Layout(layout.Value)
		if opt.Format == "" {
			return console.Usagef("expected --format, one of %s", strings.Join(format.Choices, ", "))
		}
		if opt.Format == projectorFormat {
			return a.exportProjector(cmd, args[0], opt.Out, !noPictures)
		}
		if noPictures {
			return console.Usagef("--no-pictures is for --format %s", projectorFormat)
		}
		if opt.Format != exchange.ONNX {
			for _, name := range []string{"part", "layout", "pixels", "uncorrected", "fixed-size"} {
				if cmd.Flags().Changed(name) {
					return console.Usagef("--%s is for --format %s", name, exchange.ONNX)
				}
			}
		}
		if score != "" {
			var err error
			if opt.Score, err = readScore(score); err != nil {
				return err
			}
		}
		r, err := exchange.Export(cmd.Context(), opt)
		if err != nil {
			return replaceError(err)
		}
		a.Notes(r.Notes)
		return a.Emit(r, func(w io.Writer) { printExported(w, r) })
	}
	return c
}

// mostScore bounds the bytes of a score's file.
const mostScore = 16 << 20

// readScore reads what eval has printed.
func readScore(path string) (*evaluation.Score, error) {
	data, err := regularfile.Read(path, mostScore)
	if err != nil {
		return nil, err
	}
	var s evaluation.Score
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("%s: expected what 'likeness eval MODEL --json' prints: %w", path, err)
	}
	return &s, nil
}

// exportFormats lists the formats with what is written.
func exportFormats() string {
	var b strings.Builder
	for _, f := range exchange.Formats() {
		fmt.Fprintf(&b, "  %-8s %s\n", f, f.Describe())
	}
	return b.String()
}

func printExported(w io.Writer, r *exchange.Exported) {
	lines := [][]string{{"file", "what it is"}}
	graphs := slices.ContainsFunc(r.Files, func(f exchange.Written) bool { return len(f.Inputs) > 0 })
	if graphs {
		lines[0] = append(lines[0], "takes", "gives")
	}
	for _, f := range r.Files {
		line := []string{f.Path, f.What}
		if graphs {
			line = append(line, ports(f.Inputs), ports(f.Outputs))
		}
		lines = append(lines, line)
	}
	console.Columns(w, "", lines)
}

// ports returns the inputs or outputs of a graph in words.
func ports(list []exchange.Port) string {
	var all []string
	for _, p := range list {
		all = append(all, fmt.Sprintf("%s %s (%s)", p.Name, p.Type, strings.Join(p.Shape, ", ")))
	}
	return strings.Join(all, ", ")
}
