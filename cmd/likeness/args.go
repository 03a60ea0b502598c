package main

import (
	"fmt"

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
