package weaviate

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"likeness/search"
	"likeness/search/engine"
)

// The properties of an entry's object. Attributes are a0, a1, ... in the order of the header.
const (
	propID      = "entry" // "id" is the server's own
	propPerson  = "person"
	propName    = "name"    // plain, for conditions
	propFolders = "folders" // for conditions
	propTaken   = "taken"   // engine.Moment
	propSeq     = "seq"     // rises: the order of entries that are equally near
	propHash    = "hash"
	propMark    = "mark"
	propFrame   = "frame"
	propSource  = "source"
)

func propAttribute(column int) string { return "a" + strconv.Itoa(column) }

// conditionText is a text as conditions compare it. Weaviate cuts spaces off both ends of a text
// before it compares, so that both ends are other letters.
func conditionText(text string) string { return "=" + text + "/" }

// uuidOf returns the id of an entry's object: the same for the same entry, in whatever class, so that
// a write that is repeated writes the same object.
func uuidOf(kind, id string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	b := sum[:16]
	b[6] = b[6]&0x0f | 0x80 // version 8: as its maker likes
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func entryUUID(id string) string { return uuidOf("entry", id) }

// clock gives entries their sequence numbers: microseconds since 1970, which rise within a client
// whatever the machine's clock does.
type clock struct {
	lock sync.Mutex
	last int64
}

// take returns the first of n numbers in a row.
func (c *clock) take(n int) int64 {
	c.lock.Lock()
	defer c.lock.Unlock()
	first := max(c.last+1, time.Now().UnixMicro())
	c.last = first + int64(n) - 1
	return first
}

// objectsOf returns rows as objects. seq is the first one's sequence number.
func objectsOf(h *engine.Header, rows *engine.Rows, seq int64) ([]object, error) {
	columns := []int(nil)
	if a := rows.Attributes; a != nil {
		all := search.Attributes{Names: h.Attributes}
		for _, name := range a.Names {
			columns = append(columns, all.Column(name))
		}
	}
	list := make([]object, rows.Len())
	for i, id := range rows.IDs {
		o := object{uuid: entryUUID(id), vector: rows.Codes[i*rows.Dim : (i+1)*rows.Dim]}
		o.texts = map[string]string{propID: id, propMark: rows.Mark(i).String()}
		o.numbers = map[string]float64{propSeq: float64(seq + int64(i))}
		if rows.People != nil && rows.People[i] != "" {
			o.texts[propPerson] = rows.People[i]
			o.texts[propName] = conditionText(search.PlainName(rows.People[i]))
		}
		if folders := search.FoldersOf(id); folders != nil {
			for j := range folders {
				folders[j] = conditionText(folders[j])
			}
			o.lists = map[string][]string{propFolders: folders}
		}
		if rows.Sources != nil && rows.Sources[i] != "" {
			o.texts[propSource] = rows.Sources[i]
		}
		for _, text := range o.texts {
			if !utf8.ValidString(text) {
				return nil, fmt.Errorf("entry %d (%q) has the text %q, expected UTF-8", i, id, text)
			}
		}
		if rows.Taken != nil && !rows.Taken[i].IsZero() {
			moment := engine.Moment(rows.Taken[i])
			if moment != clampWhole(moment) || moment < -largestWhole {
				return nil, fmt.Errorf("entry %d (%q) was taken at %v, expected a time between the years 1685 and 2255", i, id, rows.Taken[i])
			}
			o.numbers[propTaken] = float64(moment)
		}
		if rows.Hashes != nil {
			o.texts[propHash] = hex.EncodeToString(rows.Hashes[i][:])
		}
		if f := rows.Frame(i); f != nil {
			o.texts[propFrame] = base64.StdEncoding.EncodeToString(pointBytes(f))
		}
		if rows.Attributes != nil {
			for j, v := range rows.Attributes.Row(i) {
				switch {
				case v != v: // not known
				case math.IsInf(float64(v), 0):
					return nil, fmt.Errorf("entry %d (%q): the attribute %s is %v, expected a finite number", i, id, rows.Attributes.Names[j], v)
				default:
					o.numbers[propAttribute(columns[j])] = float64(v)
				}
			}
		}
		list[i] = o
	}
	return list, nil
}

// rowProperties are what rowsOf needs.
func rowProperties(h *engine.Header) []string {
	list := []string{propID, propPerson, propTaken, propSeq, propHash, propFrame, propSource}
	for i := range h.Attributes {
		list = append(list, propAttribute(i))
	}
	return list
}

// rowsOf returns objects as rows, in the order of their sequence numbers. There are People and times in
// any case, and hashes, frames and sources where some object has one.
func rowsOf(h *engine.Header, objects []found, points bool) (*engine.Rows, error) {
	slices.SortFunc(objects, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.numbers[propSeq], b.numbers[propSeq]), cmp.Compare(a.texts[propID], b.texts[propID]))
	})
	n := len(objects)
	r := &engine.Rows{Entries: search.Entries{Dim: h.Width, IDs: make([]string, n), People: make([]string, n), Taken: make([]time.Time, n)}}
	if points {
		r.Codes = make([]float32, 0, n*h.Width)
	}
	if h.Attributes != nil {
		r.Attributes = &search.Attributes{Names: h.Attributes, Values: make([]float32, 0, n*len(h.Attributes))}
	}
	for i, o := range objects {
		id, ok := o.texts[propID]
		if !ok || points && len(o.vector) != h.Width {
			return nil, fmt.Errorf("the object %s (entry %q) has a vector of %d numbers, expected %d: a write has failed in part; put the entry again", o.uuid, id, len(o.vector), h.Width)
		}
		r.IDs[i], r.People[i] = id, o.texts[propPerson]
		r.Codes = append(r.Codes, o.vector...)
		if v, ok := o.numbers[propTaken]; ok {
			r.Taken[i] = time.UnixMicro(int64(v)).UTC()
		}
		for j := range h.Attributes {
			v, ok := o.numbers[propAttribute(j)]
			if !ok {
				v = math.NaN()
			}
			r.Attributes.Values = append(r.Attributes.Values, float32(v))
		}
		if text, ok := o.texts[propHash]; ok {
			if r.Hashes == nil {
				r.Hashes = make([]search.Hash, n)
			}
			if b, err := hex.DecodeString(text); err != nil || copy(r.Hashes[i][:], b) != len(r.Hashes[i]) || len(b) != len(r.Hashes[i]) {
				return nil, fmt.Errorf("entry %q has the hash %q, expected %d hexadecimal digits", id, text, 2*len(r.Hashes[i]))
			}
		}
		if text, ok := o.texts[propFrame]; ok {
			if r.Frames == nil {
				r.Frames = make([]float32, n*search.FrameNumbers)
			}
			b, err := base64.StdEncoding.DecodeString(text)
			if err != nil || len(b) != 4*search.FrameNumbers {
				return nil, fmt.Errorf("entry %q has a frame that cannot be read", id)
			}
			for j := range search.FrameNumbers {
				r.Frames[i*search.FrameNumbers+j] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*j:]))
			}
		}
		if text, ok := o.texts[propSource]; ok {
			if r.Sources == nil {
				r.Sources = make([]string, n)
			}
			r.Sources[i] = text
		}
	}
	return r, nil
}
