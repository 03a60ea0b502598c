package safetensors

// EndsSuffix is added to the name of a list of strings for the tensor that
// says where each string ends.
const EndsSuffix = ".ends"

// FromStrings makes the two tensors that hold a list of strings, for the
// format has no strings of its own: name is U8, the bytes of all of them
// joined, and name.ends is I64, for each the offset behind its last byte.
func FromStrings(name string, list []string) []Tensor {
	total := 0
	for _, s := range list {
		total += len(s)
	}
	joined := make([]byte, 0, total)
	ends := make([]int64, len(list))
	for i, s := range list {
		joined = append(joined, s...)
		ends[i] = int64(len(joined))
	}
	return []Tensor{
		FromBytes(name, []int{total}, joined),
		FromInts(name+EndsSuffix, []int{len(list)}, ends),
	}
}

// Strings returns a list of n strings that FromStrings wrote, or one of any
// length when n is -1. The error names the file, the tensor and the place.
func (f *File) Strings(name string, n int) ([]string, error) {
	joined, err := f.Bytes(name, -1)
	if err != nil {
		return nil, err
	}
	ends, err := f.Ints(name+EndsSuffix, n)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(ends))
	all := string(joined) // one piece of memory for all of them
	begin := int64(0)
	for i, end := range ends {
		if end < begin || end > int64(len(all)) {
			return nil, f.Errorf("tensor %q: string %d ends at %d, expected %d to %d", name+EndsSuffix, i, end, begin, len(all))
		}
		list[i] = all[begin:end]
		begin = end
	}
	if begin != int64(len(all)) {
		return nil, f.Errorf("tensor %q: the strings end at %d, expected %d, the length of %q", name+EndsSuffix, begin, len(all), name)
	}
	return list, nil
}
