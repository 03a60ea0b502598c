package gallery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"likeness/dataset"
	"likeness/faces"
	"likeness/internal/regularfile"
	"likeness/parallel"
	"likeness/pix"
)

// Facts are what is known of a picture's file, for choosing which of several copies to keep.
type Facts struct {
	Path   string `json:"path"` // as it can be opened
	Bytes  int64  `json:"bytes"`
	Width  int    `json:"width,omitempty"` // of the upright picture; 0 where it cannot be read
	Height int    `json:"height,omitempty"`
	// Quality is what a JPEG was saved with, from 1 to 100, by its tables; 100 for a format without loss, 0 where that is
	// not known.
	Quality int `json:"quality,omitempty"`
	// Sharpness is pix.Image.Sharpness at one size for all; it tells copies of one photograph apart and nothing else.
	Sharpness float64 `json:"sharpness,omitempty"`
	Grey      bool    `json:"grey,omitempty"`
	// Taken is when the camera says that the picture was taken, Changed when the file was changed last.
	Taken   string `json:"taken,omitempty"`
	Changed string `json:"changed"`
	// Link is SymbolicLink or HardLink for a file that is not a copy but another name; LinkOf is the file.
	Link   string `json:"link,omitempty"`
	LinkOf string `json:"link_of,omitempty"`

	info          fs.FileInfo
	bytes, pixels [sha256.Size]byte // digests, by which equal files are known
}

// The kinds of Facts.Link.
const (
	SymbolicLink = "symbolic link"
	HardLink     = "hard link"
)

// largestLook bounds the files that are read for facts.
const largestLook = 256 << 20

// look gathers the facts of a file. What cannot be read of it is left out.
func look(ctx context.Context, path string) (*Facts, error) {
	f := &Facts{Path: path}
	own, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if own.Mode()&fs.ModeSymlink != 0 {
		f.Link = SymbolicLink
		if f.LinkOf, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
	}
	if f.info, err = os.Stat(path); err != nil {
		return nil, err
	}
	f.Bytes, f.Changed = f.info.Size(), f.info.ModTime().Format(timeLayout)
	data, err := regularfile.Read(path, largestLook)
	if err != nil {
		return nil, err
	}
	f.bytes = sha256.Sum256(data)
	if t, ok := pix.Taken(bytes.NewReader(data)); ok {
		f.Taken = t.Format(timeLayout)
	}
	if q, ok := pix.JPEGQuality(data); ok {
		f.Quality = q
	} else if bytes.HasPrefix(data, []byte("\x89PNG")) {
		f.Quality = 100
	}
	_ = pix.WithPhoto(ctx, path, func(p *pix.Photo) error { // one that cannot be decoded has no size
		f.Width, f.Height = p.Size()
		const side = 256
		small, err := (pix.Prep{W: side, H: side}).Of(p)
		if err != nil {
			return err
		}
		f.Sharpness, f.Grey = small.Sharpness(), !small.Coloured()
		f.pixels = sha256.Sum256(p.Image().Pix)
		return nil
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return f, nil
}

// JudgeFolder is Judge for duplicates of a set that was read from a folder; those of other sets have no files.
func (d *Duplicates) JudgeFolder(ctx context.Context, set *faces.Set) error {
	folder := dataset.Parse(set.Source).Source
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil
	}
	pictures, _, err := faces.Pictures(ctx, folder)
	if err != nil {
		return err
	}
	paths := make(map[string]string, len(pictures))
	for _, p := range pictures {
		paths[p.Name] = p.Path
	}
	files := make(map[string]string, set.Len())
	for i, id := range set.IDs {
		files[id] = paths[set.Files[i]]
	}
	return d.Judge(ctx, func(id string) string { return files[id] })
}

// Judge looks at the files of duplicates, says which of each group to keep and why, and which are links and no copies.
// path returns the file of a member, "" where it has none. Members without a file are left as they are.
func (d *Duplicates) Judge(ctx context.Context, path func(id string) string) error {
	type member struct{ group, place int }
	var all []member
	for g := range d.Groups {
		for i := range d.Groups[g].Pictures {
			all = append(all, member{g, i})
		}
	}
	errs := make([]error, len(all))
	err := parallel.Each(ctx, len(all), func(i int) {
		m := &d.Groups[all[i].group].Pictures[all[i].place]
		if file := path(m.ID); file != "" {
			m.File, errs[i] = look(ctx, file)
			if errors.Is(errs[i], fs.ErrNotExist) { // it has gone since
				errs[i] = nil
			}
		}
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	d.Spare, d.Links, d.SpareBytes, d.fates = 0, 0, 0, map[string]bool{}
	for g := range d.Groups {
		d.judge(&d.Groups[g])
	}
	return nil
}

// Cleanup says how WriteCleanup writes.
type Cleanup struct {
	Folder string `json:"folder"` // that the pictures are in
	// To is where spare copies are moved to; "" removes them.
	To string    `json:"to,omitempty"`
	At time.Time `json:"-"` // when it is written
}

// CleanupMark begins every script of WriteCleanup.
const CleanupMark = "#!/bin/sh\n# Commands of likeness for duplicates.\n"

// WriteCleanup writes a script for a POSIX shell that moves or removes the spare copies of judged duplicates. It is for a
// person to read, change and run: nothing here runs it. A file whose bytes or pixels equal those of the one that is kept is
// moved; for what was changed, mirrored or turned there are comments. Links stay as they are. A command whose files are
// gone says so and is skipped.
func (d *Duplicates) WriteCleanup(w io.Writer, c Cleanup) error {
	var b bytes.Buffer
	b.WriteString(CleanupMark)
	verb := "removes"
	if c.To != "" {
		verb = "moves"
	}
	fmt.Fprintf(&b, "# Written %s. Read it, change it, and run it with: sh THIS-FILE\n", c.At.Format("2006-01-02 15:04"))
	fmt.Fprintf(&b, "# It %s copies whose picture is kept. Lines that begin with # do nothing: take the # away after a look.\n", verb)
	fmt.Fprintf(&b, "set -eu\ncd -- %s\n", shellQuote(c.Folder))
	if c.To != "" {
		fmt.Fprintf(&b, "to=%s\n", shellQuote(c.To))
	}
	b.WriteString(bothThere)
	for i, g := range d.Groups {
		keep := slices.IndexFunc(g.Pictures, func(m GroupMember) bool { return m.Keep })
		if keep < 0 {
			continue
		}
		kept := &g.Pictures[keep]
		fmt.Fprintf(&b, "\n# group %d\n# keep %s: %s; %s\n", i+1, comment(kept.File.Path), kept.File.words(), kept.Why)
		name, err := within(c.Folder, kept.File.Path)
		if err != nil {
			return err
		}
		for k := range g.Pictures {
			m := &g.Pictures[k]
			switch {
			case k == keep:
			case m.File == nil:
				fmt.Fprintf(&b, "# %s is in no folder\n", comment(m.ID))
			case m.File.Link != "":
				fmt.Fprintf(&b, "# %s stays: a %s to %s\n", comment(m.File.Path), m.File.Link, comment(m.File.LinkOf))
			default:
				spare, err := within(c.Folder, m.File.Path)
				if err != nil {
					return err
				}
				off, look := "", ""
				if !*m.Equal {
					off, look = "# ", "; look first"
				}
				fmt.Fprintf(&b, "# %s: %s; %s%s\n", comment(m.File.Path), m.File.words(), m.words(), look)
				fmt.Fprintf(&b, "%sif there %s %s; then %s; fi\n", off, shellQuote(name), shellQuote(spare), c.command(spare))
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// bothThere is what a script asks before each command: whether what is kept and what goes are still there.
const bothThere = `there() {
	for f in "$1" "$2"; do
		test -f "$f" || { printf 'skipped %s: %s is gone\n' "$2" "$f" >&2; return 1; }
	done
}
`

// command moves or removes a file of the folder.
func (c Cleanup) command(name string) string {
	if c.To == "" {
		return "rm -- " + shellQuote(name)
	}
	folder := filepath.ToSlash(filepath.Dir(name))
	return fmt.Sprintf(`mkdir -p -- "$to"/%s; mv -n -- %s "$to"/%s`, shellQuote(folder), shellQuote(name), shellQuote(name))
}

// within returns the path of a file below a folder as seen from there. It never begins like an option.
func within(folder, path string) (string, error) {
	rel, err := filepath.Rel(folder, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is not in %s", path, folder)
	}
	return "./" + filepath.ToSlash(rel), nil
}

// words says how a member differs from the one that is kept.
func (m *GroupMember) words() string {
	switch {
	case m.How != "":
		return fmt.Sprintf("%s, distance %.3f", m.How, m.Distance)
	case m.Equal != nil && *m.Equal:
		return "equal"
	}
	return fmt.Sprintf("near, distance %.3f", m.Distance)
}

// words says what the facts are.
func (f *Facts) words() string {
	parts := []string{fmt.Sprintf("%dx%d", f.Width, f.Height), fmt.Sprintf("%d bytes", f.Bytes)}
	if f.Quality > 0 {
		parts = append(parts, fmt.Sprintf("quality %d", f.Quality))
	}
	if f.Grey {
		parts = append(parts, "grey")
	}
	if f.Taken != "" {
		parts = append(parts, "taken "+f.Taken)
	} else {
		parts = append(parts, "file of "+f.Changed)
	}
	return strings.Join(parts, ", ")
}

// shellQuote writes a word so that a POSIX shell reads it as one and as it is.
func shellQuote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// comment makes a name fit for a comment, which ends with its line.
func comment(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return '?'
		}
		return r
	}, name)
}
