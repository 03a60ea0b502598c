package faces

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// The ways of Options.Names. Any other text is the path of a CSV file, see ReadNames; "" chooses by the folders.
const (
	NamesFolders = "folders" // every folder that holds pictures is a person
	NamesFile    = "file"    // a file is called after the person, with a number behind
	NamesNone    = "none"    // nobody is named
)

// Naming says how the people of a set were found.
type Naming struct {
	// By is the way of Options.Names that was taken, NamesFolders where none was asked for.
	By string `json:"by"`
	// Nameless are the folders that were taken for no people, since nobody had asked for NamesFolders; in the order of
	// their first pictures.
	Nameless []NamelessFolder `json:"nameless"`
}

// NamelessFolder is a folder that is called after something else than a person.
type NamelessFolder struct {
	Folder   string `json:"folder"`
	After    string `json:"after"` // AfterDates, AfterCameras or AfterNothing
	Pictures int    `json:"pictures"`
}

// What folders are called after in place of people.
const (
	AfterDates   = "dates or numbers"
	AfterCameras = "cameras or programs"
	AfterNothing = "nothing that is known" // all pictures of an archive lie in it
)

// NamePeople returns the person of each file of a source, "" where no name is known. In LFW's layout the path says it,
// see Identify, whatever the other files are like, and a Labelled source says it itself, unless opt.Names asks for something else than folders.
func NamePeople(src Source, files []string, opt Options) (people []string, naming Naming, err error) {
	anyFolder := opt.Attributes != ""
	if own, ok := src.(Attributed); ok && own != nil {
		anyFolder = true
	}
	return namePeople(src, files, opt.Names, anyFolder)
}

// namePeople is NamePeople; anyFolder is that of Identify.
func namePeople(src Source, files []string, names string, anyFolder bool) (people []string, naming Naming, err error) {
	naming = Naming{By: names, Nameless: []NamelessFolder{}}
	if naming.By == "" {
		naming.By = NamesFolders
	}
	people = make([]string, len(files))
	if label, err := given(src, names); err != nil {
		return nil, naming, err
	} else if label != nil {
		return labelled(label, files, naming, names)
	}
	switch names {
	case NamesNone:
	case NamesFolders:
		for i, f := range files {
			people[i] = Identify(f, anyFolder).Person
		}
	case NamesFile:
		for i, f := range files {
			people[i] = personOfFile(f)
		}
	case "":
		g := newFolderGuess(files, src.Kind() != folder("").Kind())
		for i, f := range files {
			who := Identify(f, anyFolder)
			if who.ID == "" && g.nameless(path.Dir(f)) {
				who.Person = ""
			}
			people[i] = who.Person
		}
		naming.Nameless = g.found()
	}
	return people, naming, nil
}

// given returns who a source or a file says that a picture shows; nil where people follow from the names of files alone.
func given(src Source, names string) (func(file string) (string, bool), error) {
	if own, ok := src.(Labelled); ok && own != nil && (names == "" || names == NamesFolders) {
		labels, err := own.Labels()
		return func(f string) (string, bool) { who, ok := labels[f]; return who, ok }, err
	}
	switch names {
	case "", NamesFolders, NamesFile, NamesNone:
		return nil, nil
	}
	list, err := ReadNames(names)
	return func(f string) (string, bool) {
		for _, id := range idsOf(f) {
			if who, ok := list[id]; ok {
				return who, true
			}
		}
		return "", false
	}, err
}

// labelled names people as they are given. A file of names that names none of the pictures is an error.
func labelled(label func(string) (string, bool), files []string, naming Naming, names string) ([]string, Naming, error) {
	people, named := make([]string, len(files)), 0
	for i, f := range files {
		who, ok := label(f)
		if people[i] = who; ok {
			named++
		}
	}
	if named == 0 && len(files) > 0 && names != "" && names != NamesFolders {
		return nil, naming, fmt.Errorf("%s names none of the %d pictures; the first is %s", names, len(files), files[0])
	}
	return people, naming, nil
}

// numbered is a file's name with a number behind: "Ann_Lee_0001", "ann-12", "Ann (3)".
var numbered = regexp.MustCompile(`^(.*?)[\s_.-]*[(\[]?\d+[)\]]?$`)

// personOfFile returns the name before the number of a file's name, or all of it; "" for names that cameras give.
func personOfFile(file string) string {
	name := stem(path.Base(file))
	if m := numbered.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	person := strings.TrimSpace(personOf(name))
	if calledAfter(name) != "" {
		return ""
	}
	return person
}

// folderGuess decides which folders are no people.
type folderGuess struct {
	only   string // the one folder that all pictures of an archive lie in, "" where there are several
	months bool   // months alone are dates: several folders are called after one
	known  map[string]*NamelessFolder
	order  []*NamelessFolder
}

func newFolderGuess(files []string, archive bool) *folderGuess {
	g := &folderGuess{known: map[string]*NamelessFolder{}}
	folders, months := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		folders[path.Dir(f)] = true
	}
	for f := range folders {
		if archive && len(folders) == 1 && f != "." {
			g.only = f
		}
		if name := plainName(path.Base(f)); month.MatchString(name) {
			months[name] = true
		}
	}
	g.months = len(months) >= 3
	return g
}

// nameless reports whether a folder is no person's, and counts one of its pictures.
func (g *folderGuess) nameless(dir string) bool {
	f, known := g.known[dir]
	if !known {
		if after := g.after(dir); after != "" {
			f = &NamelessFolder{Folder: dir, After: after}
			g.order = append(g.order, f)
		}
		g.known[dir] = f
	}
	if f == nil {
		return false
	}
	f.Pictures++
	return true
}

// after returns what a folder is called after that is no person, "" for a person. A folder below one of dates may be a
// person's.
func (g *folderGuess) after(dir string) string {
	if dir == "." || dir == "/" {
		return "" // no folder, and no name
	}
	if after := calledAfter(path.Base(dir)); after != "" {
		return after
	}
	dated := g.months || calledAfter(path.Base(path.Dir(dir))) == AfterDates
	if dated && month.MatchString(plainName(path.Base(dir))) {
		return AfterDates
	}
	if dir == g.only {
		return AfterNothing
	}
	return ""
}

func (g *folderGuess) found() []NamelessFolder {
	list := []NamelessFolder{}
	for _, f := range g.order {
		list = append(list, *f)
	}
	return list
}

const months = `(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december|` +
	`januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|` +
	`enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)`

var (
	// month is a month alone, which may also be a person: May, June, Augustus' short form.
	month = regexp.MustCompile(`^` + months + `$`)
	// dates are names of folders that begin with a date, or consist of numbers.
	dates = regexp.MustCompile(`^(` +
		`[\d .,;:+~()#-]*\d[\d .,;:+~()#-]*|` + // numbers: 1, 2019, 2019-03-01, 01.03. - 05.03.
		`(19|20)\d\d( .*)?|` + // a year, and what happened
		`(19|20)\d\d[ .-]?(0?[1-9]|1[0-2])([ .-]?[0-3]?\d)?( .*)?|` + // 2019-03 Paris, 20190301 Paris
		`[0-3]?\d[ .-][01]?\d[ .-](19|20)?\d\d( .*)?|` + // 01.03.2019 Paris
		`(\d{1,2}[ .-]*)?` + months + `[ .,'-]*(\d\d|(19|20)\d\d)|` + // March 2019
		`(19|20)\d\d[ .-]*` + months + `( .*)?|` + // 2019 March
		`\d{1,2}[ .-]+` + months + // 03 March
		`)$`)
	// cameras are names that cameras and programs give to folders, and to files before their number.
	cameras = regexp.MustCompile(`^(` +
		`\d{3}[a-z0-9 ]{5}|` + // 100canon, 101 pana: the standard of cameras' cards
		`(img|image|dsc|dscn|dscf|dscim|sam|mvi|vid|pict|pxl|gopro|gopr|dji|wp|imag|screenshot|burst|photo|foto|pic)( ?\d*)|` +
		`dcim|camera|cameras|camera roll|camera uploads|kamera|` +
		`photos|pictures|images|pics|fotos|bilder|my pictures|my photos|saved pictures|screenshots|downloads|desktop|` +
		`whatsapp|whatsapp images|whatsapp images sent|telegram|instagram|snapchat|` +
		`import|imports|export|exports|edited|originals|scan|scans|backup|backups|misc|unsorted|new folder|tmp|temp` +
		`)$`)
)

// plainName is a name as the patterns have it.
func plainName(name string) string {
	return strings.TrimSpace(strings.ToLower(strings.ReplaceAll(personOf(name), "–", "-")))
}

// calledAfter returns what a name stands for that is no person, "" for a person.
func calledAfter(name string) string {
	switch name = plainName(name); {
	case dates.MatchString(name):
		return AfterDates
	case cameras.MatchString(name):
		return AfterCameras
	}
	return ""
}
