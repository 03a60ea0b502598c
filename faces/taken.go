package faces

import (
	"context"
	"time"

	"likeness/internal/regularfile"
	"likeness/pix"
)

// Date is when a picture was taken.
type Date struct {
	time.Time
	File bool // the picture does not say it: this is when its file was changed
}

// Taken returns when pictures of a folder were taken, by id: what the camera's clock showed (see pix.Taken), or else the
// file's modification time as this machine's clock showed it, where that can be; both as times in UTC. Files are read no
// further than their EXIF. Archives say nothing, and ids that are not in the folder, or of which no time is known, are
// left out. name is what Open takes.
func Taken(ctx context.Context, name string, ids []string) (map[string]Date, error) {
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
	wanted := make(map[string][]string, len(ids)) // ids by that of the picture: also those of one of several faces
	for _, id := range ids {
		wanted[id] = append(wanted[id], id)
		if picture, n := SplitFaceID(id); n > 0 {
			wanted[picture] = append(wanted[picture], id)
		}
	}
	taken := make(map[string]Date, len(ids))
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.reason != "" {
			continue
		}
		for _, id := range []string{f.name, stem(f.name), Identify(f.name, true).ID} {
			if len(wanted[id]) == 0 {
				continue
			}
			at := f.taken()
			for _, asked := range wanted[id] {
				if _, ok := taken[asked]; !ok && !at.IsZero() {
					taken[asked] = at
				}
			}
			delete(wanted, id)
			break
		}
	}
	return taken, nil
}

// taken is the time of one file, the zero time where it is not known.
func (f file) taken() Date {
	if r, err := regularfile.Open(f.path); err == nil {
		defer r.Close()
		if t, ok := pix.Taken(r); ok {
			return Date{Time: t}
		}
	}
	// Clocks that were not set leave times of 1970 and 1980, damaged file systems any.
	t := f.mtime
	if t.Year() < firstCameras || t.After(time.Now().Add(2*24*time.Hour)) {
		return Date{}
	}
	return Date{time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC), true}
}

// firstCameras is the year of the first digital cameras that were sold; no file of a photograph is older.
const firstCameras = 1988
