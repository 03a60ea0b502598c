package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// entry is a tensor as the header describes it.
type entry struct {
	name       string
	dtype      DType
	shape      []int
	begin, end int64 // offsets into the data
}

// entryJSON is the header's own form of an entry. Pointers distinguish a missing key
// from an empty value.
type entryJSON struct {
	DType   *string   `json:"dtype"`
	Shape   *[]length `json:"shape"`
	Offsets *[]length `json:"data_offsets"`
}

// length is a whole number from 0 up that fits an int64. encoding/json alone
// would take null for 0.
type length int64

func (l *length) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%s where a whole number from 0 to 2^63-1 was expected", b)
	}
	*l = length(n)
	return nil
}

// parseHeader reads the JSON header of a file with dataSize bytes of data. The
// entries come back in the order of their bytes, which they are known to
// fill without gap or overlap, each exactly as long as its shape says.
func parseHeader(header []byte, dataSize int64) (map[string]string, []entry, error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("the header is not UTF-8 text")
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, errors.New("the header does not begin with {: not a safetensors file")
	}
	dec := json.NewDecoder(bytes.NewReader(header))
	dec.Token() // the { just seen
	var metadata map[string]string
	var entries []entry
	seen := map[string]bool{}
	for dec.More() {
		name, err := stringToken(dec)
		if err != nil {
			return nil, nil, err
		}
		if seen[name] {
			return nil, nil, fmt.Errorf("the header has %q twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			if metadata, err = parseMetadata(dec); err != nil {
				return nil, nil, err
			}
			continue
		}
		e, err := parseEntry(dec, name)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, e)
	}
	if _, err := dec.Token(); err != nil { // the closing }
		return nil, nil, fmt.Errorf("the header is cut short or not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, errors.New("the header continues after its closing }")
	}
	return metadata, entries, checkLayout(entries, dataSize)
}

// stringToken reads the key of an object, or a text value.
func stringToken(dec *json.Decoder) (string, error) {
	token, err := dec.Token()
	if err != nil {
		return "", fmt.Errorf("the header is not JSON: %w", err)
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("the header has %v where text was expected", token)
	}
	return s, nil
}

// parseMetadata reads the object of texts behind the metadata key.
func parseMetadata(dec *json.Decoder) (map[string]string, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("the header's %s: %w", metadataKey, err)
	}
	if token != json.Delim('{') {
		return nil, fmt.Errorf("the header's %s is no object of texts", metadataKey)
	}
	metadata := map[string]string{}
	for dec.More() {
		key, err := stringToken(dec)
		if err != nil {
			return nil, fmt.Errorf("the header's %s: %w", metadataKey, err)
		}
		value, err := stringToken(dec)
		if err != nil {
			return nil, fmt.Errorf("the header's %s, key %q: %w", metadataKey, key, err)
		}
		if _, ok := metadata[key]; ok {
			return nil, fmt.Errorf("the header's %s has %q twice", metadataKey, key)
		}
		metadata[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("the header's %s: %w", metadataKey, err)
	}
	return metadata, nil
}

// parseEntry reads the object behind a tensor's name and holds its length
// against its shape.
func parseEntry(dec *json.Decoder, name string) (entry, error) {
	var j entryJSON
	if err := dec.Decode(&j); err != nil {
		return entry{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	switch {
	case j.DType == nil:
		return entry{}, fmt.Errorf("tensor %q has no dtype", name)
	case j.Shape == nil:
		return entry{}, fmt.Errorf("tensor %q has no shape", name)
	case j.Offsets == nil || len(*j.Offsets) != 2:
		return entry{}, fmt.Errorf("tensor %q has no data_offsets of two numbers", name)
	}
	e := entry{
		name:  name,
		dtype: DType(*j.DType),
		shape: make([]int, len(*j.Shape)),
		begin: int64((*j.Offsets)[0]),
		end:   int64((*j.Offsets)[1]),
	}
	for i, n := range *j.Shape {
		if n > math.MaxInt {
			return entry{}, fmt.Errorf("tensor %q: dimension %d is too large", name, n)
		}
		e.shape[i] = int(n)
	}
	want, err := byteLen(e.dtype, e.shape)
	if err != nil {
		return entry{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	if e.begin > e.end || e.end-e.begin != want {
		return entry{}, fmt.Errorf("tensor %q lies at bytes %d to %d, expected %d bytes for %s %v",
			name, e.begin, e.end, want, e.dtype, e.shape)
	}
	return e, nil
}

// checkLayout sorts the entries by their bytes and holds them against each
// other and the size of the data.
func checkLayout(entries []entry, dataSize int64) error {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), cmp.Compare(a.name, b.name))
	})
	at := int64(0)
	for i, e := range entries {
		switch {
		case e.begin < at:
			return fmt.Errorf("tensor %q begins at byte %d, inside tensor %q which ends at %d", e.name, e.begin, entries[i-1].name, at)
		case e.begin > at:
			return fmt.Errorf("tensor %q begins at byte %d, expected %d: a gap", e.name, e.begin, at)
		case e.end > dataSize:
			return fmt.Errorf("tensor %q ends at byte %d of the data, which has %d: the file is cut short", e.name, e.end, dataSize)
		}
		at = e.end
	}
	if at < dataSize {
		return fmt.Errorf("%d bytes follow the last tensor, expected none", dataSize-at)
	}
	return nil
}
