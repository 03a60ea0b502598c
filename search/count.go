package search

import "likeness/safetensors"

// CountEntries returns how many entries an index file has, without reading them; 0 for a file that is none.
func CountEntries(f *safetensors.File) int {
	ends, err := f.Tensor(idsName + safetensors.EndsSuffix)
	if err != nil || len(ends.Shape) != 1 {
		return 0
	}
	return ends.Shape[0]
}
