package gallery

import (
	"math"

	"likeness/faces"
	"likeness/safetensors"
	"likeness/search"
)

// record is what one file of a source has given: what a machine tells others, and itself after it was stopped.
type record struct {
	faces.Scanned             // its rows without pictures
	label         string      // the person that the source or a file of names gives it
	labelled      bool        // it gives one
	dropped       bool        // another file of the same name or id came before, so that its rows are not kept
	codes         [][]float32 // of the rows; nil for one whose code is elsewhere
}

// The flags of a record in a file.
const (
	flagUnreadable = 1 << iota
	flagUnwanted
	flagLabelled
	flagDropped
	flagSkipped // the reason is File.Skip, not Scanned.Reason
	flagsEnd
)

// foundNumbers is how many numbers a face's place has in a record.
const foundNumbers = 5

// columns returns records as tensors whose names begin with a prefix. docs/FORMAT.md describes them.
func columns(prefix string, records []record) []safetensors.Tensor {
	var names, stamps, reasons, labels []string
	var flags, hashes []byte
	var places, rows, found []int64
	for _, r := range records {
		names, stamps, labels = append(names, r.Name), append(stamps, r.Stamp), append(labels, r.label)
		reason, flag := r.Reason, byte(0)
		if r.Skip != "" {
			reason, flag = r.Skip, flagSkipped
		}
		for _, f := range []struct {
			on   bool
			flag byte
		}{{r.Unreadable, flagUnreadable}, {r.Unwanted, flagUnwanted}, {r.labelled, flagLabelled}, {r.dropped, flagDropped}} {
			if f.on {
				flag |= f.flag
			}
		}
		reasons, flags = append(reasons, reason), append(flags, flag)
		places, rows = append(places, int64(r.Place)), append(rows, int64(len(r.Rows)))
		for _, row := range r.Rows {
			found, hashes = append(found, row.Found.Bits()...), append(hashes, row.Hash[:]...)
		}
	}
	tensors := []safetensors.Tensor{
		safetensors.FromBytes(prefix+"flags", []int{len(flags)}, flags),
		safetensors.FromInts(prefix+"places", []int{len(places)}, places),
		safetensors.FromInts(prefix+"rows", []int{len(rows)}, rows),
		safetensors.FromInts(prefix+"found", []int{len(found) / foundNumbers, foundNumbers}, found),
		safetensors.FromBytes(prefix+"hashes", []int{len(hashes) / len(search.Hash{}), len(search.Hash{})}, hashes),
	}
	for name, list := range map[string][]string{"files": names, "stamps": stamps, "reasons": reasons, "labels": labels} {
		tensors = append(tensors, safetensors.FromStrings(prefix+name, list)...)
	}
	return tensors
}

// readColumns reverses columns. The records have no codes.
func readColumns(f *safetensors.File, prefix string) ([]record, error) {
	names, err := f.Strings(prefix+"files", -1)
	if err != nil {
		return nil, err
	}
	n := len(names)
	texts := map[string][]string{}
	for _, name := range []string{"stamps", "reasons", "labels"} {
		if texts[name], err = f.Strings(prefix+name, n); err != nil {
			return nil, err
		}
	}
	flags, err := f.Bytes(prefix+"flags", n)
	if err != nil {
		return nil, err
	}
	places, err := f.Ints(prefix+"places", n)
	if err != nil {
		return nil, err
	}
	rows, err := f.Ints(prefix+"rows", n)
	if err != nil {
		return nil, err
	}
	found, err := f.Ints(prefix+"found", -1, foundNumbers)
	if err != nil {
		return nil, err
	}
	total := len(found) / foundNumbers
	for i, bits := range found {
		if v := math.Float64frombits(uint64(bits)); v-v != 0 || math.Abs(v) > math.MaxFloat32 {
			return nil, f.Errorf("tensor %q has %v for row %d, expected finite numbers", prefix+"found", v, i/foundNumbers)
		}
	}
	hashes, err := f.Bytes(prefix+"hashes", total, len(search.Hash{}))
	if err != nil {
		return nil, err
	}
	records, at := make([]record, n), 0
	for i := range records {
		r := &records[i]
		if flags[i] >= flagsEnd || places[i] < 0 || rows[i] < 0 || rows[i] > int64(total-at) {
			return nil, f.Errorf("tensors %q: file %d (%q) has the flags %d, the place %d and %d rows, expected known flags, a place from 0 and at most %d rows",
				prefix+"...", i, names[i], flags[i], places[i], rows[i], total-at)
		}
		on := func(flag byte) bool { return flags[i]&flag != 0 }
		r.Name, r.Stamp, r.label, r.Place = names[i], texts["stamps"][i], texts["labels"][i], int(places[i])
		r.Unreadable, r.Unwanted, r.labelled, r.dropped = on(flagUnreadable), on(flagUnwanted), on(flagLabelled), on(flagDropped)
		if r.Reason = texts["reasons"][i]; on(flagSkipped) {
			r.Skip, r.Reason = r.Reason, ""
		}
		for range rows[i] {
			r.Rows = append(r.Rows, faces.Row{
				Found: faces.FoundFrom(found[at*foundNumbers : (at+1)*foundNumbers]),
				Hash:  search.Hash(hashes[at*len(search.Hash{}):]),
			})
			at++
		}
	}
	if at != total {
		return nil, f.Errorf("tensors %q: the files have %d rows, expected %d", prefix+"...", at, total)
	}
	return records, nil
}
