package search_test

import (
	"testing"
	"time"

	"likeness/search"
)

func TestParseCondition(t *testing.T) {
	for text, want := range map[string]search.Condition{
		"Smiling":            {Name: "Smiling", Op: search.Above},
		" !Smiling":          {Name: "Smiling", Op: search.AtMost},
		"Dark Hair > 1.5":    {Name: "Dark Hair", Op: search.Above, Value: 1.5},
		"Dark_Hair>=-2":      {Name: "Dark_Hair", Op: search.AtLeast, Value: -2},
		"Smiling<0.25":       {Name: "Smiling", Op: search.Below, Value: 0.25},
		"Smiling <= 1e-3":    {Name: "Smiling", Op: search.AtMost, Value: 1e-3},
		"Smiling>x":          {},
		">1":                 {},
		"":                   {},
		"!":                  {},
		"Smiling>1<2":        {},
		"Rosy Cheeks=spotty": {Name: "Rosy Cheeks=spotty", Op: search.Above},
	} {
		got, err := search.ParseCondition(text)
		if (err != nil) != (want.Name == "") {
			t.Errorf("%q: error %v", text, err)
		}
		if err != nil {
			continue
		}
		if got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		if again, err := search.ParseCondition(got.String()); err != nil || again != got {
			t.Errorf("%q, written as %q, is read as %v, %v", text, got, again, err)
		}
	}
}

func TestParseDay(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	for text, want := range map[string][2]time.Time{
		"2019-05-17": {day(2019, 5, 17), day(2019, 5, 18)},
		"2020-02":    {day(2020, 2, 1), day(2020, 3, 1)},
		"2019":       {day(2019, 1, 1), day(2020, 1, 1)},
	} {
		first, end, err := search.ParseDay(text)
		if err != nil || first != want[0] || end != want[1] {
			t.Errorf("%q: %v to %v, %v, want %v", text, first, end, err, want)
		}
	}
	for _, text := range []string{"", "yesterday", "2019-13", "2019-02-30", "17.5.2019"} {
		if _, _, err := search.ParseDay(text); err == nil {
			t.Errorf("%q is a day", text)
		}
	}
}

func TestSameAttribute(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Wavy Hair", "wavyhair", true}, {"5_o_Clock_Shadow", "5 o'clock shadow", true}, {"Rosy-Cheeks", "rosy cheeks", true}, {"", "_", true},
		{"Hair", "Wavy Hair", false}, {"Bald", "Bold", false},
	} {
		if got := search.SameAttribute(c.a, c.b); got != c.same || search.SameAttribute(c.b, c.a) != got {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
	a := &search.Attributes{Names: []string{"wavyhair", "Wavy Hair", "Male"}}
	for name, want := range map[string]int{"Wavy Hair": 1, "wavyhair": 0, "WAVY-HAIR": 0, "ma le": 2, "Female": -1} {
		if got := a.Column(name); got != want {
			t.Errorf("%s is column %d, want %d", name, got, want)
		}
	}
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Ada Byron", "ada_byron", true}, {" Ada Byron_", "ADA BYRON", true}, {"Élodie", "élodie", true}, {"", "_", true},
		{"Ada", "Ada Byron", false}, {"Ada Byron", "Ada", false}, {"AdaByron", "Ada Byron", false}, {"Ada", "Adá", false},
	} {
		if got := search.SameName(c.a, c.b); got != c.same || search.SameName(c.b, c.a) != got {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
