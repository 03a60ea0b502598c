package search

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseCondition reads a condition as people write it: "Smiling" is above 0, "!Smiling"
// is at most 0, and "Smiling>1.5", ">=", "<" and "<=" compare with a number.
func ParseCondition(text string) (Condition, error) {
	name, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	c := Condition{Name: strings.TrimSpace(name), Op: Above}
	if not {
		c.Op = AtMost
	} else if i := strings.IndexAny(name, "<>"); i >= 0 {
		op, value := name[i:i+1], name[i+1:]
		if after, ok := strings.CutPrefix(value, "="); ok {
			op, value = op+"=", after
		}
		c.Name, c.Op = strings.TrimSpace(name[:i]), Op(op)
		var err error
		if c.Value, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
			return c, fmt.Errorf("%s: expected a number behind %s", text, op)
		}
	}
	if c.Name == "" {
		return c, fmt.Errorf("%q: expected the name of an attribute, such as Smiling or Smiling>1.5", text)
	}
	return c, nil
}

// ParseDay reads a day such as 2019-05-17, a month such as 2019-05, or a year, and
// returns its first moment and the moment after its last.
func ParseDay(text string) (first, end time.Time, err error) {
	for _, p := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if first, err = time.Parse(p.layout, text); err == nil {
			return first, first.AddDate(p.years, p.months, p.days), nil
		}
	}
	return first, end, errors.New("expected a day such as 2019-05-17, a month such as 2019-05, or a year")
}
