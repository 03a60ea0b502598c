package faces

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"likeness/faces/facestest"
)

// Folders are people unless their names say otherwise.
func TestNameless(t *testing.T) {
	for dir, want := range map[string]string{
		"Ann": "", "Aaron_Eckhart": "", "Müller, Jörg": "", "山田太郎": "", "May": "", "April": "", "June Carter": "", "Jan": "", "Marc 2": "", "Agent 47": "",
		"lib/Ann": "", "2019/Ann": "", "Photos/Ann": "", "100 Ann": "", "Camille": "", "Dominic": "", "Image Smith": "", "P": "",
		"1": AfterDates, "2019": AfterDates, "2019/03": AfterDates, "2019-03-01": AfterDates, "01.03.2019": AfterDates, "2019 Paris": AfterDates,
		"2019-03 Paris": AfterDates, "20190301_Paris": AfterDates, "March 2019": AfterDates, "03 March": AfterDates,
		"2018 - 2019": AfterDates, "2019/May": AfterDates, "März_2019": AfterDates, "2019 August, Rome": AfterDates,
		"DCIM": AfterCameras, "DCIM/100CANON": AfterCameras, "101_PANA": AfterCameras, "100APPLE": AfterCameras, "Camera": AfterCameras, "camera roll": AfterCameras,
		"IMG": AfterCameras, "WhatsApp Images": AfterCameras, "Pictures": AfterCameras, "Screenshots": AfterCameras,
	} {
		g := newFolderGuess([]string{dir + "/a.jpg", "x/b.jpg"}, false)
		if got := g.after(dir); got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
}

// Months alone are people's names, too; three of them are months.
func TestNamelessMonths(t *testing.T) {
	p := facestest.Picture(1, 40)
	for want, folders := range map[string][]string{"May": {"May", "April", "Ann"}, "": {"May", "April", "June", "Ann"}} {
		var files []facestest.File
		for _, f := range folders {
			files = append(files, facestest.File{Name: f + "/1.jpg", Data: p})
		}
		s := load(t, facestest.Unpack(t, files), Options{})
		if got := s.People[slices.Index(s.Files, "May/1.jpg")]; got != want || !slices.Contains(s.People, "Ann") {
			t.Errorf("%v: %q", folders, s.People)
		}
	}
}

// Each way of finding people, on the same pictures, whether they come from the cache or not.
func TestWaysOfNaming(t *testing.T) {
	p := facestest.Picture(1, 40)
	dir := facestest.Unpack(t, []facestest.File{
		{Name: "2019/03/IMG_0010.jpg", Data: p}, {Name: "2019/03/IMG_0011.jpg", Data: p}, {Name: "Ann/x.jpg", Data: p},
		{Name: "Bo_Lee/Bo_Lee_0001.jpg", Data: p}, {Name: "Camera/eve-12.jpg", Data: p}, {Name: "Camera/eve (3).jpg", Data: p}, {Name: "loose.jpg", Data: p},
	})
	list := facestest.Write(t, "names.csv", []byte("picture,person,notes\n2019/03/IMG_0010.jpg,J\u00fcrgen,\nCamera/eve-12,Eve,twice\nBo_Lee_0001,Bo,\n"))
	cache := t.TempDir()
	for _, c := range []struct {
		names, by string
		want      []string
		nameless  []NamelessFolder
	}{
		{"", NamesFolders, []string{"", "", "Ann", "Bo Lee", "", "", ""}, []NamelessFolder{{"2019/03", AfterDates, 2}, {"Camera", AfterCameras, 2}}},
		{NamesFolders, NamesFolders, []string{"03", "03", "Ann", "Bo Lee", "Camera", "Camera", ""}, nil},
		{NamesFile, NamesFile, []string{"", "", "x", "Bo Lee", "eve", "eve", "loose"}, nil},
		{NamesNone, NamesNone, make([]string, 7), nil},
		{list, list, []string{"Jürgen", "", "", "Bo", "", "Eve", ""}, nil},
	} {
		for range 2 {
			s := load(t, dir, Options{Names: c.names, CacheDir: cache})
			if !slices.Equal(s.People, c.want) || s.Naming.By != c.by || !slices.Equal(s.Naming.Nameless, c.nameless) {
				t.Errorf("%q: people %q, naming %+v", c.names, s.People, s.Naming)
			}
		}
	}
	// All pictures of an archive in one folder lie there loose; LFW's layout stays LFW's.
	loose := load(t, facestest.Write(t, "x.zip", facestest.Zip([]facestest.File{{Name: "party/1.jpg", Data: p}, {Name: "party/2.jpg", Data: p}})), Options{})
	if !slices.Equal(loose.People, []string{"", ""}) || loose.Naming.Nameless[0] != (NamelessFolder{"party", AfterNothing, 2}) {
		t.Errorf("people %q, naming %+v", loose.People, loose.Naming)
	}
	lfw := load(t, facestest.Write(t, "x.tar", facestest.Tar(facestest.People("lfw", 4))), Options{})
	if slices.Contains(lfw.People, "") || len(lfw.Naming.Nameless) > 0 {
		t.Errorf("people %q, naming %+v", lfw.People, lfw.Naming)
	}
	if err := loadErrorOf(t, dir, Options{Names: facestest.Write(t, "n.csv", []byte("picture,person\nnowhere.jpg,Ann\n"))}); !strings.Contains(err.Error(), "names none of the 7 pictures") {
		t.Error(err)
	}
}

func loadErrorOf(t *testing.T, path string, opt Options) error {
	t.Helper()
	opt.NoCache = true
	_, err := Load(t.Context(), path, opt)
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

func TestParseNames(t *testing.T) {
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String("picture;person\nä.jpg;Ju\u0308rgen\n")
	check(err)
	if got, err := ParseNames(strings.NewReader(wide), "n.csv"); err != nil || got["ä.jpg"] != "J\u00fcrgen" {
		t.Error(got, err)
	}
	for text, want := range map[string]string{
		"":                                   "there is no picture",
		"picture,person\n":                   "there is no picture",
		"picture\n":                          "line 1: one column",
		"picture,person\na.jpg\n":            "line 2: one column",
		"picture,person\n,Ann\n":             "line 2: the name of a picture is missing",
		"picture,person\na.jpg,A\na.jpg,B\n": "line 3: a.jpg stands on line 2 already",
		"picture,person\n\"a.jpg,A\n":        "line ",
	} {
		if _, err := ParseNames(strings.NewReader(text), "n.csv"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "n.csv") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseNames(f *testing.F) {
	f.Add("picture,person\na.jpg,Ann\n\"b,c\",Bo\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseNames(strings.NewReader(text), "f")
		for picture, person := range got {
			if err != nil || cleanName(picture) != picture || PersonName(person) != person {
				t.Errorf("%q: %q, %v", picture, person, err)
			}
		}
	})
}
