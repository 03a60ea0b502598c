package embeddings

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"likeness/internal/regularfile"
)

// readCSV reads a table with a line of titles, or one of numbers alone.
func readCSV(path string, opt ReadOptions) (*Table, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	record, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no table: %w", err)
	}
	record[0] = strings.TrimPrefix(record[0], byteOrderMark)
	first := slices.Clone(record)
	var columns csvColumns
	if numbers(first) != nil || counted(first) {
		if columns, err = csvTitles(first, opt); err != nil {
			return nil, err
		}
		first = nil
	} else {
		for i := range first {
			columns.codes = append(columns.codes, i)
		}
		columns.id, columns.person, columns.taken, columns.list = -1, -1, -1, -1
	}
	t := &Table{Unused: columns.unused}
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

// numbers returns an error unless all fields are numbers.
func numbers(fields []string) error {
	for _, f := range fields {
		if _, err := strconv.ParseFloat(strings.TrimSpace(f), 32); err != nil {
			return err
		}
	}
	return nil
}

// counted reports whether fields are the numbers of their columns, 0, 1, 2 and so on: the titles that pandas gives columns
// without names.
func counted(fields []string) bool {
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
	unused            []string
	chosen            bool // which columns are numbers was seen in the first row
}

// csvTitles finds the columns by their titles.
func csvTitles(titles []string, opt ReadOptions) (csvColumns, error) {
	place := func(known []string) int { return slices.Index(titles, find(titles, known)) }
	for _, title := range titles {
		if _, err := strconv.ParseFloat(title, 64); err == nil && strings.Contains(title, ".") { // a row, which would be lost
			return csvColumns{}, fmt.Errorf("line 1: %.40q is no title: expected a line of titles, such as id,c0,c1, or numbers alone", title)
		}
	}
	c := csvColumns{id: place(idNames), person: place(personNames), taken: place(takenNames), list: -1, names: titles}
	if opt.Codes != "" {
		if c.list = slices.Index(titles, opt.Codes); c.list < 0 {
			return c, fmt.Errorf("it has no column %q", opt.Codes)
		}
	} else {
		c.list = place(codeNames)
	}
	for i := range titles {
		if i != c.id && i != c.person && i != c.taken && i != c.list {
			c.codes = append(c.codes, i)
		}
	}
	return c, nil
}

// choose looks at the first row: is there a column of lists, and which others are numbers.
func (c *csvColumns) choose(t *Table, record []string) error {
	c.chosen = true
	if c.list >= 0 && strings.HasPrefix(strings.TrimSpace(record[c.list]), "[") {
		for _, i := range c.codes {
			t.Unused = append(t.Unused, c.names[i])
		}
		c.codes = nil
		return nil
	}
	if c.list >= 0 { // one number among the others, such as a column x beside y
		c.codes = append(c.codes, c.list)
		slices.Sort(c.codes)
		c.list = -1
	}
	c.codes = slices.DeleteFunc(c.codes, func(i int) bool {
		unnamed := c.names != nil && strings.TrimSpace(c.names[i]) == "" // an index column of pandas
		if unnamed || numbers(record[i:i+1]) != nil {
			t.Unused = append(t.Unused, c.names[i])
			return true
		}
		return false
	})
	if len(c.codes) == 0 {
		return errors.New("no column of numbers, and none of lists in brackets: which are the codes?")
	}
	return nil
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
		var code []*float32
		if err := json.Unmarshal([]byte(record[c.list]), &code); err != nil {
			return fmt.Errorf("column %q is no list of numbers: %w", c.names[c.list], err)
		}
		for i, v := range code {
			if v == nil {
				return fmt.Errorf("column %q: element %d is null, expected a number", c.names[c.list], i)
			}
			t.Codes = append(t.Codes, *v)
		}
	}
	for _, i := range c.codes {
		v, err := strconv.ParseFloat(strings.TrimSpace(record[i]), 32)
		if err != nil {
			return fmt.Errorf("column %d: %.40q is no number", i+1, record[i])
		}
		t.Codes = append(t.Codes, float32(v))
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
