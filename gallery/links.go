package gallery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrNoFiles means that none of some members has a file of its own: they lie in archives, or are drawn.
var ErrNoFiles = errors.New("these pictures have no files of their own")

// Links is a new folder with links to pictures.
type Links struct {
	Folder  string `json:"folder"`
	Linked  int    `json:"linked"`  // files; several faces of a picture have one
	Without int    `json:"without"` // members that have no file
}

// Link makes a folder that is not there yet and puts a symbolic link into it for the file of each member in some rows. The
// pictures stay as they are, and where they are. Links of one name are numbered.
func (g *Gallery) Link(ctx context.Context, folder string, rows []int) (*Links, error) {
	members, err := g.MembersAt(rows)
	if err != nil {
		return nil, err
	}
	l := &Links{Folder: folder}
	seen := map[string]bool{}
	var files []string
	for _, m := range members {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		file := g.Path(m.ID)
		if file == "" {
			l.Without++
		} else if !seen[file] {
			seen[file] = true
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w", folder, ErrNoFiles)
	}
	if err := os.Mkdir(folder, 0o777); err != nil {
		return nil, err
	}
	names := map[string]int{}
	for _, file := range files {
		if err := link(folder, file, names); err != nil {
			return l, errors.Join(err, os.RemoveAll(folder)) // links alone are in it
		}
		l.Linked++
	}
	return l, nil
}

// link puts a link to a file into a folder. names counts those that are there, whatever the case of their letters.
func link(folder, file string, names map[string]int) error {
	target, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if from, err := filepath.Abs(folder); err == nil {
		if rel, err := filepath.Rel(from, target); err == nil {
			target = rel // so that folder and pictures can move together
		}
	}
	name := filepath.Base(file)
	for {
		key := strings.ToLower(name)
		n := names[key]
		names[key]++
		if n == 0 {
			return os.Symlink(target, filepath.Join(folder, name))
		}
		ext := filepath.Ext(file)
		name = strings.TrimSuffix(filepath.Base(file), ext) + " " + strconv.Itoa(n+1) + ext
	}
}
