package faces

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"sync"

	"likeness/pix"
	"likeness/safetensors"
)

// cacheVersion is part of every cache file's name. Raise it when the same source would give another set because names
// are read otherwise, or when the file's layout changes. Changes of decoding and resizing are noticed by probe.
const cacheVersion = 6

// CacheDir returns the folder of decoded sets, drawn archives and, below it, downloads: the environment variable
// LIKENESS_CACHE, else "likeness" in the user's cache folder. Whenever a set is added, sets and drawn archives of older
// versions are removed, and those longest unused until the rest is 2 GiB at most, the new one aside. Downloads stay.
func CacheDir() (string, error) {
	if dir := os.Getenv("LIKENESS_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the cache: %w; set LIKENESS_CACHE", err)
	}
	return filepath.Join(dir, "likeness"), nil
}

// DataDir returns the folder of downloaded archives: the environment variable LIKENESS_DATA, else "data" in CacheDir.
func DataDir() (string, error) {
	if dir := os.Getenv("LIKENESS_DATA"); dir != "" {
		return dir, nil
	}
	dir, err := CacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "data"), nil
}

// cacheDir returns the folder that the options ask for.
func (opt Options) cacheDir() (string, error) {
	if opt.CacheDir != "" {
		return opt.CacheDir, nil
	}
	return CacheDir()
}

// cacheEntry is the place of a decoded set in the cache.
type cacheEntry struct {
	dir  string // the whole cache
	path string
	prep pix.Prep
}

// findCache names the entry of each set after everything that it depends on: the contents of the source and of the
// attribute file, the preparation and the limit. It returns nil for options without a cache.
func findCache(ctx context.Context, src Source, opts []Options) ([]*cacheEntry, error) {
	opt := opts[0]
	if opt.NoCache {
		return nil, nil
	}
	dir, err := opt.cacheDir()
	if err != nil {
		return nil, err
	}
	contents, err := src.Fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	names := opt.Names
	switch names {
	case "", NamesFolders, NamesFile, NamesNone:
	default:
		if names, err = HashFile(ctx, names); err != nil {
			return nil, err
		}
	}
	attributes := ""
	if opt.Attributes != "" {
		if attributes, err = HashFile(ctx, opt.Attributes); err != nil {
			return nil, err
		}
	}
	var entries []*cacheEntry
	for _, opt := range opts {
		key := sha256.Sum256(fmt.Appendf(nil, "likeness set %s\n%s %s\n%s\n%s\n%+v\n%d\n%s\n",
			probe(), src.Kind(), contents, attributes, names, opt.Prep, opt.Limit, opt.framing()))
		name := fmt.Sprintf("set-v%d-%x.safetensors", cacheVersion, key[:16])
		entries = append(entries, &cacheEntry{dir: dir, path: filepath.Join(dir, "sets", name), prep: opt.Prep})
	}
	return entries, nil
}

// framing names what decides which faces a set shows, "" where its preparation follows none.
func (opt Options) framing() string {
	switch {
	case !opt.Prep.FollowsFace():
		return ""
	case opt.Framer == nil || opt.Faces == None:
		return string(None)
	}
	return cmp.Or(string(opt.Faces), string(Largest)) + " by " + opt.Framer.Fingerprint()
}

// probe hashes what decoding and resizing make of a small colourful JPEG, so that a cache from before a change of either,
// here or in the standard library, is not taken for a new one.
var probe = sync.OnceValue(func() string {
	m := image.NewRGBA(image.Rect(0, 0, 75, 61))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i / 301) // waves of all lengths, different in each channel
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		return err.Error()
	}
	p := (&preparer{ctx: context.Background(), preps: []pix.Prep{{W: 40, H: 50, DX: 3, DY: 2}}}).prepare(File{Data: b.Bytes()})[0]
	pixels := []byte(p.reason)
	for _, r := range p.rows {
		pixels = append(pixels, r.Pix...)
	}
	sum := sha256.Sum256(pixels)
	return hex.EncodeToString(sum[:8])
})

// privateFolder makes a folder that only its owner may open, for what is decoded may come from folders that are private
// too. One that earlier versions have made for everybody is closed.
func privateFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(dir, 0o700)
	}
	return err
}

// cacheFormat is the value of the key "format" in a cache file's metadata.
const cacheFormat = "likeness.faces.Set"

// save writes the set. The file is a safetensors file with the pictures as "pix", (N, H, W, 3) bytes, the attributes
// as "attributes", (N, A) numbers, the lists of names as strings, and the rest in the metadata.
func (c *cacheEntry) save(s *Set) error {
	if err := privateFolder(filepath.Dir(c.path)); err != nil {
		return err
	}
	skipped, err := json.Marshal(s.Skipped)
	if err != nil {
		return err
	}
	sum, err := cacheSum(s)
	if err != nil {
		return err
	}
	numbers := make([]int64, s.Len())
	for i, n := range s.Numbers {
		numbers[i] = int64(n)
	}
	f := safetensors.File{
		Metadata: map[string]string{
			"format": cacheFormat, "fingerprint": s.Fingerprint, "skipped": string(skipped), "checksum": sum,
			"detector": s.Detector, "digest": s.Digest,
		},
		Tensors: []safetensors.Tensor{
			safetensors.FromBytes("pix", []int{s.Len(), s.H, s.W, 3}, s.Pix),
			safetensors.FromInts("numbers", []int{s.Len()}, numbers),
		},
	}
	add := func(name string, list []string) {
		f.Tensors = append(f.Tensors, safetensors.FromStrings(name, list)...)
	}
	add("ids", s.IDs)
	add("files", s.Files)
	add("people", s.People)
	add("unlisted", s.Unlisted)
	add("missing", s.Missing)
	if s.Found != nil {
		f.Tensors = append(f.Tensors, safetensors.FromInts("found", []int{s.Len(), foundNumbers}, writeFound(s.Found)))
	}
	if a := s.Attributes; a != nil {
		add("attribute.names", a.Names)
		f.Tensors = append(f.Tensors, safetensors.FromFloats("attributes", []int{s.Len(), len(a.Names)}, a.Values))
	}
	return f.SavePrivate(c.path)
}

// load returns the cached set, or nil when there is none that can be trusted: a file that is missing, damaged or of
// another layout is built anew.
func (c *cacheEntry) load() *Set {
	f, err := safetensors.Open(c.path)
	if err != nil {
		return nil
	}
	s, err := c.decode(f)
	if err != nil || s.fingerprint() != s.Fingerprint {
		return nil
	}
	if sum, err := cacheSum(s); err != nil || sum != f.Metadata["checksum"] {
		return nil
	}
	if s.Digest == "" {
		s.Digest = s.digest()
	}
	touch(c.path)
	return s
}

// cacheSum hashes what the fingerprint does not cover.
func cacheSum(s *Set) (string, error) {
	parts := []any{s.Fingerprint, s.Files, s.Skipped, s.Unlisted, s.Missing, s.Detector}
	if s.Digest != "" { // files of earlier versions have none
		parts = append(parts, s.Digest)
	}
	b, err := json.Marshal(parts)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// decode takes the set out of the file. It checks that the parts fit together; load checks that they are whole.
func (c *cacheEntry) decode(f *safetensors.File) (*Set, error) {
	s := &Set{W: c.prep.W, H: c.prep.H, Fingerprint: f.Metadata["fingerprint"], Digest: f.Metadata["digest"], Detector: f.Metadata["detector"]}
	if f.Metadata["format"] != cacheFormat {
		return nil, errors.New("another format")
	}
	errs := []error{json.Unmarshal([]byte(f.Metadata["skipped"]), &s.Skipped)}
	get := func(name string, n int) []string {
		list, err := f.Strings(name, n)
		errs = append(errs, err)
		if len(list) == 0 {
			return nil
		}
		return list
	}
	s.IDs = get("ids", -1)
	n := len(s.IDs)
	s.Files = get("files", n)
	s.People = get("people", n)
	s.Unlisted = get("unlisted", -1)
	s.Missing = get("missing", -1)
	numbers, err := f.Ints("numbers", n)
	errs = append(errs, err)
	s.Numbers = make([]int, len(numbers))
	for i, v := range numbers {
		s.Numbers[i] = int(v)
	}
	s.Pix, err = f.Bytes("pix", n, s.H, s.W, 3)
	errs = append(errs, err)
	if _, err := f.Tensor("found"); err == nil {
		bits, err := f.Ints("found", n, foundNumbers)
		errs = append(errs, err)
		s.Found = readFound(bits)
	}
	if _, err := f.Tensor("attributes"); err == nil {
		a := &Attributes{Names: get("attribute.names", -1)}
		a.Values, err = f.Floats("attributes", n, len(a.Names))
		errs = append(errs, err)
		s.Attributes = a
	}
	return s, errors.Join(errs...)
}
