package faces

import "golang.org/x/text/unicode/norm"

// Once decides which files of a source are passed over because another one came before that had the same name or, in
// LFW's layout, the same person and number. Load and package check keep to it alike. The zero value is ready.
type Once struct {
	names map[string]bool
	ids   map[string]string // name of the first picture that has an id
}

// sameName is why the second of two files of one name is skipped, as archives may have them.
const sameName = "a picture of the same name came before it"

// Name returns why a file is passed over by its name, "" for the first of that name.
func (o *Once) Name(name string) (reason string) {
	if o.names[name] {
		return sameName
	}
	if o.names == nil {
		o.names = make(map[string]bool)
	}
	o.names[name] = true
	return ""
}

// ID returns why a picture is passed over by its id in LFW's layout, "" for the first of that id and for no id.
func (o *Once) ID(id, name string) (reason string) {
	if id == "" {
		return ""
	}
	id = norm.NFC.String(id)
	if first, twice := o.ids[id]; twice {
		return "the same person and number as " + first
	}
	if o.ids == nil {
		o.ids = make(map[string]string)
	}
	o.ids[id] = name
	return ""
}

// has reports whether a picture with an id was kept.
func (o *Once) has(id string) bool { return o.ids[norm.NFC.String(id)] != "" }
