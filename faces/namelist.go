package faces

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"likeness/internal/regularfile"
)

// ReadNames reads a CSV file that names the people of pictures: a line of titles, then for each picture its path in the
// source, with its extension or without, and the person; more columns do not count. Columns stand apart as ReadTags has
// it. Errors name the file and the line.
func ReadNames(path string) (map[string]string, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseNames(f, path)
}

// ParseNames is ReadNames for what has been opened; path names it in errors.
func ParseNames(r io.Reader, path string) (map[string]string, error) {
	text := bufio.NewReader(asUTF8(r))
	lines := csv.NewReader(text)
	lines.Comma = separator(text)
	lines.TrimLeadingSpace = lines.Comma != '\t' // an empty field is no space to trim
	lines.FieldsPerRecord = -1
	lines.ReuseRecord = true
	people, from := map[string]string{}, map[string]int{}
	for first := true; ; first = false {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, fmt.Errorf("%s, line %d: %w", path, broken.Line, broken.Err)
		} else if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		line, _ := lines.FieldPos(0)
		picture := cleanName(strings.TrimSpace(record[0]))
		switch {
		case len(record) < 2:
			return nil, fmt.Errorf("%s, line %d: one column, expected a picture and a person", path, line)
		case first:
			continue
		case picture == "":
			return nil, fmt.Errorf("%s, line %d: the name of a picture is missing", path, line)
		case from[picture] > 0:
			return nil, fmt.Errorf("%s, line %d: %s stands on line %d already", path, line, picture, from[picture])
		case len(people) == maxTags:
			return nil, fmt.Errorf("%s, line %d: more than %d pictures", path, line, maxTags)
		}
		people[picture], from[picture] = PersonName(strings.TrimSpace(record[1])), line
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("%s: there is no picture in it, expected a header such as 'picture,person' and a line for each", path)
	}
	return people, nil
}
