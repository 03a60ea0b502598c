package main

import (
	"strconv"
	"strings"

	"likeness/latent"
)

// asked is one --more or --less.
type asked struct {
	name string
	by   float64 // 0: by the gap between those with and without
	sign float64
}

// parseChanges reads --more and --less.
func parseChanges(more, less []string) ([]asked, error) {
	var all []asked
	for i, list := range [][]string{more, less} {
		flag, sign := "more", 1.0
		if i == 1 {
			flag, sign = "less", -1
		}
		for _, text := range list {
			name, strength, given := strings.Cut(text, "=")
			c := asked{name: strings.TrimSpace(name), sign: sign}
			if c.name == "" {
				return nil, usagef("--%s %q: expected the name of an attribute", flag, text)
			}
			if given {
				v, err := strconv.ParseFloat(strings.TrimSpace(strength), 64)
				if err != nil || !(v > 0 && v <= 100) {
					return nil, usagef("--%s %s: expected a strength above 0 behind the =, such as %s=1.5", flag, text, c.name)
				}
				c.by = v
			}
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil, usagef("what is to be changed? Expected --more or --less with an attribute, such as --more Smiling")
	}
	return all, nil
}

// changes finds the attributes, and the strengths that were not given.
func changes(at *latent.Atlas, list []asked) ([]latent.Change, error) {
	var out []latent.Change
	for _, c := range list {
		d, err := at.Direction(c.name)
		if err != nil {
			return nil, err
		}
		by := c.by
		if by == 0 {
			by = d.Gap
		}
		out = append(out, latent.Change{Name: d.Name, By: c.sign * by})
	}
	return out, nil
}
