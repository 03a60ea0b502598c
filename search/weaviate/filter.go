package weaviate

import (
	"likeness/search"
	"likeness/search/engine"
)

// filters returns conditions, but for Not, as filters that all must keep an entry. nobody means that no
// entry can meet them.
func filters(h *engine.Header, w *search.Where) (list []filter, nobody bool) {
	if len(w.People) > 0 {
		var names []string
		for _, person := range w.People {
			if person != "" {
				names = append(names, conditionText(search.PlainName(person)))
			}
		}
		if len(names) == 0 {
			return nil, true
		}
		list = append(list, anyOf(propName, opContainsAny, names))
	}
	if len(w.Folders) > 0 {
		var folders []string
		for _, folder := range w.Folders {
			if folder = search.CleanFolder(folder); folder == "." {
				folders = nil
				break
			}
			folders = append(folders, conditionText(folder))
		}
		if folders != nil {
			list = append(list, anyOf(propFolders, opContainsAny, folders))
		}
	}
	if !w.From.IsZero() {
		list = append(list, compareInt(propTaken, opGreaterEqual, clampWhole(engine.MomentFrom(w.From))))
	}
	if !w.To.IsZero() {
		list = append(list, compareInt(propTaken, opLess, clampWhole(engine.MomentFrom(w.To))))
	}
	named := search.Attributes{Names: h.Attributes}
	for _, c := range w.Attributes {
		op := map[search.Op]int64{search.Above: opGreater, search.AtLeast: opGreaterEqual, search.Below: opLess, search.AtMost: opLessEqual}[c.Op]
		list = append(list, compareNumber(propAttribute(named.Column(c.Name)), op, float64(float32(c.Value))))
	}
	return list, false
}
