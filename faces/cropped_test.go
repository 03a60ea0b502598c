package faces

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"likeness/faces/facestest"
	"likeness/pix"
)

// Pictures of LFW's size that are not LFW's are counted, in a set and in a cached one.
func TestCroppedPictures(t *testing.T) {
	dir := facestest.Unpack(t, []facestest.File{
		{Name: "mine/a.png", Data: facestest.PNG(1, 250, 250)},
		{Name: "mine/b.png", Data: facestest.PNG(2, 250, 250)},
		{Name: "mine/c.png", Data: facestest.PNG(3, 240, 250)},
		{Name: "Ada_Byron/Ada_Byron_0001.png", Data: facestest.PNG(4, 250, 250)},
	})
	opt := Options{CacheDir: t.TempDir(), Prep: pix.Prep{W: 16, H: 16, Auto: true}}
	for range 2 {
		if s := load(t, dir, opt); s.Cropped != 2 || s.Len() != 4 {
			t.Errorf("%d of %d pictures got LFW's crop", s.Cropped, s.Len())
		}
	}
	opt.Prep = pix.Prep{W: 16, H: 16}
	if s := load(t, dir, opt); s.Cropped != 0 {
		t.Errorf("%d pictures got LFW's crop unasked", s.Cropped)
	}
}

func TestFind(t *testing.T) {
	nope := filepath.Join(t.TempDir(), "nope")
	_, err := Find(nope)
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "there is no file or folder "+nope {
		t.Error(err)
	}
	t.Setenv("LIKENESS_DATA", nope)
	if _, err := Find("lfw"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for source, want := range map[string]string{"..": ".."} {
		if path, err := Find(source); path != want || err != nil {
			t.Errorf("%s: %q, %v", source, path, err)
		}
	}
}
