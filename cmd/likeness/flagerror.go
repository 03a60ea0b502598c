package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// parseError is how strconv says that a flag's text is no number.
var parseError = regexp.MustCompile(`strconv\.Parse(\w+): parsing ".*": (invalid syntax|value out of range)$`)

// plainFlagError says what was expected of a flag that cannot be read.
func plainFlagError(err error) error {
	text := err.Error()
	if m := parseError.FindStringSubmatch(text); m != nil {
		expected := map[string]string{"Int": "a whole number", "Uint": "a whole number, not negative", "Bool": "true or false"}[m[1]]
		if expected == "" {
			expected = "a number"
		}
		if m[2] != "invalid syntax" {
			expected += " that is not so large"
		}
		text = text[:len(text)-len(m[0])] + "expected " + expected
	}
	if before, _, ok := strings.Cut(text, "time: "); ok {
		text = before + "expected a time such as 90s, 5m or 1h30m"
	}
	return errors.New(text)
}

// flagError is plainFlagError, and names the flag that may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return plainFlagError(err)
	}
	name, best, least := unknown.GetSpecifiedName(), "", 3 // one more than the edits allowed
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		d := levenshtein.Distance(name, f.Name, nil)
		if len(name) > 2 && strings.HasPrefix(f.Name, name) {
			d = 1
		}
		if d < least && d < len(f.Name) {
			best, least = f.Name, d
		}
	})
	if best == "" {
		return plainFlagError(err)
	}
	return fmt.Errorf("%w: did you mean --%s?", plainFlagError(err), best)
}
