package exchange

import (
	"cmp"
	"slices"
	"strings"

	"likeness/nn"
	"likeness/pytorch"
)

// open says what files leave open.
type open struct {
	functions bool // behind the layers of weights without layers
	network   bool // of a state dict: also the decoder's last function, paddings, and how pictures are halved
	pixels    bool
}

func (l open) String() string {
	switch {
	case l.network:
		return "functions, paddings and pixels"
	case l.functions && l.pixels:
		return "functions and pixels"
	case l.functions:
		return "functions"
	}
	return "pixels"
}

// end is what a decoder ends with.
type end struct {
	pixels   Pixels
	function string
}

// ends are the usual pairs of a range of pixels and a function that gives it. No other pairs are tried unless half of one is said.
var ends = []end{{OwnPixels, "linear"}, {Unit, "linear"}, {Unit, "sigmoid"}, {Signed, "linear"}, {Signed, "tanh"}}

// hiddenFunctions are tried behind convolutions, the usual one first.
func (l open) hiddenFunctions() []string {
	if l.network {
		return []string{"elu", "relu", "tanh", leaky(torchLeak), leaky(0.2)}
	}
	return []string{"elu", "relu", "tanh", leaky(0.2), leaky(0.3)} // of Keras's function, and of its layer
}

// anyLeaky is a leaky ReLU of a slope that is not said.
const anyLeaky = "leaky_relu"

func leaky(slope float64) string { return string(nn.LeakyReLU(slope)) }

// combinations returns all ways to fill in what is left open, the usual one first. Who puts a function behind convolutions puts the
// same behind the code and behind the decoder's first layer, or none.
func (l open) combinations(o ImportOptions) []ImportOptions {
	all := []ImportOptions{o}
	each := func(values func(o ImportOptions) []string, set func(o *ImportOptions, value string)) {
		var next []ImportOptions
		for _, o := range all {
			for _, v := range values(o) {
				n := o
				set(&n, v)
				next = append(next, n)
			}
		}
		all = next
	}
	if l.functions || l.network {
		behind := func(o ImportOptions) []string {
			if o.Activation == "linear" {
				return []string{"linear"}
			}
			return []string{"linear", o.Activation}
		}
		each(func(o ImportOptions) []string {
			if l.network && o.Activation == anyLeaky {
				return []string{leaky(torchLeak), leaky(0.1), leaky(0.2), leaky(0.3)}
			}
			return said(o.Activation, l.hiddenFunctions())
		}, func(o *ImportOptions, v string) { o.Activation = v })
		each(func(o ImportOptions) []string { // the usual network has a function behind its code
			list := slices.Clone(behind(o))
			slices.Reverse(list)
			return said(o.CodeActivation, list)
		}, func(o *ImportOptions, v string) { o.CodeActivation = v })
		each(func(o ImportOptions) []string { return said(o.DenseActivation, behind(o)) }, func(o *ImportOptions, v string) { o.DenseActivation = v })
	}
	if l.network {
		paddings, ways := []string{string(pytorch.TorchPadding), string(pytorch.SamePadding)}, []string{string(Pooling), string(Strides)}
		each(func(o ImportOptions) []string { return said(string(o.Padding), paddings) }, func(o *ImportOptions, v string) { o.Padding = pytorch.Padding(v) })
		each(func(o ImportOptions) []string { return said(string(o.Down), ways) }, func(o *ImportOptions, v string) { o.Down = Down(v) })
	}
	var next []ImportOptions
	for _, e := range l.ends(o) {
		for _, n := range all {
			if n.Pixels == "" && n.OutputPixels == "" {
				n.Pixels = e.pixels
			}
			n.OutputActivation = e.function
			next = append(next, n)
		}
	}
	return next
}

// said returns the one value that was said, or all that are tried.
func said(value string, others []string) []string {
	if value != "" {
		return []string{value}
	}
	return others
}

// ends returns the pairs that are left open.
func (l open) ends(o ImportOptions) []end {
	pixels := l.pixels || l.network && o.Pixels == "" && o.OutputPixels == ""
	at := cmp.Or(o.OutputPixels, o.Pixels)
	var list []end
	add := func(e end) {
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	switch {
	case !l.network && !pixels:
		add(end{"", o.OutputActivation})
	case !l.network || o.OutputActivation != "":
		for _, p := range []Pixels{OwnPixels, Unit, Signed} {
			if !pixels {
				p = ""
			}
			add(end{p, o.OutputActivation})
		}
	case pixels:
		return ends
	default:
		add(end{"", "linear"})
		for _, e := range ends {
			if e.pixels == at {
				add(end{"", e.function})
			}
		}
	}
	return list
}

// tried says in words what was tried.
func (l open) tried(all []ImportOptions) string {
	values := func(of func(o ImportOptions) string) string {
		var list []string
		for _, o := range all {
			if v := of(o); !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
		return strings.Join(list, ", ")
	}
	var parts []string
	if l.functions || l.network {
		parts = append(parts, values(func(o ImportOptions) string { return function(o.Activation) })+" behind convolutions")
		as := func(a string, o ImportOptions) string {
			if a != "linear" && a == o.Activation {
				return "the same"
			}
			return function(a)
		}
		parts = append(parts, values(func(o ImportOptions) string { return as(o.CodeActivation, o) })+" behind the code",
			values(func(o ImportOptions) string { return as(o.DenseActivation, o) })+" behind the decoder's first layer")
	}
	pixels := func(o ImportOptions) string { return string(cmp.Or(o.OutputPixels, o.Pixels, OwnPixels)) }
	switch {
	case !l.network && !l.functions:
		return values(pixels)
	case !l.network:
		return strings.Join(append(parts, "pixels of "+values(pixels)), "; ")
	}
	return strings.Join(append(parts,
		"pixels and the function behind the decoder's last layer: "+values(func(o ImportOptions) string { return pixels(o) + " with " + function(o.OutputActivation) }),
		"halved by "+values(func(o ImportOptions) string { return string(o.Down) }),
		"padding "+values(func(o ImportOptions) string { return string(o.Padding) })), "; ")
}

// function returns the name of a function in words.
func function(name string) string {
	if name == "linear" {
		return "none"
	}
	return name
}
