package console

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// UsageError is wrong usage that only a command's own code can find.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }

func (e UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// Exactly takes least to most arguments, or any number from least on when most is 0, and
// says what was expected.
func Exactly(expected string, least, most int) cobra.PositionalArgs {
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

// NoArgs takes no argument. flag, such as "--data", is where one may have been meant; it
// may be empty.
func NoArgs(flag string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return nil
		case flag == "":
			return fmt.Errorf("%q is one argument too many, expected none", args[0])
		}
		return fmt.Errorf("%q is one argument too many, expected none: did you mean %s %s?", args[0], flag, Quote(args[0]))
	}
}

// parseError matches strconv's errors about a flag's text.
var parseError = regexp.MustCompile(`strconv\.Parse(\w+): parsing ".*": (invalid syntax|value out of range)$`)

// plainFlagError says what was expected of a flag that cannot be parsed.
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

// FlagError words an error of parsing flags, and names the flag that may have been meant.
func FlagError(cmd *cobra.Command, err error) error {
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
