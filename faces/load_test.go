package faces

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/faces/facestest"
	"likeness/pix"
	"likeness/progress"
)

func load(t *testing.T, source string, opt Options) *Set {
	t.Helper()
	if opt.CacheDir == "" {
		opt.NoCache = true
	}
	s, err := Load(context.Background(), source, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every kind of source and every thread count gives the same set.
func TestLoadAnySource(t *testing.T) {
	files := facestest.People("lfw", 7)
	archive := facestest.Tar(files)
	want := load(t, facestest.Write(t, "lfw.tar", archive), Options{Threads: 1})
	if want.Len() != len(files) || want.W != 32 || want.H != 32 || len(want.Pix) != len(files)*32*32*3 || !want.Prep.Auto {
		t.Fatalf("%d pictures of %dx%d, %+v", want.Len(), want.W, want.H, want.Prep)
	}
	if want.IDs[2] != "Person_B_0002" || want.People[2] != "Person B" || want.Numbers[2] != 2 {
		t.Errorf("picture 2 is %q of %q, number %d", want.IDs[2], want.People[2], want.Numbers[2])
	}
	for i, f := range files {
		m, err := pix.Decode(strings.NewReader(string(f.Data)))
		if err != nil {
			t.Fatal(err)
		}
		if m, err = want.Prep.Apply(m); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.Pix, want.Image(i).Pix) {
			t.Errorf("picture %d is not %s", i, f.Name)
		}
	}
	zipped := facestest.Zip(files)
	for name, path := range map[string]string{
		"tgz":                 facestest.Write(t, "lfw.tgz", facestest.Gzip(archive)),
		"tgz named otherwise": facestest.Write(t, "download", facestest.Gzip(archive)),
		"two gzip members":    facestest.Write(t, "lfw.tgz", append(facestest.Gzip(archive[:5000]), facestest.Gzip(archive[5000:])...)),
		"zip":                 facestest.Write(t, "lfw.zip", zipped),
		"zip named tgz":       facestest.Write(t, "lfw.tgz", zipped),
		"folder":              facestest.Unpack(t, files),
		"inside the folder":   filepath.Join(facestest.Unpack(t, files), "lfw"),
		"funneled":            facestest.Write(t, "f.tar", facestest.Tar(facestest.People("lfw_funneled", 7))),
		"nested":              facestest.Write(t, "f.tar", facestest.Tar(facestest.People("./a/b/lfw-deepfunneled", 7))),
	} {
		for _, threads := range []int{1, 3, 16} {
			t.Run(fmt.Sprintf("%s, %d threads", name, threads), func(t *testing.T) {
				sameSet(t, load(t, path, Options{Threads: threads}), want)
			})
		}
	}
	t.Run("link to a folder", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(facestest.Unpack(t, files), link); err != nil {
			t.Skip("skipped: no symbolic links here:", err)
		}
		sameSet(t, load(t, link, Options{}), want)
	})
}

func TestLoadPhotoFolder(t *testing.T) {
	broken := facestest.Picture(3, 48)
	dir := facestest.Unpack(t, []facestest.File{
		{Name: "Anna/beach.png", Data: facestest.PNG(1, 60, 40)},
		{Name: "Anna/IMG_0001.jpg", Data: facestest.Picture(2, 48)},
		{Name: "Ben/portrait.jpg", Data: facestest.Picture(4, 48)},
		{Name: "Ben/portrait.png", Data: facestest.PNG(5, 48, 48)},
		{Name: "alone.JPEG", Data: facestest.Picture(6, 48)},
		{Name: "Anna/broken.jpg", Data: broken[:len(broken)/3]},
		{Name: "Anna/zero.jpg", Data: nil},
		{Name: "Ben/notes.txt", Data: []byte("hello")},
		{Name: "Ben/text.jpg", Data: []byte("not a picture")},
		{Name: "Ben/dot.png", Data: facestest.PNG(7, 1, 1)},
		{Name: ".hidden.jpg", Data: facestest.Picture(1, 8)}, {Name: ".git/x.jpg", Data: facestest.Picture(1, 8)}, {Name: "Anna/._beach.png", Data: []byte("x")},
		{Name: "__MACOSX/Anna/x.jpg", Data: []byte("x")}, {Name: "Thumbs.db", Data: []byte("x")}, {Name: "Ben/Desktop.ini", Data: []byte("x")},
	})
	s := load(t, dir, Options{})
	wantIDs := []string{"Anna/IMG_0001.jpg", "Anna/beach.png", "Ben/dot.png", "Ben/portrait.jpg", "Ben/portrait.png", "alone.JPEG"}
	if !slices.Equal(s.IDs, wantIDs) {
		t.Errorf("ids %q, want %q", s.IDs, wantIDs)
	}
	if want := []string{"Anna", "Anna", "Ben", "Ben", "Ben", ""}; !slices.Equal(s.People, want) {
		t.Errorf("people %q, want %q", s.People, want)
	}
	if !slices.Equal(s.Numbers, make([]int, 6)) {
		t.Errorf("numbers %d", s.Numbers)
	}
	var skipped []string
	for _, k := range s.Skipped {
		skipped = append(skipped, k.Name)
		if k.Reason == "" || strings.Contains(k.Reason, dir) {
			t.Errorf("%s: reason %q", k.Name, k.Reason)
		}
	}
	if want := []string{"Anna/broken.jpg", "Anna/zero.jpg", "Ben/notes.txt", "Ben/text.jpg"}; !slices.Equal(skipped, want) {
		t.Errorf("skipped %q, want %q", skipped, want)
	}
	if s.Index("Ben/dot.png") != 2 || s.Index("nobody") != -1 {
		t.Error("Index is wrong")
	}
}

func TestLoadNames(t *testing.T) {
	p := facestest.Picture(1, 40)
	s := load(t, facestest.Write(t, "x.tar", facestest.Tar([]facestest.File{
		{Name: "../../etc/Ann_Lee/Ann_Lee_0001.jpg", Data: p}, // a path that leads out
		{Name: `win\Ann_Lee\Ann_Lee_0002.jpg`, Data: p},
		{Name: "/abs/Ann_Lee/Ann_Lee_0001.jpg", Data: p}, // the same id again
		{Name: "a/x.jpg", Data: p},
		{Name: "a/x.jpg", Data: p}, // the same name again
		{Name: "a/Ann_Lee_0003.jpg", Data: p},
		{Name: "a/x\x1b[31m\xff.jpg", Data: p},
		{Name: strings.Repeat("n/", 3000) + "x.jpg", Data: p},
	})), Options{})
	want := []string{"Ann_Lee_0001", "Ann_Lee_0002", "a/x.jpg", "a/Ann_Lee_0003.jpg", "a/x\ufffd(1B)[31m\ufffd(FF).jpg"}
	if !slices.Equal(s.IDs, want) {
		t.Errorf("ids %q, want %q", s.IDs, want)
	}
	var reasons []string
	for _, k := range s.Skipped {
		reasons = append(reasons, k.Reason)
	}
	if want := []string{"the same person and number as etc/Ann_Lee/Ann_Lee_0001.jpg", "a picture of the same name came before it", "its name is longer than 4096 bytes"}; !slices.Equal(reasons, want) {
		t.Errorf("reasons %q, want %q", reasons, want)
	}
}

func TestLoadOptions(t *testing.T) {
	path := facestest.Write(t, "x.tar", facestest.Tar(facestest.People("lfw", 5)))
	t.Run("limit", func(t *testing.T) {
		s, all := load(t, path, Options{Limit: 3}), load(t, path, Options{})
		if s.Len() != 3 || !slices.Equal(s.IDs, all.IDs[:3]) || !slices.Equal(s.Pix, all.Pix[:3*32*32*3]) {
			t.Errorf("got %q", s.IDs)
		}
	})
	t.Run("size", func(t *testing.T) {
		s := load(t, path, Options{Prep: pix.Prep{W: 45, H: 30, DX: 4, DY: 2}})
		if s.W != 45 || s.H != 30 || s.Image(1).W != 45 || len(s.Pix) != s.Len()*45*30*3 {
			t.Errorf("%dx%d", s.W, s.H)
		}
	})
	t.Run("crop", func(t *testing.T) {
		_, err := Load(context.Background(), path, Options{NoCache: true, Prep: pix.Prep{DX: 24, DY: 24}})
		if err == nil || !strings.Contains(err.Error(), "no usable picture among 9 files") || !strings.Contains(err.Error(), "48") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("progress", func(t *testing.T) {
		var calls [][2]int
		load(t, path, Options{Progress: func(s progress.Step) { calls = append(calls, [2]int{int(s.Done), int(s.Total)}) }})
		if len(calls) != 9 || calls[8] != [2]int{9, 0} {
			t.Errorf("calls %v", calls)
		}
	})
	t.Run("floats", func(t *testing.T) {
		s := load(t, path, Options{})
		x := s.AllFloats([]int{4, 0})
		if n := 32 * 32 * 3; len(x) != 2*n || x[n+5] != float32(s.Pix[5])/255-0.5 || x[7] != float32(s.Pix[4*n+7])/255-0.5 {
			t.Error("AllFloats gives other pictures")
		}
	})
	t.Run("cancel", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := Load(ctx, path, Options{NoCache: true, Progress: func(progress.Step) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestLoadErrors(t *testing.T) {
	t.Setenv("LIKENESS_DATA", t.TempDir())
	good := facestest.Write(t, "x.tar", facestest.Tar(facestest.People("lfw", 2)))
	for name, c := range map[string]struct {
		source string
		opt    Options
		want   string
	}{
		"none":              {"", Options{}, "no source"},
		"absent":            {"no/such/file", Options{}, "no/such/file"},
		"not downloaded":    {"lfw", Options{}, "the data set lfw has not been downloaded"},
		"no attributes":     {good, Options{Attributes: "lfw-attributes"}, "the data set lfw-attributes has not been downloaded"},
		"absent attributes": {good, Options{Attributes: "nope.txt"}, "nope.txt"},
		"empty file":        {facestest.Write(t, "e.tgz", nil), Options{}, "e.tgz is empty"},
		"empty folder":      {t.TempDir(), Options{}, "no picture in it"},
		"nothing usable":    {facestest.Unpack(t, []facestest.File{{Name: "a/b.txt", Data: []byte("x")}}), Options{}, "no usable picture among 1 files; the first is a/b.txt: not a picture"},
		"text":              {facestest.Write(t, "x.tgz", []byte("hello, world")), Options{}, "although its name ends in .tgz"},
		"page":              {facestest.Write(t, "x.tgz", []byte("<html>")), Options{}, "web page"},
		"xz":                {facestest.Write(t, "x.tgz", []byte("\xfd7zXZ\x00...")), Options{}, "xz"},
		"picture":           {facestest.Write(t, "x.jpg", facestest.Picture(1, 8)), Options{}, "it is a JPEG; give the folder"},
		"size":              {good, Options{Prep: pix.Prep{W: 32}}, "32x0"},
		"crop":              {good, Options{Prep: pix.Prep{DX: -1}}, "-1 and 0"},
		"huge":              {good, Options{Prep: pix.Prep{W: 1 << 40, H: 1}}, "from 1 to 4096"},
		"limit":             {good, Options{Limit: -1}, "limit of -1"},
	} {
		c.opt.NoCache = true
		s, err := Load(context.Background(), c.source, c.opt)
		if err == nil || s != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]struct {
		person string
		number int
		ok     bool
	}{
		"Aaron_Eckhart_0001.jpg":     {"Aaron_Eckhart", 1, true},
		"lfw/Ana/Ana_0012.PNG":       {"Ana", 12, true},
		"Jean-Luc_St._Jr_12345.jpeg": {"Jean-Luc_St._Jr", 12345, true},
		"St._Jr_0002":                {"St._Jr", 2, true},
		"A__0001.jpg":                {"A_", 1, true},
		"Aaron_Eckhart.jpg":          {}, "_0001.jpg": {}, "Aaron_001.jpg": {}, "Aaron_00001.jpg": {}, "Aaron_0000.jpg": {},
		"Aaron_+001.jpg": {}, "Aaron_1234567890.jpg": {}, "Aaron0001.jpg": {}, "": {}, ".": {}, "/": {}, "Aaron_0001.txt": {},
	} {
		person, number, ok := ParseName(name)
		if person != want.person || number != want.number || ok != want.ok {
			t.Errorf("ParseName(%q) = %q, %d, %v", name, person, number, ok)
		}
	}
	if got := PictureID("Aaron Eckhart", 7); got != "Aaron_Eckhart_0007" {
		t.Error(got)
	}
	if got, want := ShortNames([]string{"a.jpg", "a.png", "x/b.JPG", "J._Smith_0001", "c"}), []string{"a.jpg", "a.png", "x/b", "J._Smith_0001", "c"}; !reflect.DeepEqual(got, want) {
		t.Errorf("ShortNames: %q, want %q", got, want)
	}
	got := uniqueIDs([]string{"a.jpg", "a.png", "a.jpg.gif", "b_0001.jpg", "x/b_0001.jpg"}, []string{"", "", "", "", "b_0001"})
	if want := []string{"a.jpg", "a.png", "a.jpg.gif", "b_0001.jpg", "b_0001"}; !reflect.DeepEqual(got, want) {
		t.Errorf("uniqueIDs: %q, want %q", got, want)
	}
}
