package embeddings

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"likeness/internal/regularfile"
)

// readCSV reads a table with a line of titles, or one of numbers alone. Columns stand apart by commas, semicolons or tabs;
// between semicolons numbers may have a decimal comma.
func readCSV(path string, opt ReadOptions) (*Table, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := bufio.NewReaderSize(f, 1<<16)
	head, _ := text.Peek(1 << 12)
	comma, err := separator(head)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(text)
	r.Comma, r.ReuseRecord = comma, true
	record, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no table: %w", err)
	}
	record[0] = strings.TrimPrefix(record[0], byteOrderMark)
	first := slices.Clone(record)
	columns := csvColumns{id: -1, person: -1, taken: -1, list: -1, decimal: comma == ';'}
	if columns.numbers(first) != nil || countedFields(first) {
		if err := columns.titles(first, opt); err != nil {
			return nil, err
		}
		first = nil
	} else {
		for i := range first {
			columns.codes = append(columns.codes, i)
		}
		columns.chosen = true
	}
	t := &Table{}
	for {
		if first == nil {
			if record, err = r.Read(); errors.Is(err, io.EOF) {
				return t, nil
			} else if err != nil {
				return nil, err
			}
		} else {
			record, first = first, nil
		}
		if err := columns.add(t, record, opt.IDs == ""); err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// separator returns what stands between the columns of a text that begins with head.
func separator(head []byte) (rune, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return 0, errors.New("a text in UTF-16: save it in UTF-8")
	case bytes.IndexByte(head, 0) >= 0:
		return 0, errors.New("no table: expected a NumPy, Parquet or CSV file")
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', 0
	for _, c := range []byte{',', ';', '\t'} {
		if n := bytes.Count(line, []byte{c}); n > most {
			best, most = rune(c), n
		}
	}
	return best, nil
}

// countedFields reports whether fields are the numbers of their columns, 0, 1, 2 and so on: the titles that pandas gives columns
// without names.
func countedFields(fields []string) bool {
	for i, f := range fields {
		if f != strconv.Itoa(i) {
			return false
		}
	}
	return len(fields) > 1
}

// csvColumns are the places of columns; -1 where there is none.
type csvColumns struct {
	id, person, taken int
	list              int   // the column of codes as lists
	codes             []int // or those of their numbers
	names             []string
	chosen            bool // which columns are numbers was seen in the first row
	decimal           bool // numbers may have a decimal comma
}

// number reads a number.
func (c *csvColumns) number(field string) (float32, error) {
	field = strings.TrimSpace(field)
	if c.decimal {
		field = strings.Replace(field, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(field, 32)
	return float32(v), err
}

// numbers returns an error unless all fields are numbers.
func (c *csvColumns) numbers(fields []string) error {
	for _, f := range fields {
		if _, err := c.number(f); err != nil {
			return err
		}
	}
	return nil
}

// titles finds the columns by their titles. A first one without a title, as pandas writes it, has the ids where no other has.
func (c *csvColumns) titles(titles []string, opt ReadOptions) error {
	c.names = make([]string, len(titles))
	for i, title := range titles {
		c.names[i] = strings.TrimSpace(title)
		if _, err := c.number(title); err == nil && strings.ContainsAny(title, ".,") { // a row, which would be lost
			return fmt.Errorf("line 1: %.40q is no title: expected a line of titles, such as id,c0,c1, or numbers alone", title)
		}
	}
	c.id, c.person, c.taken = placeOf(c.names, idNames), placeOf(c.names, personNames), placeOf(c.names, takenNames)
	if c.id < 0 && c.names[0] == "" {
		c.id = 0
	}
	if opt.Codes == "" {
		c.list = placeOf(c.names, codeNames)
	} else if c.list = slices.Index(c.names, opt.Codes); c.list < 0 {
		return fmt.Errorf("it has no column %q, but %s", opt.Codes, quoted(c.names))
	}
	for i := range titles {
		if i != c.id && i != c.person && i != c.taken && i != c.list {
			c.codes = append(c.codes, i)
		}
	}
	return nil
}

// quoted lists the first names.
func quoted(names []string) string {
	if len(names) > 12 {
		return fmt.Sprintf("%q and %d more", names[:12], len(names)-12)
	}
	return fmt.Sprintf("%q", names)
}

// choose looks at the first row: is there a column of lists, and which others are numbers. Of these, columns that are counted
// up, such as dim_0, dim_1 and so on, are a code, and numbers beside them are none.
func (c *csvColumns) choose(t *Table, record []string) error {
	c.chosen = true
	unused := func(i int) { t.Unused = append(t.Unused, cmp.Or(c.names[i], "a column without a title")) }
	if c.list >= 0 && strings.HasPrefix(strings.TrimSpace(record[c.list]), "[") {
		for _, i := range c.codes {
			unused(i)
		}
		c.codes = nil
		t.CodesFrom = c.names[c.list]
		return nil
	}
	if c.list >= 0 { // one number among the others, such as a column x beside y
		c.codes = append(c.codes, c.list)
		slices.Sort(c.codes)
	}
	var numbers []int
	for _, i := range c.codes {
		if c.names[i] == "" || c.numbers(record[i:i+1]) != nil {
			unused(i)
		} else {
			numbers = append(numbers, i)
		}
	}
	c.codes = counted(c.names, numbers)
	for _, i := range numbers {
		if !slices.Contains(c.codes, i) {
			unused(i)
		}
	}
	if c.list >= 0 && !slices.Contains(c.codes, c.list) {
		return fmt.Errorf("column %q holds neither lists in brackets nor numbers", c.names[c.list])
	}
	c.list = -1
	if len(c.codes) == 0 {
		return errors.New("no column of numbers, and none of lists in brackets: which are the codes?")
	}
	t.CodesFrom = c.names[c.codes[0]]
	if n := len(c.codes); n > 1 {
		t.CodesFrom += " to " + c.names[c.codes[n-1]]
	}
	return nil
}

// numberedTitle is a title that ends in a number.
var numberedTitle = regexp.MustCompile(`^(.*?)(\d+)$`)

// counted returns the largest group of columns whose titles are alike but for a number that counts up; all columns where there
// is no such group.
func counted(titles []string, columns []int) []int {
	groups := map[string][]int{}
	next := map[string]int{}
	var largest []int
	for _, i := range columns {
		m := numberedTitle.FindStringSubmatch(titles[i])
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[2])
		if err != nil || len(groups[m[1]]) > 0 && n != next[m[1]] {
			continue
		}
		groups[m[1]], next[m[1]] = append(groups[m[1]], i), n+1
		if len(groups[m[1]]) > len(largest) {
			largest = groups[m[1]]
		}
	}
	if len(largest) < 2 {
		return columns
	}
	return largest
}

// list reads a list in brackets, of numbers between commas as JSON has it, or between spaces as NumPy prints it.
func list(text string) ([]float32, error) {
	text = strings.TrimSpace(text)
	inside, opened := strings.CutPrefix(text, "[")
	inside, closed := strings.CutSuffix(inside, "]")
	if !opened || !closed {
		return nil, fmt.Errorf("%.40q is no list in brackets", text)
	}
	if strings.Contains(inside, "...") {
		return nil, errors.New("the list was printed with its middle left out")
	}
	var code []float32
	for i, f := range strings.FieldsFunc(inside, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		v, err := strconv.ParseFloat(f, 32)
		if err != nil {
			return nil, fmt.Errorf("element %d is %.40s, expected a number", i, f)
		}
		code = append(code, float32(v))
	}
	return code, nil
}

// add appends a row to a table.
func (c *csvColumns) add(t *Table, record []string, ids bool) error {
	if !c.chosen {
		if err := c.choose(t, record); err != nil {
			return err
		}
	}
	before := len(t.Codes)
	if c.list >= 0 {
		code, err := list(record[c.list])
		if err != nil {
			return fmt.Errorf("column %q: %w", c.names[c.list], err)
		}
		t.Codes = append(t.Codes, code...)
	}
	for _, i := range c.codes {
		v, err := c.number(record[i])
		if err != nil {
			return fmt.Errorf("column %d: %.40q is no number", i+1, record[i])
		}
		t.Codes = append(t.Codes, v)
	}
	switch n := len(t.Codes) - before; {
	case t.Dim == 0:
		t.Dim = n
	case n != t.Dim:
		return fmt.Errorf("a code of %d numbers, those before it have %d", n, t.Dim)
	}
	if c.id >= 0 && ids {
		t.IDs = append(t.IDs, strings.Clone(record[c.id]))
	}
	if c.person >= 0 {
		t.People = append(t.People, strings.Clone(record[c.person]))
	}
	if c.taken >= 0 {
		when, err := parseTime(record[c.taken])
		if err != nil {
			return err
		}
		t.Taken = append(t.Taken, when)
	}
	return nil
}

// writeCSV writes the columns id, person, taken and c0, c1, ... The numbers are the shortest
// that give the same float32 when they are read.
func (t *Table) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	people, taken := t.known()
	titles := []string{"id"}
	if people {
		titles = append(titles, "person")
	}
	if taken {
		titles = append(titles, "taken")
	}
	for i := range t.Dim {
		titles = append(titles, "c"+strconv.Itoa(i))
	}
	if err := c.Write(titles); err != nil {
		return err
	}
	for i, id := range t.IDs {
		record := append(make([]string, 0, len(titles)), id)
		if people {
			record = append(record, t.People[i])
		}
		if taken {
			record = append(record, formatTime(t.Taken[i]))
		}
		for _, v := range t.Codes[i*t.Dim : (i+1)*t.Dim] {
			record = append(record, strconv.FormatFloat(float64(v), 'g', -1, 32))
		}
		if err := c.Write(record); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
