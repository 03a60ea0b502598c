package check

import (
	"likeness/faces"
	"likeness/faces/copies"
)

// Report is what Source found.
type Report struct {
	Source string `json:"source"`
	Kind   string `json:"kind"` // "folder", "zip", "tar" or "tar+gzip"
	OK     bool   `json:"ok"`   // there are pictures and no Problems

	Pictures int `json:"pictures"` // that decode
	People   int `json:"people"`   // with a name
	Nameless int `json:"nameless"` // pictures without a person's name
	// Naming says how names were found, and which folders are taken for no people.
	Naming   faces.Naming `json:"naming"`
	Numbered int          `json:"numbered"` // pictures with person and number in LFW's layout

	Sizes     []SizeCount   `json:"sizes"`      // the most frequent first
	PerPerson []PersonCount `json:"per_person"` // how many people have how many pictures, by rising number
	Largest   string        `json:"largest"`    // the person with the most pictures, the first of several

	Skipped []faces.Skip `json:"skipped"` // files without a usable picture
	// Duplicates are groups of files with the very same bytes, by name.
	Duplicates [][]string `json:"duplicates"`
	// Twins are groups of pictures that show nearly the same, without those of which all have the same bytes. TwinsHow
	// says of each whether it is the first of its group "mirrored" or "turned by 90 degrees" and so on; "" is neither.
	// Compared reports that they were looked for: more than 200,000 pictures are too many.
	Twins    [][]string `json:"twins"`
	TwinsHow [][]string `json:"twins_how"`
	Compared bool       `json:"compared"`
	// TwoNames are the groups of duplicates and twins whose pictures have different people's names.
	TwoNames [][]string `json:"two_names"`
	// Flat are pictures of one colour, or nearly; they are nobody's twins.
	Flat []string `json:"flat"`
	// Turned are pictures that were turned or mirrored because their EXIF says so.
	Turned []string `json:"turned"`
	// Lying are pictures that seem to be rotated by 90, 180 or 270 degrees, of those that are not of OtherCrop. Voted
	// reports that there were enough pictures to decide: at least 200, and no more than 200,000.
	Lying []RotatedPicture `json:"lying"`
	Voted bool             `json:"voted"`
	// Small are pictures of which the preparation leaves fewer pixels than it is asked for, Long those with one side
	// more than twice the other.
	Small []string `json:"small"`
	Long  []string `json:"long"`
	// OtherShape are pictures whose ratio of sides is not that of nearly all others: squashed, or not of their kind.
	// OtherCrop are those of which the crop keeps another part than of nearly all others, so that their faces are
	// larger or smaller in what is learned from.
	OtherShape []string `json:"other_shape"`
	OtherCrop  []string `json:"other_crop"`
	// Attributes is nil when no attribute file was given.
	Attributes *AttributeCheck `json:"attributes,omitempty"`
	// Problems keep the data from being used, or used whole: a broken archive, errors in the attribute file.
	Problems []string `json:"problems"`

	kept  []keptPicture // usable ones
	rows  []int         // which of them faces.Load would make rows of
	twins []copies.Pair // of all of them
}

type keptPicture struct {
	name, person string
	w, h         int
	thumb        *copies.Thumb // of the whole picture
	view         *copies.Thumb // of what the crop leaves, nil for nothing
}

// RowPeople returns the person of each row that faces.Load would return, "" where no name is known.
func (r *Report) RowPeople() []string {
	people := make([]string, len(r.rows))
	for i, k := range r.rows {
		people[i] = r.kept[k].person
	}
	return people
}

// largestCheck is the number of pictures up to which Source compares them with each other.
const largestCheck = 200_000

// SizeCount counts pictures of one size.
type SizeCount struct {
	W     int `json:"w"`
	H     int `json:"h"`
	Count int `json:"count"`
}

// PersonCount counts people with the same number of pictures.
type PersonCount struct {
	Pictures int `json:"pictures"`
	People   int `json:"people"`
}

// AttributeCheck is how an attribute file and the pictures fit.
type AttributeCheck struct {
	File    string `json:"file"`
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"`
	Joined  int    `json:"joined"` // pictures with a row
	// Missing are rows without a usable picture, Unlisted pictures without a row, by id or, where a picture has none, by
	// name.
	Missing  []string `json:"missing"`
	Unlisted []string `json:"unlisted"`
}
