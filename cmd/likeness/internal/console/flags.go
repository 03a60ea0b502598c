package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Choice is a flag for one of some words.
type Choice struct {
	Value   string
	Choices []string
}

func (c *Choice) Type() string   { return strings.Join(c.Choices, "|") }
func (c *Choice) String() string { return c.Value }

// Set takes one of the choices.
func (c *Choice) Set(text string) error {
	if !slices.Contains(c.Choices, text) {
		return fmt.Errorf("expected one of %s", strings.Join(c.Choices, ", "))
	}
	c.Value = text
	return nil
}

// NewChoice returns a flag for one of the named kinds of something.
func NewChoice[T ~string](value T, kinds []T) Choice {
	c := Choice{Value: string(value)}
	for _, k := range kinds {
		c.Choices = append(c.Choices, string(k))
	}
	return c
}

// AddChoice adds a flag for one of some words, with completion.
func AddChoice(cmd *cobra.Command, c *Choice, name, usage string) {
	cmd.Flags().Var(c, name, usage)
	Complete(cmd, name, cobra.FixedCompletions(c.Choices, cobra.ShellCompDirectiveNoFileComp))
}

// AddThreads adds --threads.
func AddThreads(cmd *cobra.Command, n *int) {
	cmd.Flags().IntVar(n, "threads", 0, "threads to work with, 0 for all; the result does not depend on it")
}

// Complete sets a flag's completion. It can only fail for a flag that is not there, which
// is a mistake in this program.
func Complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// The extensions that completion offers.
var (
	ModelNames   = []string{"safetensors"}
	PictureNames = []string{"jpg", "jpeg", "png", "webp", "gif"}
)

// FilesOf completes the names of files with some extensions.
func FilesOf(extensions []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

// ModelThenPictures completes a model file first and pictures after it.
func ModelThenPictures(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return ModelNames, cobra.ShellCompDirectiveFilterFileExt
	}
	return PictureNames, cobra.ShellCompDirectiveFilterFileExt
}
