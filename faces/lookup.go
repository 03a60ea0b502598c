package faces

import (
	"context"
	"errors"
	"io/fs"
)

// idsOf returns the ids that a set could give a picture by its file: LFW's name, and the path with and without its
// extension.
func idsOf(file string) []string {
	ids := []string{file, stem(file)}
	if id := Identify(file, true).ID; id != "" {
		ids = append(ids, id)
	}
	return ids
}

// FilesByID returns, for every picture of a source by its name, the file that ReadFiles takes. It opens no picture, so
// that also broken ones are in it. Every id that a set could give a picture leads to its file, the first one where
// several could.
func FilesByID(ctx context.Context, src Source) (map[string]string, error) {
	files := map[string]string{}
	err := src.Walk(ctx, func(file string) bool {
		for _, id := range idsOf(file) {
			if _, taken := files[id]; !taken {
				files[id] = file
			}
		}
		return false
	}, func(File) error { return nil })
	return files, err
}

// ReadByID reads pictures of a source by their ids in one pass, which ends with the last of them, and calls visit for each
// in the source's order. Ids that are not there bring no call. An error of visit ends the reading and is returned.
func ReadByID(ctx context.Context, src Source, ids []string, visit func(id string, data []byte) error) error {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	err := src.Walk(ctx, func(file string) bool {
		for _, id := range idsOf(file) {
			if wanted[id] {
				return true
			}
		}
		return false
	}, func(f File) error {
		if f.Data == nil {
			return nil
		}
		for _, id := range idsOf(f.Name) {
			if !wanted[id] {
				continue
			}
			delete(wanted, id)
			if err := visit(id, f.Data); err != nil {
				return err
			}
		}
		if len(wanted) == 0 {
			return fs.SkipAll
		}
		return nil
	})
	if errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}
