package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"likeness/safetensors"
	"likeness/search"
)

// Header says what a collection holds. It does not change while the collection is there.
type Header struct {
	Model    string `json:"model"` // the fingerprint of what made the codes
	Arch     string `json:"architecture"`
	Prep     string `json:"prep"`               // how pictures became its input, as search.About has it
	Faces    string `json:"faces,omitempty"`    // as search.About has it
	Detector string `json:"detector,omitempty"` // as search.About has it
	Encoder  string `json:"encoder,omitempty"`  // as search.About has it
	Dim      int    `json:"dim"`                // numbers in a code
	Width    int    `json:"width"`              // numbers in a point
	// Space maps codes to points. Engines keep it as SpaceBytes has it.
	Space search.Space `json:"-"`
	// Attributes are the names of the numbers that conditions can compare; nil: there are none.
	Attributes []string `json:"attributes,omitempty"`
	// Generation tells collections apart that hold entries which compare; "" for the first.
	Generation string `json:"generation,omitempty"`
}

// formatSpace is the metadata entry "format" of SpaceBytes.
const formatSpace = "likeness space 1"

// SpaceBytes returns the space as a safetensors file.
func (h *Header) SpaceBytes() ([]byte, error) {
	f := &safetensors.File{Metadata: map[string]string{"format": formatSpace}}
	if err := search.AddSpace(f, h.Space); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// SetSpace takes the space from what SpaceBytes returned. name says in errors where it came from.
func (h *Header) SetSpace(name string, b []byte) error {
	f, err := safetensors.Parse(name, b)
	if err != nil {
		return err
	}
	if h.Space, err = search.SpaceFrom(f, h.Dim); err != nil {
		return err
	}
	return nil
}

// Digest names a header by what makes entries comparable, and its generation, in 16 hexadecimal digits. Which
// faces were looked for, by what, and the attributes do not count: data sets may differ in them, and those of
// whoever makes the collection stay.
func (h *Header) Digest() (string, error) {
	space, err := h.SpaceBytes()
	if err != nil {
		return "", err
	}
	counts := *h
	counts.Faces, counts.Detector, counts.Attributes = "", "", nil
	text, err := json.Marshal(&counts)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(text)
	sum.Write([]byte(base64.StdEncoding.EncodeToString(space)))
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// Check returns an error that says what is wrong with a header.
func (h *Header) Check() error {
	const largest = 1 << 16
	switch {
	case h.Dim < 1 || h.Dim > largest:
		return fmt.Errorf("codes of %d numbers, expected 1 to %d", h.Dim, largest)
	case h.Width < 1 || h.Width > largest:
		return fmt.Errorf("points of %d numbers, expected 1 to %d", h.Width, largest)
	case h.Space == nil:
		return fmt.Errorf("no space")
	}
	return nil
}

// CheckModel returns an error that names both fingerprints when the collection was made with another
// model: codes of two models mean nothing to each other, even where they are equally long.
func (h *Header) CheckModel(fingerprint string) error {
	if h.Model != fingerprint {
		return fmt.Errorf("the collection was made with the model %s, not with %s", h.Model, fingerprint)
	}
	return nil
}

// Part is what is known of one source of a collection's entries: a data set, or a shard of one.
type Part struct {
	// Source names the part; the entries bear it, see Rows.Sources. Shards of one data set have names
	// of their own.
	Source string `json:"source"`
	// Data names the data set that the part is of.
	Data string `json:"data"`
	// Shard and Shards say which shard of the data set this is, from 1 on; 0: it is the whole.
	Shard  int `json:"shard,omitempty"`
	Shards int `json:"shards,omitempty"`
	// Prefix begins the ids of its pictures, as an index file has it.
	Prefix string `json:"prefix,omitempty"`
	// Origin says which pictures these were, as an index file has it.
	Origin  json.RawMessage `json:"origin,omitempty"`
	Entries int             `json:"entries"`
	// Complete is false while the entries are being written.
	Complete bool      `json:"complete"`
	Written  time.Time `json:"written"`
}

// abandonedAfter is for how long nobody has written to a collection that is abandoned. Who fills one says so by SetPart
// at the beginning of each source.
const abandonedAfter = 24 * time.Hour

// Abandoned reports whether nobody has written for a day to a collection that is not published, as its parts say. made is
// when it was made, which counts where no part says when it was written; zero: that is not known, and such a collection
// is not abandoned.
func Abandoned(parts []Part, made time.Time) bool {
	var last time.Time
	for _, p := range parts {
		if p.Written.After(last) {
			last = p.Written
		}
	}
	if last.IsZero() {
		last = made
	}
	return !last.IsZero() && time.Since(last) > abandonedAfter
}

// Complete reports whether all data sets are there and complete: each as a whole, or in all shards of some number. missing
// says what is not.
func Complete(parts []Part) (ok bool, missing string) {
	type cut struct {
		data   string
		shards int
	}
	lacking, there := map[cut]string{}, map[string]bool{}
	for _, p := range parts {
		c := cut{p.Data, p.Shards}
		if _, known := lacking[c]; !known {
			lacking[c] = Lacking(parts, p.Data, p.Shards)
			there[p.Data] = there[p.Data] || lacking[c] == ""
		}
	}
	for _, p := range parts {
		if !there[p.Data] {
			return false, lacking[cut{p.Data, p.Shards}]
		}
	}
	return len(parts) > 0, ""
}

// Lacking says what is missing of a data set in so many shards, 0 for the whole; "" where nothing is.
func Lacking(parts []Part, data string, shards int) string {
	seen := map[int]bool{}
	for _, p := range parts {
		if p.Data != data || p.Shards != shards {
			continue
		}
		if !p.Complete {
			return fmt.Sprintf("%s is being written", p.Source)
		}
		seen[p.Shard] = true
	}
	if len(seen) < max(shards, 1) {
		return fmt.Sprintf("%d of %d shards of %s are there", len(seen), max(shards, 1), data)
	}
	return ""
}
