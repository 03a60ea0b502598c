package faces

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"likeness/internal/regularfile"

	"golang.org/x/text/unicode/norm"
)

// maxLine bounds a line of an attribute file; LFW's longest have 1.3 KB.
const maxLine = 1 << 20

// AttributeTable is the contents of a file in the layout of lfw_attributes.txt. Row i of every list belongs together.
type AttributeTable struct {
	Names   []string // of the columns
	People  []string // as written in the file, with spaces
	Numbers []int
	Values  []float32 // N x len(Names)
	Lines   []int     // the line that each row stands on, from 1

	rows map[string]int // by PictureID
}

// Len returns the number of rows.
func (t *AttributeTable) Len() int { return len(t.People) }

// Row returns the row about the picture with the given id (see PictureID), or -1.
func (t *AttributeTable) Row(id string) int {
	if r, ok := t.rows[norm.NFC.String(id)]; ok {
		return r
	}
	return -1
}

// AttributeError says where an attribute file is wrong.
type AttributeError struct {
	Path   string
	Line   int    // from 1, 0 when the file as a whole is meant
	Column int    // from 1, 0 when the line as a whole is meant
	Name   string // the column's name, where it has one
	Reason string
}

func (e *AttributeError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", e.Path)
	if e.Line > 0 {
		fmt.Fprintf(&b, ": line %d", e.Line)
	}
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	if e.Name != "" {
		fmt.Fprintf(&b, " (%s)", e.Name)
	}
	return b.String() + ": " + e.Reason
}

// ReadAttributes reads a file in the layout of lfw_attributes.txt.
func ReadAttributes(path string) (*AttributeTable, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseAttributes(f, path)
}

// ParseAttributes reads the layout of lfw_attributes.txt: comment lines that start with "#", a header line
// "#<tab>person<tab>imagenum<tab>name...", then a line for each picture with the person, the number of the picture and
// one finite number for each name, all separated by tabs. Tabs at the ends of lines and blank lines mean nothing. path
// names the file in errors, which are of type *AttributeError and name the line; the first one ends the reading.
func ParseAttributes(r io.Reader, path string) (*AttributeTable, error) {
	return CheckAttributes(r, path, func(e *AttributeError) error { return e })
}

// CheckAttributes is ParseAttributes for a file with several errors: report receives each, and the bad line is skipped
// where report returns nil; what else it returns ends the reading.
func CheckAttributes(r io.Reader, path string, report func(*AttributeError) error) (*AttributeTable, error) {
	p := attributeParser{path: path, report: report, table: &AttributeTable{rows: make(map[string]int)}}
	lines := bufio.NewScanner(asUTF8(r))
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		p.number++
		if err := p.line(lines.Text()); err != nil {
			return nil, err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, &AttributeError{Path: path, Line: p.number + 1, Reason: fmt.Sprintf("longer than %d bytes", maxLine)}
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case p.table.Names == nil:
		return nil, &AttributeError{Path: path, Reason: "there is no header line, which starts with '#', 'person' and 'imagenum' between tabs"}
	case p.table.Len() == 0:
		return nil, &AttributeError{Path: path, Reason: "there is no row after the header"}
	}
	return p.table, nil
}

type attributeParser struct {
	path   string
	number int // of the line, from 1
	table  *AttributeTable
	report func(*AttributeError) error
}

// fail reports an error in column (from 1, or 0) of the line at hand.
func (p *attributeParser) fail(column int, name, format string, args ...any) error {
	return p.report(&AttributeError{Path: p.path, Line: p.number, Column: column, Name: name, Reason: fmt.Sprintf(format, args...)})
}

func (p *attributeParser) line(text string) error {
	if p.number == 1 {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	text = strings.TrimRight(text, "\t\r ")
	switch {
	case text == "":
		return nil
	case p.table.Names == nil && strings.HasPrefix(text, "#"):
		return p.header(strings.Split(text, "\t"))
	case p.table.Names == nil:
		// Going on without the header would only say the same of every row.
		return &AttributeError{Path: p.path, Line: p.number, Reason: "a row before the header line, which starts with '#', 'person' and 'imagenum' between tabs"}
	case strings.HasPrefix(text, "#"):
		return nil
	}
	return p.row(strings.Split(text, "\t"))
}

// header reads the header line; other lines that start with '#' are comments.
func (p *attributeParser) header(fields []string) error {
	if len(fields) < 3 || strings.TrimSpace(fields[0]) != "#" || fields[1] != "person" || fields[2] != "imagenum" {
		return nil
	}
	names := fields[3:]
	if len(names) == 0 {
		return &AttributeError{Path: p.path, Line: p.number, Reason: "the header names no attribute"}
	}
	column := make(map[string]int)
	for i, name := range names {
		name = strings.TrimSpace(name)
		// A column of the header is one further right than the column of the rows that it names.
		at := &AttributeError{Path: p.path, Line: p.number, Column: i + 4, Name: name}
		if name == "" {
			at.Reason = "the attribute has no name"
			return at
		}
		if first, twice := column[name]; twice {
			at.Reason = fmt.Sprintf("the attribute stands in column %d already", first)
			return at
		}
		column[name] = i + 4
		names[i] = name
	}
	p.table.Names = names
	return nil
}

// row reads a line about a picture. Nothing of a bad line is kept.
func (p *attributeParser) row(fields []string) error {
	t := p.table
	want := len(t.Names) + 2
	person := PersonName(strings.TrimSpace(fields[0])) // as in the names of pictures
	if person == "" {
		return p.fail(1, "person", "the name is missing")
	}
	if len(fields) != want {
		more := ""
		if len(fields) < want {
			more = ", " + strconv.Quote(p.columnName(len(fields))) + " is the first that is missing"
		}
		return p.fail(0, "", "%d columns where the header asks for %d%s", len(fields), want, more)
	}
	text := strings.TrimSpace(fields[1])
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > 999_999_999 {
		return p.fail(2, "imagenum", "%s is not the number of a picture", quote(text))
	}
	id := PictureID(person, number)
	if first, twice := t.rows[id]; twice {
		return p.fail(0, "", "%s number %d stands on line %d already", person, number, t.Lines[first])
	}
	length := len(t.Values)
	for i, name := range t.Names {
		text := strings.TrimSpace(fields[i+2])
		v, err := strconv.ParseFloat(text, 32)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			t.Values = t.Values[:length]
			return p.fail(i+3, name, "%s is not a finite number", quote(text))
		}
		t.Values = append(t.Values, float32(v))
	}
	t.rows[id] = t.Len()
	t.People = append(t.People, person)
	t.Numbers = append(t.Numbers, number)
	t.Lines = append(t.Lines, p.number)
	return nil
}

// columnName returns the name of column i of a row, from 0.
func (p *attributeParser) columnName(i int) string {
	switch i {
	case 0:
		return "person"
	case 1:
		return "imagenum"
	}
	return p.table.Names[i-2]
}

// quote quotes text for an error, shortened when it is long.
func quote(text string) string {
	if text == "" {
		return "an empty field"
	}
	if len(text) > 40 {
		return strconv.Quote(text[:40]) + "..."
	}
	return strconv.Quote(text)
}
