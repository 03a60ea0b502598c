package faces

import (
	"context"
	"errors"
	"io/fs"
	"slices"
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

// FileOf returns the file of an id in the files of FilesByID: also of an id of one of several faces, see FaceID.
func FileOf(files map[string]string, id string) (file string, ok bool) {
	if file, ok = files[id]; ok {
		return file, true
	}
	picture, _ := SplitFaceID(id)
	file, ok = files[picture]
	return file, ok
}

// ReadByID reads pictures of a source by their ids in one pass, which ends with the last of them, and calls visit for each
// in the source's order. Faces of one picture are ids of their own, see FaceID. Ids that are not there bring no call. An
// error of visit ends the reading and is returned.
func ReadByID(ctx context.Context, src Source, ids []string, visit func(id string, data []byte) error) error {
	wanted := make(map[string][]string, len(ids)) // by the id of the picture
	left := 0
	for _, id := range ids {
		pictures := []string{id}
		if picture, n := SplitFaceID(id); n > 0 {
			pictures = append(pictures, picture)
		}
		for i, picture := range pictures {
			if !slices.Contains(wanted[picture], id) {
				wanted[picture] = append(wanted[picture], id)
				if i == 0 {
					left++
				}
			}
		}
	}
	if left == 0 {
		return nil
	}
	read := make(map[string]bool, left)
	err := src.Walk(ctx, func(file string) bool {
		for _, id := range idsOf(file) {
			if len(wanted[id]) > 0 {
				return true
			}
		}
		return false
	}, func(f File) error {
		if f.Data == nil {
			return nil
		}
		for _, picture := range idsOf(f.Name) {
			for _, id := range wanted[picture] {
				if read[id] {
					continue
				}
				read[id] = true
				if err := visit(id, f.Data); err != nil {
					return err
				}
			}
			delete(wanted, picture)
		}
		if len(read) == left {
			return fs.SkipAll
		}
		return nil
	})
	if errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}
