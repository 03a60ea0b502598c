package report

import (
	"time"

	"likeness/pix"
)

// Report describes one run on one page. WriteHTML writes it.
type Report struct {
	Title    string
	Subtitle string
	Cover    *Figure // under the title; may be nil

	Made    time.Time     // when the page was made; the zero time is not shown
	Took    time.Duration // the whole run; 0 is "not measured"
	Machine string        // such as "2 cores, AVX-512"
	Command string        // the command that makes the page
	Facts   []Fact        // more lines of the head: the data, the split, the seed

	Summary     []Result
	SummaryNote string // under the summary's title

	Chapters []Chapter
}

// Fact is a name and what it is.
type Fact struct{ Name, Value string }

// Result is one number of the run beside those that it is compared with. The words of
// the verdicts are computed from the numbers, never given.
type Result struct {
	Name  string
	Note  string // a second, quieter line: code size, epochs
	Value Number
	Form  Form
	// Compare compares the value with another number of the same form: the rule is the
	// caller's. With nil nothing is comparable.
	Compare  func(value, other float64) Tone
	Tutorial Number // what the tutorial reports for the same thing
	// Incomparable says why the tutorial's number is not comparable with this one, such as
	// "drawn faces, not LFW"; empty when it is.
	Incomparable string
	Baselines    []Baseline // closed forms and other measures
	Took         time.Duration
	Chapter      string // the ID of the chapter that tells more; may be empty
	Headline     bool   // also shown large at the top
}

// Chapter is one part of the page. ID is its anchor: letters, digits and hyphens, unique on
// the page.
type Chapter struct {
	ID, Title string
	Body      []Block
}

// Block is what a chapter is made of: a Paragraph, Aside, Command, Listing,
// Table, Figure or Matrices.
type Block interface{ block() }

// Paragraph is running text.
type Paragraph string

// Aside is a remark set apart: a limit, a surprise, something left out.
type Aside string

// Command is the command line that does a part alone.
type Command string

// Listing is text in a monospaced font, such as a summary of layers.
type Listing struct {
	Title, Text string
	Folded      bool // shown only when its title is clicked, but always printed
}

// Table is a table with a caption. A row with fewer cells than columns, and an
// empty cell, read "not measured" in a numeric column and "–" in others.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string
}

// Column heads a column of a table. Numeric columns are set flush right in
// figures of one width.
type Column struct {
	Name    string
	Numeric bool
}

// Figure is a picture with its caption: Picture, a figure of this package
// drawn at Density, or GIF, an animation shown pixel for pixel.
type Figure struct {
	Picture *pix.Image
	GIF     []byte
	Alt     string // what is seen, for those who do not see it; the caption when empty
	Caption string
}

// Matrices shows small matrices side by side, such as input, filter and output
// of a transposed convolution.
type Matrices struct {
	Title string
	Parts []Matrix
}

// Matrix is one of Matrices; Sign stands before it, such as "=".
type Matrix struct {
	Sign, Name string
	Rows       [][]float64
}

func (Paragraph) block() {}
func (Aside) block()     {}
func (Command) block()   {}
func (Listing) block()   {}
func (Table) block()     {}
func (Figure) block()    {}
func (Matrices) block()  {}
