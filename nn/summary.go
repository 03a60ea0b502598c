package nn

import (
	"fmt"
	"strings"
)

// Summary is the layer table as Keras prints it: layers with their types,
// output shapes and parameter counts.
func (n *Network) Summary() string {
	const width = 65
	line, double := strings.Repeat("_", width), strings.Repeat("=", width)
	var b strings.Builder
	fmt.Fprintf(&b, "Model: %q\n%s\n", n.Name, line)
	row := func(layer, shape, params string) {
		fmt.Fprintf(&b, " %-28s %-25s %s\n", layer, shape, params)
	}
	row("Layer (type)", "Output Shape", "Param #")
	fmt.Fprintln(&b, double)
	for _, l := range n.LayerTable() {
		row(fmt.Sprintf("%s (%s)", l.Name, l.Kind), l.Output.String(), fmt.Sprint(l.Params))
	}
	fmt.Fprintln(&b, double)
	total := thousands(len(n.slab))
	fmt.Fprintf(&b, "Total params: %s\nTrainable params: %s\nNon-trainable params: 0\n%s\n", total, total, line)
	return b.String()
}

// LayerInfo is one row of the layer table.
type LayerInfo struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Output Shape  `json:"output_shape"`
	Params int    `json:"params"`
}

// LayerTable is the summary as data.
func (n *Network) LayerTable() []LayerInfo {
	var rows []LayerInfo
	for i, l := range n.Layers {
		params := 0
		for _, p := range n.owned[i] {
			params += len(p.Value)
		}
		rows = append(rows, LayerInfo{Name: n.names[i], Kind: l.Kind(), Output: n.shapes[i], Params: params})
	}
	return rows
}

// thousands writes a count with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
