package search

import (
	"strings"

	"likeness/safetensors"
)

// Part is what an index file says of itself where it is one of several that are to be joined, and what it keeps for that.
// Whoever changes the entries takes it out. This package hands it on as it is.
type Part struct {
	About   string               // the metadata entry "part"
	Tensors []safetensors.Tensor // all have names that begin with PartPrefix
}

// PartPrefix begins the names of the tensors of Part.
const PartPrefix = "part/"

// partKey is the metadata entry with Part.About.
const partKey = "part"

// addTo adds p to a file. Another name than that of a part's tensor is a programming mistake.
func (p *Part) addTo(f *safetensors.File) {
	if p == nil {
		return
	}
	for _, t := range p.Tensors {
		if !strings.HasPrefix(t.Name, PartPrefix) {
			panic("search: a tensor of a part is called otherwise")
		}
	}
	f.Metadata[partKey] = p.About
	f.Tensors = append(f.Tensors, p.Tensors...)
}

// readPart returns what a file says of itself as a part, nil where it is none.
func readPart(f *safetensors.File) *Part {
	text, ok := f.Metadata[partKey]
	if !ok {
		return nil
	}
	p := &Part{About: text}
	for _, t := range f.Tensors {
		if strings.HasPrefix(t.Name, PartPrefix) {
			p.Tensors = append(p.Tensors, t)
		}
	}
	return p
}

// PartContents returns a file of the tensors of Part, whose errors name the file that the part was read from.
func (f *File) PartContents() *safetensors.File {
	if f.file != nil {
		return f.file
	}
	return &safetensors.File{Tensors: f.Part.Tensors}
}
