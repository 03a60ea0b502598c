package nn

import (
	"fmt"
	"strings"
)

// Summary returns the layer table as Keras prints it: layers with their types,
// output shapes and parameter counts.
func (n *Network) Summary() string {
	rows := [][3]string{{"Layer (type)", "Output Shape", "Param #"}}
	for _, l := range n.LayerTable() {
		rows = append(rows, [3]string{fmt.Sprintf("%s (%s)", l.Name, l.Kind), l.Output.String(), fmt.Sprint(l.Params)})
	}
	wide := [2]int{28, 25} // Keras's columns, unless a name is longer
	for _, r := range rows {
		wide[0], wide[1] = max(wide[0], len(r[0])), max(wide[1], len(r[1]))
	}
	width := wide[0] + wide[1] + 12
	line := strings.Repeat("_", width)
	var b strings.Builder
	fmt.Fprintf(&b, "Model: %q\n%s\n", n.Name, line)
	for i, r := range rows {
		fmt.Fprintf(&b, " %-*s %-*s %s\n", wide[0], r[0], wide[1], r[1], r[2])
		if i == 0 || i == len(rows)-1 {
			fmt.Fprintln(&b, strings.Repeat("=", width))
		}
	}
	frozen := 0
	for _, l := range n.nodes {
		_, normalisation := l.Layer.(BatchNormalization)
		if d, ok := l.Layer.(Dense); ok && d.Frozen || normalisation {
			for _, p := range l.owned {
				frozen += len(p.Value)
			}
		}
	}
	fmt.Fprintf(&b, "Total params: %s\nTrainable params: %s\nNon-trainable params: %s\n%s\n",
		thousands(len(n.slab)), thousands(len(n.slab)-frozen), thousands(frozen), line)
	return b.String()
}

// thousands writes a count with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
