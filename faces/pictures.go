package faces

import (
	"context"
	"path/filepath"
)

// Picture is a file of a folder that should hold a picture.
type Picture struct {
	// ID is unique in the folder: its path there, without the extension where that is enough.
	ID   string
	Name string // its path in the folder, with slashes, as in Skip
	Path string // where to open it
	// Folder is the folder that was named, as it was; "" for a picture that was named by itself, which has no ID and no
	// Name.
	Folder string
}

// Pictures lists the pictures below a folder as Load would read them, in the order of their paths, but opens none of
// them but for the first bytes of files that are not named like one. The files that hold no picture are the skips.
func Pictures(ctx context.Context, dir string) ([]Picture, []Skip, error) {
	files, err := folder(dir).files(ctx)
	if err != nil {
		return nil, nil, err
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, nil, err
	}
	var list []Picture
	var skips []Skip
	var names []string
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		if f.reason == "" && !isPicture(f.name) { // its first bytes tell
			m := File{Name: f.name}
			f.take(&m, func(string) bool { return false })
			f.reason = m.Skip
		}
		switch {
		case f.reason != "":
			skips = append(skips, Skip{shorten(f.name), f.reason})
		case seen[f.name]:
			skips = append(skips, Skip{f.name, sameName})
		default:
			rel, err := filepath.Rel(root, f.path)
			if err != nil {
				return nil, nil, err
			}
			list = append(list, Picture{Name: f.name, Path: filepath.Join(dir, rel)})
			names = append(names, f.name)
		}
		seen[f.name] = true
	}
	for i, id := range ShortNames(names) {
		list[i].ID = id
	}
	return list, skips, nil
}
