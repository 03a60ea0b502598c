package search

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Entries are N codes and what is known about each.
type Entries struct {
	Dim    int       // numbers in a code, at least 1
	Codes  []float32 // N x Dim, finite
	IDs    []string  // N
	People []string  // N, "" where no name is known; nil: none is
	// Taken says when each picture was taken, N of them, as the camera's clock
	// showed it and as a time in UTC; the zero time where that is not known. Nil:
	// no time is known.
	Taken []time.Time
	// Attributes are numbers that conditions of queries compare; nil: none.
	Attributes *Attributes
}

// Attributes are named numbers about each of N entries.
type Attributes struct {
	Names  []string  // A
	Values []float32 // N x A, NaN where a value is not known
}

// Column returns the column of a name, or -1: of the very name where there is one, else
// the first by SameAttribute.
func (a *Attributes) Column(name string) int {
	if a == nil {
		return -1
	}
	if exact := slices.Index(a.Names, name); exact >= 0 {
		return exact
	}
	return slices.IndexFunc(a.Names, func(n string) bool { return SameAttribute(n, name) })
}

// Row returns the numbers about entry i. The slice is part of a.
func (a *Attributes) Row(i int) []float32 {
	return a.Values[i*len(a.Names) : (i+1)*len(a.Names)]
}

// Len returns N.
func (e Entries) Len() int { return len(e.IDs) }

// Check returns an error that says what is wrong with e: lists of different lengths, or codes that
// are not finite.
func (e Entries) Check() error {
	if e.Dim < 1 {
		return fmt.Errorf("codes of %d numbers, expected at least 1", e.Dim)
	}
	if n := len(e.IDs); len(e.Codes)%e.Dim != 0 || len(e.Codes)/e.Dim != n {
		return fmt.Errorf("%d numbers of codes, expected %d x %d for %d ids", len(e.Codes), n, e.Dim, n)
	}
	if err := e.checkLists(); err != nil {
		return err
	}
	if i := notFinite(e.Codes); i >= 0 {
		return fmt.Errorf("code %d (%q) has %v at place %d, expected finite numbers", i/e.Dim, e.IDs[i/e.Dim], e.Codes[i], i%e.Dim)
	}
	return nil
}

// checkLists checks what stands beside the codes.
func (e Entries) checkLists() error {
	n := len(e.IDs)
	if e.People != nil && len(e.People) != n {
		return fmt.Errorf("%d people for %d ids", len(e.People), n)
	}
	if e.Taken != nil && len(e.Taken) != n {
		return fmt.Errorf("%d times for %d ids", len(e.Taken), n)
	}
	if a := e.Attributes; a != nil && len(a.Values) != n*len(a.Names) {
		return fmt.Errorf("%d numbers of attributes, expected %d x %d for %d ids", len(a.Values), n, len(a.Names), n)
	}
	return nil
}

// CheckOnce returns an error when an id is there twice.
func (e Entries) CheckOnce() error {
	seen := make(map[string]bool, e.Len())
	for _, id := range e.IDs {
		if seen[id] {
			return fmt.Errorf("the id %q is there twice", id)
		}
		seen[id] = true
	}
	return nil
}

// append appends the entries of b, whose Dim is a's, and fills in what only one of
// the two knows. With own, a's slices may be written to behind their ends.
func (a *Entries) append(b Entries, own bool) error {
	n, m := a.Len(), b.Len()
	var values *Attributes
	switch x, y := a.Attributes, b.Attributes; {
	case x == nil && y == nil:
	case y == nil:
		values = &Attributes{x.Names, appendOwn(x.Values, unknown(m*len(x.Names)), own)}
	case x == nil || n == 0:
		values = &Attributes{y.Names, append(unknown(n*len(y.Names)), y.Values...)}
	case slices.Equal(x.Names, y.Names):
		values = &Attributes{x.Names, appendOwn(x.Values, y.Values, own)}
	default:
		return fmt.Errorf("the attributes %v, the index has %v", y.Names, x.Names)
	}
	a.Attributes = values
	if b.People == nil {
		b.People = make([]string, m)
	}
	if a.Taken != nil || b.Taken != nil {
		if a.Taken == nil {
			a.Taken = make([]time.Time, n)
		}
		if b.Taken == nil {
			b.Taken = make([]time.Time, m)
		}
		a.Taken = appendOwn(a.Taken, b.Taken, own)
	}
	a.Codes = appendOwn(a.Codes, b.Codes, own)
	a.IDs = appendOwn(a.IDs, b.IDs, own)
	a.People = appendOwn(a.People, b.People, own)
	return nil
}

// unknown returns n values of attributes that are not known.
func unknown(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(math.NaN())
	}
	return v
}

func appendOwn[T any](to, more []T, own bool) []T {
	if !own {
		to = slices.Clip(to)
	}
	return append(to, more...)
}

// pick copies the entries at some places. People is never nil in the copy.
func (a *Entries) pick(places []int) Entries {
	n, d := len(places), a.Dim
	e := Entries{Dim: d, Codes: make([]float32, 0, n*d), IDs: make([]string, 0, n), People: make([]string, 0, n)}
	if a.Taken != nil {
		e.Taken = make([]time.Time, 0, n)
	}
	if a.Attributes != nil {
		e.Attributes = &Attributes{Names: a.Attributes.Names, Values: make([]float32, 0, n*len(a.Attributes.Names))}
	}
	for _, place := range places {
		e.Codes = append(e.Codes, a.Codes[place*d:(place+1)*d]...)
		e.IDs = append(e.IDs, a.IDs[place])
		e.People = append(e.People, a.People[place])
		if a.Taken != nil {
			e.Taken = append(e.Taken, a.Taken[place])
		}
		if a.Attributes != nil {
			e.Attributes.Values = append(e.Attributes.Values, a.Attributes.Row(place)...)
		}
	}
	return e
}
