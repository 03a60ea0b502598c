package embeddings

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"likeness/internal/regularfile"
)

// parquetRow is an entry as it is written: in Parquet's terms a required text, an optional
// text, an optional TIMESTAMP of milliseconds without a zone, and a LIST of FLOAT.
type parquetRow struct {
	ID     string    `parquet:"id"`
	Person *string   `parquet:"person,optional"`
	Taken  *int64    `parquet:"taken,optional,timestamp(millisecond:local)"`
	Code   []float32 `parquet:"code,list"`
}

func (t *Table) writeParquet(w io.Writer) error {
	p := parquet.NewGenericWriter[parquetRow](w, parquet.Compression(&parquet.Snappy), parquet.CreatedBy("likeness", "", ""))
	for i, id := range t.IDs {
		row := parquetRow{ID: id, Code: t.Codes[i*t.Dim : (i+1)*t.Dim]}
		if t.People != nil && t.People[i] != "" {
			row.Person = &t.People[i]
		}
		if t.Taken != nil && !t.Taken[i].IsZero() {
			ms := t.Taken[i].UnixMilli()
			row.Taken = &ms
		}
		if _, err := p.Write([]parquetRow{row}); err != nil {
			return errors.Join(err, p.Close())
		}
	}
	return p.Close()
}

// withParquet opens a Parquet file and lets use read it. The library panics on some damaged files; that is an error here.
func withParquet(path string, use func(file *parquet.File, size int64) error) (err error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a damaged Parquet file: %v", p)
		}
	}()
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return err
	}
	return use(file, info.Size())
}

// readParquet reads a Parquet file.
func readParquet(path string, opt ReadOptions) (*Table, error) {
	t := &Table{}
	err := withParquet(path, func(file *parquet.File, size int64) error {
		columns, err := parquetColumns(file, opt)
		if err != nil {
			return err
		}
		t.Unused, t.CodesFrom = columns.unused, columns.words()
		columns.most = max(largeNumbers, int(size)*mostRatio/4)
		told := int64(0) // numbers, by the file's own word: one row may have all of them
		for _, group := range file.RowGroups() {
			for i, chunk := range group.ColumnChunks() {
				if i == columns.list || slices.Contains(columns.codes, i) {
					told += chunk.NumValues()
				}
			}
			if told > int64(columns.most) {
				return columns.bomb()
			}
			if err := columns.read(t, group, opt.IDs == ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// columnPlaces are the numbers of leaf columns; -1 where there is none.
type columnPlaces struct {
	id, person, taken int
	list              int
	codes             []int
	unit              time.Duration // of taken, where it is a number
	names             []string
	unused            []string
	most              int // numbers of all codes that a file of this size may hold
}

// Bounds of the numbers of all codes. Codes do not become much smaller by compression: from largeNumbers on, a file whose numbers
// are mostRatio times as long as itself holds nothing, however often.
const (
	largeNumbers = 64 << 20
	mostRatio    = 200
)

func parquetColumns(file *parquet.File, opt ReadOptions) (columnPlaces, error) {
	c := columnPlaces{id: -1, person: -1, taken: -1, list: -1, unit: time.Second}
	var numbers, lists []int
	var tops []string
	for i, path := range file.Schema().Columns() {
		leaf, ok := file.Schema().Lookup(path...)
		if !ok {
			return c, fmt.Errorf("column %d is not in its schema", i)
		}
		tops, c.names = append(tops, path[0]), append(c.names, path[0])
		switch leaf.Node.Type().Kind() {
		case parquet.Float, parquet.Double:
			if leaf.MaxRepetitionLevel == 1 {
				lists = append(lists, i)
			} else if leaf.MaxRepetitionLevel == 0 {
				numbers = append(numbers, i)
			}
		}
	}
	c.id, c.person, c.taken = placeOf(tops, idNames), placeOf(tops, personNames), placeOf(tops, takenNames)
	switch {
	case opt.Codes != "":
		if c.list = slices.Index(tops, opt.Codes); c.list < 0 {
			return c, fmt.Errorf("it has no column %q, but %q", opt.Codes, tops)
		}
		if !slices.Contains(lists, c.list) {
			return c, fmt.Errorf("column %q is no list of numbers", opt.Codes)
		}
	case len(lists) == 1:
		c.list = lists[0]
	case len(lists) > 1:
		names := make([]string, len(lists))
		for i, l := range lists {
			names[i] = tops[l]
		}
		if c.list = slices.Index(tops, find(names, codeNames)); c.list < 0 {
			return c, fmt.Errorf("%w: it has the lists %q", ErrUnclear, names)
		}
	default:
		for _, i := range numbers {
			if i != c.id && i != c.person && i != c.taken {
				c.codes = append(c.codes, i)
			}
		}
		c.codes = counted(tops, c.codes)
		if len(c.codes) == 0 {
			return c, fmt.Errorf("none of its columns %q has lists of numbers, or numbers: which are the codes?", tops)
		}
	}
	if c.taken >= 0 {
		leaf, _ := file.Schema().Lookup(file.Schema().Columns()[c.taken]...)
		if logical := leaf.Node.Type().LogicalType(); logical != nil {
			switch kind := logical.Value.(type) {
			case *format.TimestampType:
				if kind.Unit.Value != nil {
					c.unit = kind.Unit.Value.Duration()
				}
			case *format.DateType:
				c.unit = 24 * time.Hour
			}
		}
	}
	for i, name := range tops {
		if i != c.id && i != c.person && i != c.taken && i != c.list && !slices.Contains(c.codes, i) {
			c.unused = append(c.unused, name)
		}
	}
	return c, nil
}

// words says which columns are the codes.
func (c *columnPlaces) words() string {
	if c.list >= 0 {
		return c.names[c.list]
	}
	if n := len(c.codes); n > 1 {
		return c.names[c.codes[0]] + " to " + c.names[c.codes[n-1]]
	}
	return c.names[c.codes[0]]
}

// read appends the rows of a group.
func (c *columnPlaces) read(t *Table, group parquet.RowGroup, ids bool) (err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	buffer := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			entry := len(t.Codes) / max(t.Dim, 1)
			if err := c.add(t, row, ids); err != nil {
				return fmt.Errorf("entry %d: %w", entry, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		} else if n == 0 {
			return io.ErrNoProgress
		}
	}
}

func (c *columnPlaces) bomb() error {
	return fmt.Errorf("more than %d numbers come out of this file: it is a bomb, or nothing but equal numbers", c.most)
}

func (c *columnPlaces) add(t *Table, row parquet.Row, ids bool) error {
	before := len(t.Codes)
	var id, person string
	var taken time.Time
	for _, v := range row {
		at := v.Column()
		switch {
		case v.IsNull():
			if at == c.list || slices.Contains(c.codes, at) {
				return fmt.Errorf("column %q has no number", c.names[at])
			}
		case at == c.list || slices.Contains(c.codes, at):
			if v.Kind() == parquet.Float {
				t.Codes = append(t.Codes, v.Float())
			} else {
				t.Codes = append(t.Codes, float32(v.Double()))
			}
		case at == c.id:
			id = v.String()
		case at == c.person:
			person = v.String()
		case at == c.taken:
			switch v.Kind() {
			case parquet.Int32, parquet.Int64:
				taken = timeOf(v.Int64(), c.unit)
			default:
				var err error
				if taken, err = parseTime(v.String()); err != nil {
					return err
				}
			}
		}
	}
	switch n := len(t.Codes) - before; {
	case t.Dim == 0:
		t.Dim = n
		if n == 0 {
			return errors.New("it has no code")
		}
	case n != t.Dim:
		return fmt.Errorf("a code of %d numbers, those before it have %d", n, t.Dim)
	}
	if len(t.Codes) > c.most {
		return c.bomb()
	}
	if c.id >= 0 && ids {
		t.IDs = append(t.IDs, id)
	}
	if c.person >= 0 {
		t.People = append(t.People, person)
	}
	if c.taken >= 0 {
		t.Taken = append(t.Taken, taken)
	}
	return nil
}

// timeOf returns the time of a count of units since the beginning of 1970; one outside of the
// years 0 to 9999 is not known.
func timeOf(count int64, unit time.Duration) time.Time {
	var t time.Time
	if unit >= time.Second {
		if count < -1<<40 || count > 1<<40 {
			return t
		}
		t = time.Unix(count*int64(unit/time.Second), 0)
	} else {
		per := int64(time.Second / unit)
		t = time.Unix(count/per, 0)
	}
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// Column is a column of a Parquet file.
type Column struct {
	Name string
	Type string // Parquet's, with "list of " in front of what repeats
}

// ParquetColumns returns the leaf columns of a Parquet file, and how many rows it says it has.
func ParquetColumns(path string) (columns []Column, rows int64, err error) {
	err = withParquet(path, func(file *parquet.File, _ int64) error {
		for _, names := range file.Schema().Columns() {
			leaf, ok := file.Schema().Lookup(names...)
			if !ok {
				continue
			}
			c := Column{Name: names[0], Type: leaf.Node.Type().String()}
			if leaf.MaxRepetitionLevel > 0 {
				c.Type = "list of " + c.Type
			}
			columns = append(columns, c)
		}
		rows = file.NumRows()
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return columns, rows, nil
}
