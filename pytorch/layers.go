package pytorch

import (
	"fmt"
	"strings"

	"likeness/nn"
)

// activations are what follows a layer with an activation.
var activations = map[nn.Activation]string{
	nn.Linear: "",
	nn.ELU:    "nn.ELU()",
}

// need appends the parts that a layer's class stands in; PyTorch's own have none. It fails for a layer that there is no text for.
func (w *writer) need(l layer) error {
	if _, ok := activations[l.Activation]; !ok {
		return fmt.Errorf("there is no PyTorch module for the activation %q", l.Activation)
	}
	switch l.Kind {
	case "Dense":
	case "Conv2D":
		w.part("conv")
	case "Conv2DTranspose":
		w.part("conv_transpose")
	case "MaxPooling2D":
	case "Flatten", "Reshape":
		w.part("reshape")
	case "Add":
		w.part("add")
	default:
		return fmt.Errorf("there is no PyTorch module for layers of kind %s", l.Kind)
	}
	return nil
}

// python returns the call that makes the layer.
func (l layer) python() string {
	stride := max(l.Stride, 1)
	switch l.Kind {
	case "Dense":
		return fmt.Sprintf("nn.Linear(%d, %d)", l.in[0], l.Output[0])
	case "Conv2D":
		return fmt.Sprintf("Conv2d(%d, %d, %d, %d)", l.in[2], l.Output[2], l.Kernel, stride)
	case "Conv2DTranspose":
		return fmt.Sprintf("ConvTranspose2d(%d, %d, %d, %d)", l.in[2], l.Output[2], l.Kernel, stride)
	case "MaxPooling2D":
		return "nn.MaxPool2d(2, ceil_mode=True)"
	}
	return fmt.Sprintf("Reshape(%s)", strings.Join(strings.Fields(strings.Trim(fmt.Sprint([]int(l.Output)), "[]")), ", ")) // and Flatten
}
