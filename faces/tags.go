package faces

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"likeness/internal/regularfile"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Tags are attributes that somebody has given to pictures of their own, in a CSV file.
type Tags struct {
	Names    []string
	Pictures []string  // paths as they are written in the file, from the root or from the file's folder; see Path
	Values   []float32 // len(Pictures) x len(Names); above 0 the picture has the attribute, NaN says that nobody knows
	Lines    []int     // the line that each picture stands on, from 1
}

// maxTags bounds the pictures of a file of tags.
const maxTags = 1 << 20

// ReadTags reads a CSV file of tags. Its first line names the columns: that of the pictures, which may be called anything,
// and one for each attribute. Every other line holds a picture's path and for each attribute 1, yes or true, 0, no or
// false, another number (above 0: yes), or nothing where it is not known. Columns stand apart by commas, or by semicolons or tabs
// where the first line has those and no comma, as some spreadsheets write them; UTF-16 with its mark is read too. Errors name the file and the line.
func ReadTags(path string) (*Tags, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseTags(f, path)
}

// ParseTags is ReadTags for what has been opened; path names it in errors.
func ParseTags(r io.Reader, path string) (*Tags, error) {
	text := bufio.NewReader(asUTF8(r))
	lines := csv.NewReader(text)
	lines.Comma = separator(text)
	lines.TrimLeadingSpace = lines.Comma != '\t' // an empty field is no space to trim
	lines.FieldsPerRecord = -1
	lines.ReuseRecord = true
	fail := func(line int, format string, args ...any) error {
		return fmt.Errorf("%s, line %d: %s", path, line, fmt.Sprintf(format, args...))
	}
	t := &Tags{}
	seen := map[string]int{}
	for {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, fail(broken.Line, "%v", broken.Err)
		} else if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		line, _ := lines.FieldPos(0)
		if t.Names == nil {
			if err := t.header(record); err != nil {
				return nil, fail(line, "%v", err)
			}
			continue
		}
		picture := strings.TrimSpace(record[0])
		plain := escape(picture)
		switch first := seen[picture]; {
		case picture == "":
			return nil, fail(line, "the name of a picture is missing")
		case first > 0:
			return nil, fail(line, "%s stands on line %d already", plain, first)
		case len(t.Pictures) == maxTags:
			return nil, fail(line, "more than %d pictures", maxTags)
		}
		if len(record) != 1+len(t.Names) {
			return nil, fail(line, "%d columns, the first line has %d", len(record), 1+len(t.Names))
		}
		seen[picture] = line
		for i, text := range record[1:] {
			v, ok := tag(text)
			if !ok {
				return nil, fail(line, "%s: %s, expected 1, 0 or nothing", escape(t.Names[i]), quote(strings.TrimSpace(text)))
			}
			t.Values = append(t.Values, v)
		}
		t.Pictures, t.Lines = append(t.Pictures, picture), append(t.Lines, line)
	}
	if len(t.Pictures) == 0 {
		return nil, fmt.Errorf("%s: there is no picture in it, expected a header such as 'picture,happy' and a line for each", path)
	}
	return t, nil
}

// asUTF8 decodes UTF-16, as spreadsheets write it, where the text begins with its mark.
func asUTF8(r io.Reader) io.Reader {
	return transform.NewReader(r, unicode.BOMOverride(encoding.Nop.NewDecoder()))
}

// Path returns where picture i lies, by the path of the file of tags that names it.
func (t *Tags) Path(file string, i int) string {
	path := filepath.FromSlash(t.Pictures[i])
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// separator is what stands between the columns, by the first line.
func separator(r *bufio.Reader) rune {
	head, _ := r.Peek(r.Size()) // what there is of it; reading on finds what is wrong
	head, _, _ = bytes.Cut(head, []byte("\n"))
	for _, sign := range ",;\t" {
		if bytes.ContainsRune(head, sign) {
			return sign
		}
	}
	return ','
}

// header reads the names of the columns.
func (t *Tags) header(record []string) error {
	seen := map[string]bool{}
	for i, name := range record {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if i == 0 {
			continue
		}
		same := strings.ToLower(name) // capitals do not distinguish attributes
		if name == "" || seen[same] {
			return fmt.Errorf("column %d has no name, or one that was there before", i+1)
		}
		seen[same] = true
		t.Names = append(t.Names, name)
	}
	if len(t.Names) == 0 {
		return errors.New("no attribute in the header, expected one such as 'picture,happy'")
	}
	return nil
}

// tag reads one value.
func tag(text string) (float32, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "":
		return float32(math.NaN()), true
	case "yes", "true", "y":
		return 1, true
	case "no", "false", "n":
		return 0, true
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 32)
	return float32(v), err == nil && v-v == 0
}
