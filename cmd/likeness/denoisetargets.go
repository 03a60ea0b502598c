package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/pix"
)

// denoisedFolder is where the pictures of a folder go: into out, in a folder of their
// own where other pictures go there too, or into one here that is called like theirs.
func denoisedFolder(out, folder string, alone bool) string {
	name := "pictures"
	if path, err := filepath.Abs(folder); err == nil && filepath.Base(path) != string(filepath.Separator) {
		name = filepath.Base(path)
	}
	switch {
	case out == "":
		return name + "-denoised"
	case alone:
		return out
	}
	return filepath.Join(out, name)
}

// denoiseTargets names the file for each picture. Those of a folder keep their place
// in it. No two are the same.
func denoiseTargets(out string, g *faces.Listing) ([]string, error) {
	alone := len(g.Folders) == 1 && len(g.Singles()) == 0
	if out != "" {
		there := console.IsFolder(out)
		if len(g.Folders) == 0 && len(g.Pictures) == 1 && !there && !endsAsFolder(out) {
			return []string{out}, nil
		}
		if !there && filepath.Ext(out) != "" && !endsAsFolder(out) {
			return nil, console.Usagef("--out %s: expected a folder for %s", out, count(len(g.Pictures), "picture"))
		}
	}
	const ending = "-denoised.png"
	var targets []string
	from := make(map[string]string, len(g.Pictures))
	for _, p := range g.Pictures {
		t := filepath.Join(out, atomicfile.Fit(title(p.Path), ending))
		if p.Folder != "" {
			folder, name := path.Split(p.ID)
			t = filepath.Join(denoisedFolder(out, p.Folder, alone), filepath.FromSlash(folder), atomicfile.Fit(name, ending))
		}
		if first, taken := from[t]; taken {
			return nil, console.Usagef("%s and %s would both be written to %s: denoise them one by one with --out", first, p.Path, t)
		}
		from[t] = p.Path
		targets = append(targets, t)
	}
	return targets, nil
}

func endsAsFolder(path string) bool {
	return strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator))
}

// checkTargets finds out before the work whether all results can be written, in
// folders that are made when they are needed.
func checkTargets(targets []string, inputs ...string) error {
	read := console.NewReadFiles(inputs...)
	checked := map[string]bool{}
	for _, t := range targets {
		if err := read.Keep(t); err != nil {
			return err
		}
		folder := filepath.Dir(t)
		_, err := os.Lstat(t)
		if checked[folder] && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		checked[folder] = true
		for { // what is there of the folder
			if _, err := os.Stat(folder); err == nil || filepath.Dir(folder) == folder {
				break
			}
			folder = filepath.Dir(folder)
		}
		probe := t
		if folder != filepath.Dir(t) {
			probe = filepath.Join(folder, ".likeness") // never written
		}
		if err := atomicfile.CheckWritable(probe); err != nil {
			return err
		}
		if err := pix.CheckReplace(probe); err != nil {
			return err
		}
	}
	return nil
}

// writeTarget writes a picture, and makes its folder first.
func writeTarget(path string, m *pix.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return console.WritePNG(path, m)
}
