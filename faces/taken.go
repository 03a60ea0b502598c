package faces

import (
	"context"
	"time"

	"likeness/internal/regularfile"
	"likeness/pix"
)

// Taken returns when pictures of a folder were taken, by id: what the camera's clock showed (see pix.Taken), or else the
// file's modification time as this machine's clock showed it; both as times in UTC. Files are read no further than their
// EXIF. Archives say nothing, and ids that are not in the folder are left out. name is what Open takes.
func Taken(ctx context.Context, name string, ids []string) (map[string]time.Time, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	path, err := resolve(name)
	if err != nil {
		return nil, err
	}
	if info, err := stat(path); err != nil || !info.IsDir() {
		return nil, err
	}
	files, err := folder(path).files(ctx)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	taken := make(map[string]time.Time, len(ids))
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.reason != "" {
			continue
		}
		for _, id := range []string{f.name, stem(f.name), Identify(f.name, true).ID} {
			if _, ok := taken[id]; !ok && wanted[id] {
				taken[id] = f.taken()
				break
			}
		}
	}
	return taken, nil
}

// taken is the time of one file.
func (f file) taken() time.Time {
	if r, err := regularfile.Open(f.path); err == nil {
		defer r.Close()
		if t, ok := pix.Taken(r); ok {
			return t
		}
	}
	t := time.Unix(0, f.mtime)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
