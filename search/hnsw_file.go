package search

import (
	"bytes"
	"context"
	"encoding/binary"

	"likeness/safetensors"
)

// The tensors of a graph: whole numbers of 32 bits, as four bytes each,
// little-endian.
const (
	groundName = BuiltPrefix + "ground" // (N, 2M, 4): links, the rest of a row 0xffffffff
	upperName  = BuiltPrefix + "upper"  // (rows, M, 4): the same for each level above the ground of each entry, in order
	levelsName = BuiltPrefix + "levels" // (N): the highest level of each entry, 255 where an equal one stands for it
	twinsName  = BuiltPrefix + "twins"  // (N, 4): the next entry of an equal code, or 0xffffffff; left out where all differ
)

// GraphInfo describes the graph in a file.
type GraphInfo struct {
	HNSWOptions
	// Entry is the place of the entry where searches begin, -1 where there is no
	// graph and all entries are compared.
	Entry int64 `json:"entry"`
}

// tensors returns the graph as a file holds it. A graph with deleted entries is first
// built again without them, so that it fits what Entries then returns.
func (h *HNSW) tensors(ctx context.Context) ([]safetensors.Tensor, *GraphInfo, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if err := h.rebuild(ctx); err != nil {
		return nil, nil, err
	}
	g := h.graph
	note := &GraphInfo{HNSWOptions: h.options, Entry: -1}
	if g == nil || g.entry == none {
		return nil, note, nil
	}
	note.Entry = int64(g.entry)
	n := len(g.levels)
	list := []safetensors.Tensor{
		safetensors.FromBytes(groundName, []int{n, 2 * g.m, 4}, fromWords(g.ground)),
		safetensors.FromBytes(upperName, []int{len(g.upper) / g.m, g.m, 4}, fromWords(g.upper)),
		safetensors.FromBytes(levelsName, []int{n}, bytes.Clone(g.levels)),
	}
	if g.twins != nil {
		list = append(list, safetensors.FromBytes(twinsName, []int{n, 4}, fromWords(g.twins)))
	}
	return list, note, nil
}

func fromWords(words []uint32) []byte {
	b := make([]byte, 0, 4*len(words))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

func toWords(b []byte) []uint32 {
	words := make([]uint32, len(b)/4)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return words
}

// hnswFrom returns the index whose graph is in a file, and takes over all, which holds
// its entries. A graph that does not fit them is an error that names the file.
func hnswFrom(f *safetensors.File, note *GraphInfo, all *Exact) (*HNSW, error) {
	if note == nil {
		return nil, f.Errorf("metadata %s: the graph is missing", builtKey)
	}
	options, err := note.withDefaults()
	if err != nil {
		return nil, f.Errorf("metadata %s: %w", builtKey, err)
	}
	h := &HNSW{all: all, options: options}
	if note.Entry < 0 {
		return h, nil
	}
	h.graph, err = readGraph(f, all, options.M, note.Entry)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// readGraph reads and checks: every link must lead to another node of its
// level, and every entry must be a node or behind one, once.
func readGraph(f *safetensors.File, all *Exact, m int, entry int64) (*graph, error) {
	n := all.entries.Len()
	if n > maxPlaces {
		return nil, f.Errorf("%d entries, a graph has room for %d", n, maxPlaces)
	}
	g := newGraph(m, all.width)
	g.points = all.points
	levels, err := f.Bytes(levelsName, n)
	if err != nil {
		return nil, err
	}
	g.levels = bytes.Clone(levels)
	g.upperAt = make([]uint32, n)
	rows, top := 0, uint8(0)
	for place, level := range levels {
		g.upperAt[place] = uint32(rows)
		if level == absent {
			continue
		}
		if level > maxLevel {
			return nil, f.Errorf("entry %d is on level %d of the graph, expected at most %d", place, level, maxLevel)
		}
		rows += int(level)
		top = max(top, level)
		g.count++
	}
	if entry >= int64(n) || levels[entry] != top {
		return nil, f.Errorf("metadata %s: the graph's entry is %d, expected one on its top level, %d", builtKey, entry, top)
	}
	g.entry = uint32(entry)
	b, err := f.Bytes(groundName, n, 2*m, 4)
	if err != nil {
		return nil, err
	}
	g.ground = toWords(b)
	if b, err = f.Bytes(upperName, rows, m, 4); err != nil {
		return nil, err
	}
	g.upper = toWords(b)
	if err := g.checkLinks(f); err != nil {
		return nil, err
	}
	if g.count < n {
		if b, err = f.Bytes(twinsName, n, 4); err != nil {
			return nil, err
		}
		g.twins = toWords(b)
		if err := g.checkTwins(f); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *graph) checkLinks(f *safetensors.File) error {
	n := len(g.levels)
	for place, level := range g.levels {
		if level == absent {
			continue
		}
		for l := range int(level) + 1 {
			row := g.links(l, uint32(place))
			links := linked(row)
			for _, to := range links {
				if int64(to) >= int64(n) || int(to) == place || g.levels[to] == absent || int(g.levels[to]) < l {
					return f.Errorf("entry %d has a link to %d on level %d of the graph, where there is no other entry of that number", place, to, l)
				}
			}
			for _, to := range row[len(links):] {
				if to != none {
					return f.Errorf("entry %d has a link after its last one on level %d of the graph", place, l)
				}
			}
		}
	}
	return nil
}

func (g *graph) checkTwins(f *safetensors.File) error {
	behind := 0
	seen := make([]bool, len(g.levels))
	for place, level := range g.levels {
		if level == absent {
			continue
		}
		for at := g.twins[place]; at != none; at = g.twins[at] {
			if int64(at) >= int64(len(seen)) || g.levels[at] != absent || seen[at] || !bytes.Equal(rawBytes(g.point(at)), rawBytes(g.point(uint32(place)))) {
				return f.Errorf("entry %d has %d for an equal one, which it is not, or another's already", place, at)
			}
			seen[at] = true
			behind++
		}
	}
	if behind+g.count != len(g.levels) {
		return f.Errorf("the graph has %d entries and %d equal to one of them, expected %d together", g.count, behind, len(g.levels))
	}
	return nil
}
