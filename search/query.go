package search

import (
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Query asks an index for the entries nearest to a code. It is plain data, so that
// an index may evaluate it here, or hand it on to an engine elsewhere.
type Query struct {
	Code []float32 `json:"code"` // Dim finite numbers
	// Point is the code in the index's space, for a caller who has it already, as of an entry; nil: the space computes it.
	Point []float32 `json:"-"`
	K     int       `json:"k"` // how many entries to return at most, at least 1
	// Where restricts the search to some of the entries. The zero value keeps all.
	Where Where `json:"where,omitzero"`
	// MaxDistance is the largest distance of a match, in the index's space; 0 means
	// no limit. (Any positive limit, however small, keeps entries at distance 0.)
	MaxDistance float64 `json:"max_distance,omitempty"`
}

// Queries makes one query for each of the N codes, N x dim, all with the same k.
func Queries(codes []float32, dim, k int) []Query {
	list := make([]Query, len(codes)/dim)
	for i := range list {
		list[i] = Query{Code: codes[i*dim : (i+1)*dim], K: k}
	}
	return list
}

// Where selects entries. An entry must meet every condition that is set; within
// People and within Folders one of several suffices.
type Where struct {
	// People are names of persons. Upper and lower case count as equal, and so do
	// underscores and spaces.
	People []string `json:"people,omitempty"`
	// Folders are leading parts of ids: "2019" keeps "2019/a" but not "2019b/a",
	// "." keeps all.
	Folders []string `json:"folders,omitempty"`
	// From and To bound the time at which a picture was taken: From <= t < To. The
	// zero time means no bound. Entries without a time meet no bound.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Attributes must all hold. Entries whose attribute is unknown do not meet it.
	Attributes []Condition `json:"attributes,omitempty"`
	// Not are ids of entries to leave out. An approximate index does not become
	// slower by them, as it does by the other conditions.
	Not []string `json:"not,omitempty"`
}

// Condition compares an attribute with a value.
type Condition struct {
	Name  string  `json:"name"` // matched by SameAttribute
	Op    Op      `json:"op"`
	Value float64 `json:"value"`
}

// Op is a comparison.
type Op string

// The comparisons.
const (
	Above   Op = ">"
	AtLeast Op = ">="
	Below   Op = "<"
	AtMost  Op = "<="
)

// String returns the condition's text, such as "Smiling>1.5".
func (c Condition) String() string { return fmt.Sprintf("%s%s%g", c.Name, c.Op, c.Value) }

// Selects reports whether w sets any condition besides Not.
func (w *Where) Selects() bool {
	return len(w.People)+len(w.Folders)+len(w.Attributes) > 0 || !w.From.IsZero() || !w.To.IsZero()
}

// SameName reports whether two names are equal apart from case, surrounding spaces,
// and underscores in place of spaces.
func SameName(a, b string) bool {
	a, b = trimName(a), trimName(b)
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y && plainRune(x) != plainRune(y) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return a == b
}

// SameAttribute reports whether two names mean one attribute: case, spaces, underscores,
// hyphens and apostrophes are ignored.
func SameAttribute(a, b string) bool { return PlainAttribute(a) == PlainAttribute(b) }

// PlainAttribute returns an attribute's name in lower case without spaces, underscores,
// hyphens and apostrophes.
func PlainAttribute(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_-'", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// PlainName returns a name in lower case with spaces in place of underscores, none of them
// around it. SameName holds of two names exactly where their plain names are equal.
func PlainName(name string) string { return strings.Map(plainRune, trimName(name)) }

func trimName(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r == '_' || unicode.IsSpace(r) })
}

func plainRune(r rune) rune {
	if r == '_' {
		return ' '
	}
	return unicode.ToLower(r)
}

// InFolder reports whether an id lies in a folder, of which whole parts count. The
// folder may be written with the system's separators.
func InFolder(id, folder string) bool {
	folder = CleanFolder(folder)
	return folder == "." || strings.HasPrefix(id, folder+"/")
}

// CleanFolder returns a folder as ids have it; "." stands for all folders.
func CleanFolder(folder string) string { return path.Clean(filepath.ToSlash(folder)) }

// FoldersOf returns the clean folders that an id lies in, but for ".": "2019" and "2019/may" of
// "2019/may/a.jpg".
func FoldersOf(id string) []string {
	var list []string
	for i := range len(id) {
		if id[i] == '/' {
			list = append(list, id[:i])
		}
	}
	return list
}

// filter is a Where made ready for the entries of an index. A nil one keeps every entry.
// It is only read once it is made.
type filter struct {
	entries    *Entries
	where      Where
	folders    []string // with a slash at their ends
	conditions []bound
	not        map[string]bool
	selects    bool // besides not
}

// bound is a Condition with its column.
type bound struct {
	column int
	op     Op
	value  float32
}

// Known is what is known of the entries that a Where shall choose among.
type Known struct {
	Entries    int
	Dated      bool     // when some of them were taken
	Attributes []string // the names of their attributes; nil: they have none
}

// Check returns an error that says which condition does not fit the entries.
func (w *Where) Check(k Known) error {
	if !w.From.IsZero() || !w.To.IsZero() {
		if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
			return fmt.Errorf("from %s to %s: expected a time before the second", w.From.Format(time.DateTime), w.To.Format(time.DateTime))
		}
		if !k.Dated && k.Entries > 0 {
			return fmt.Errorf("it is not known when any of the %d entries was taken", k.Entries)
		}
	}
	named := Attributes{Names: k.Attributes}
	for _, c := range w.Attributes {
		switch {
		case !slices.Contains([]Op{Above, AtLeast, Below, AtMost}, c.Op):
			return fmt.Errorf("attribute %s: comparison %q, expected >, >=, < or <=", c.Name, c.Op)
		case math.IsNaN(c.Value):
			return fmt.Errorf("attribute %s: compared with NaN, expected a number", c.Name)
		case k.Attributes == nil && k.Entries > 0:
			return fmt.Errorf("attribute %s: the entries have no attributes", c.Name)
		case k.Attributes != nil && named.Column(c.Name) < 0:
			return fmt.Errorf("attribute %s: there is none of that name, but %s", c.Name, strings.Join(k.Attributes, ", "))
		}
	}
	return nil
}

// bind checks w against entries, and returns nil where it keeps all of them.
func (w *Where) bind(e *Entries) (*filter, error) {
	if !w.Selects() && len(w.Not) == 0 {
		return nil, nil
	}
	f := &filter{entries: e, where: *w, selects: w.Selects()}
	if len(w.Not) > 0 {
		f.not = make(map[string]bool, len(w.Not))
		for _, id := range w.Not {
			f.not[id] = true
		}
	}
	for _, folder := range w.Folders {
		if folder = CleanFolder(folder); folder == "." {
			f.folders = nil
			f.where.Folders = nil
			break
		}
		f.folders = append(f.folders, folder+"/")
	}
	known := Known{Entries: e.Len(), Dated: e.Taken != nil}
	if e.Attributes != nil {
		known.Attributes = append([]string{}, e.Attributes.Names...)
	}
	if err := w.Check(known); err != nil {
		return nil, err
	}
	for _, c := range w.Attributes {
		f.conditions = append(f.conditions, bound{column: e.Attributes.Column(c.Name), op: c.Op, value: float32(c.Value)})
	}
	return f, nil
}

// keeps reports whether an entry passes. A nil filter keeps all; callers in inner loops
// check that themselves.
func (f *filter) keeps(place int) bool {
	if f.not != nil && f.not[f.entries.IDs[place]] {
		return false
	}
	return !f.selects || f.meets(place)
}

// meets is keeps without regard to Not.
func (f *filter) meets(place int) bool {
	e, w := f.entries, &f.where
	if len(w.People) > 0 {
		person := e.People[place]
		if person == "" || !slices.ContainsFunc(w.People, func(p string) bool { return SameName(p, person) }) {
			return false
		}
	}
	if len(f.folders) > 0 && !slices.ContainsFunc(f.folders, func(p string) bool { return strings.HasPrefix(e.IDs[place], p) }) {
		return false
	}
	if !w.From.IsZero() || !w.To.IsZero() {
		t := e.Taken[place]
		if t.IsZero() || t.Before(w.From) || !w.To.IsZero() && !t.Before(w.To) {
			return false
		}
	}
	for _, c := range f.conditions {
		if !c.holds(e.Attributes.Row(place)[c.column]) {
			return false
		}
	}
	return true
}

// holds is false for NaN, which stands for an unknown value.
func (b bound) holds(v float32) bool {
	switch b.op {
	case Above:
		return v > b.value
	case AtLeast:
		return v >= b.value
	case Below:
		return v < b.value
	}
	return v <= b.value
}

// scans reports whether only a pass over all entries answers a query with f.
func (f *filter) scans() bool { return f != nil && f.selects }

// left is how many entries Not may take out of an answer.
func (f *filter) left() int {
	if f == nil {
		return 0
	}
	return len(f.not)
}
