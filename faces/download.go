package faces

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/internal/regularfile"
	"likeness/progress"
)

// Dataset is a published file that Download can fetch.
type Dataset struct {
	Name    string   `json:"name"`
	About   string   `json:"about"`
	File    string   `json:"file"`    // what it is called in the folder of downloads
	Mirrors []string `json:"mirrors"` // addresses, tried in order
	Size    int64    `json:"size"`    // in bytes, 0 when it is not known
	SHA256  string   `json:"sha256,omitempty"`
	MD5     string   `json:"md5,omitempty"`
	// check looks at a file of which no checksum is known.
	check func(path string) error
}

const (
	figshare = "https://ndownloader.figshare.com/files/"
	release  = "https://github.com/hse-aml/intro-to-dl/releases/download/v0.4/"
)

// Datasets lists what Download can fetch. The original host of LFW no longer answers; these are its mirrors.
func Datasets() []Dataset {
	return []Dataset{
		{
			Name: "lfw", File: "lfw.tgz", About: "Labeled Faces in the Wild: 13,233 photographs of 5,749 people",
			Mirrors: []string{figshare + "5976018", release + "lfw.tgz"}, Size: 180_566_744,
			SHA256: "055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0",
		},
		{
			Name: "lfw-funneled", File: "lfw-funneled.tgz", About: "the same photographs, aligned",
			Mirrors: []string{figshare + "5976015"}, Size: 243_346_528,
			SHA256: "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a",
		},
		{
			Name: "lfw-deepfunneled", File: "lfw-deepfunneled.tgz", About: "the same photographs, aligned by deep funneling",
			Mirrors: []string{release + "lfw-deepfunneled.tgz"}, Size: 108_761_145,
			MD5: "68331da3eb755a505a502b5aacb3c201",
		},
		{
			Name: sourceAttributes, File: "lfw_attributes.txt", About: "73 attributes of 13,143 of the photographs",
			Mirrors: []string{release + "lfw_attributes.txt"}, check: checkLFWAttributes,
		},
	}
}

// checkLFWAttributes stands in for a checksum: nobody published one of this file.
func checkLFWAttributes(path string) error {
	t, err := ReadAttributes(path)
	if err != nil {
		return err
	}
	if t.Len() != 13143 || len(t.Names) != 73 {
		return fmt.Errorf("%d rows of %d attributes where 13143 of 73 were expected", t.Len(), len(t.Names))
	}
	return nil
}

func findDataset(name string) (Dataset, bool) {
	all := Datasets()
	i := slices.IndexFunc(all, func(d Dataset) bool { return d.Name == name })
	if i < 0 {
		return Dataset{}, false
	}
	return all[i], true
}

// Published reports whether a name is that of a published data set, downloaded or not, and not a path.
func Published(name string) bool {
	_, ok := findDataset(name)
	return ok
}

// resolve turns the name of a data set into the path of the downloaded file and leaves paths as they are.
func resolve(source string) (string, error) {
	if source == "" {
		return "", errors.New("no source of pictures was named")
	}
	d, ok := findDataset(source)
	if !ok {
		return source, nil
	}
	dir, err := DataDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, d.File)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", &NotDownloadedError{Dataset: d.Name, Path: path}
	}
	return path, nil
}

// NotDownloadedError says that a published data set was named and is not there. It is fs.ErrNotExist.
type NotDownloadedError struct {
	Dataset string // as Download takes it
	Path    string // where it would be
}

func (e *NotDownloadedError) Error() string {
	return fmt.Sprintf("the data set %s has not been downloaded: %s is not there", e.Dataset, e.Path)
}

// Is reports that the error is fs.ErrNotExist.
func (e *NotDownloadedError) Is(target error) bool { return target == fs.ErrNotExist }

// DownloadOptions say how a file is downloaded. The zero value is good for most.
type DownloadOptions struct {
	// Client makes the requests; nil means one without a time limit for the whole download.
	Client *http.Client
	// Mirrors replaces the data set's own addresses.
	Mirrors []string
	// Progress receives the bytes that are there; Total is 0 when it is not known.
	Progress progress.Func
	// Log, when set, receives which mirrors failed and which downloads continue where they broke off.
	Log func(text string)
}

// Download fetches a data set (see Datasets) into a folder, DataDir when dir is "", and returns the path of the file.
// It tries the mirrors in order, checks size and checksum and only then gives the file its name. What a broken download
// has got so far stays beside it as ".part" and the next one continues from there; a whole file that fails its check stays
// as ".bad". A file that is there already is checked and kept.
func Download(ctx context.Context, dataset, dir string, opt DownloadOptions) (string, error) {
	d, ok := findDataset(dataset)
	if !ok {
		var names []string
		for _, d := range Datasets() {
			names = append(names, d.Name)
		}
		return "", fmt.Errorf("there is no data set %q to download; there are %s", dataset, strings.Join(names, ", "))
	}
	if len(opt.Mirrors) > 0 {
		d.Mirrors = opt.Mirrors
	}
	if dir == "" {
		var err error
		if dir, err = DataDir(); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	return download(ctx, d, dir, opt)
}

func download(ctx context.Context, d Dataset, dir string, opt DownloadOptions) (string, error) {
	path := filepath.Join(dir, d.File)
	if _, err := os.Stat(path); err == nil {
		if err := d.verify(ctx, path); err != nil {
			return "", fmt.Errorf("%s is there already, but %w; move it away to download it anew", path, err)
		}
		return path, nil
	}
	f := fetch{dataset: d, part: path + ".part", opt: opt}
	if f.opt.Client == nil {
		f.opt.Client = http.DefaultClient
	}
	if f.opt.Log == nil {
		f.opt.Log = func(string) {}
	}
	var failures []error
	for _, mirror := range d.Mirrors {
		err := f.mirror(ctx, mirror)
		if err == nil {
			if err := os.Rename(f.part, path); err != nil {
				return "", err
			}
			return path, nil
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("download of %s interrupted, %s kept: %w", d.File, f.kept(), ctx.Err())
		}
		if _, local := errors.AsType[*diskError](err); local {
			return "", fmt.Errorf("download of %s: %w", d.File, err)
		}
		err = fmt.Errorf("%s: %w", mirror, err)
		f.opt.Log(err.Error())
		failures = append(failures, err)
	}
	return "", fmt.Errorf("download of %s failed, %s kept: %w", d.File, f.kept(), errors.Join(failures...))
}

// verify holds a file against the size and the checksum that are known.
func (d Dataset) verify(ctx context.Context, path string) error {
	f, err := regularfile.Open(path)
	if err != nil {
		return &diskError{err}
	}
	defer f.Close()
	var h hash.Hash
	want := d.SHA256
	switch {
	case d.SHA256 != "":
		h = sha256.New()
	case d.MD5 != "":
		h, want = md5.New(), d.MD5 // published so; against accidents it is good enough
	default:
		h = sha256.New()
	}
	n, err := io.CopyBuffer(h, cancelReader{ctx, struct{ io.Reader }{f}}, make([]byte, 1<<20))
	if err != nil {
		return &diskError{err}
	}
	if d.Size > 0 && n != d.Size {
		return fmt.Errorf("it has %d bytes where %d were expected", n, d.Size)
	}
	if got := hex.EncodeToString(h.Sum(nil)); want != "" && got != want {
		return fmt.Errorf("its checksum is %s where %s was expected", got, want)
	}
	if d.check != nil {
		return d.check(path)
	}
	return nil
}

// diskError is a failure on this machine, which no other mirror would mend.
type diskError struct{ error }

func (e *diskError) Unwrap() error { return e.error }
