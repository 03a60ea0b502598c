package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// exactly takes least to most arguments (any number more when most is 0) and
// says what was expected.
func exactly(expected string, least, most int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fmt.Errorf("expected %s", expected)
		case most > 0 && len(args) > most:
			return fmt.Errorf("%q is one argument too many, expected %s", args[most], expected)
		}
		return nil
	}
}

// noArgs takes no argument. flag, such as "--data", is where one may have been
// meant; it may be empty.
func noArgs(flag string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return nil
		case flag == "":
			return fmt.Errorf("%q is one argument too many, expected none", args[0])
		}
		return fmt.Errorf("%q is one argument too many, expected none: did you mean %s %s?", args[0], flag, quote(args[0]))
	}
}

// commandLine is what was typed.
func (a *app) commandLine() string {
	words := []string{"likeness"}
	for _, arg := range a.args {
		words = append(words, quote(arg))
	}
	return strings.Join(words, " ")
}
