package pytorch

import (
	"fmt"
	"strings"

	"likeness/nn"
)

// activation returns the call that makes an activation's module and a name for it; empty for the linear one.
func activation(a nn.Activation) (call, name string, err error) {
	slope, leaky := a.Slope()
	switch {
	case a == nn.Linear:
		return "", "", nil
	case a == nn.ELU:
		return "nn.ELU()", "elu", nil
	case a == nn.ReLU:
		return "nn.ReLU()", "relu", nil
	case a == nn.Sigmoid:
		return "nn.Sigmoid()", "sigmoid", nil
	case a == nn.Tanh:
		return "nn.Tanh()", "tanh", nil
	case leaky:
		return fmt.Sprintf("nn.LeakyReLU(%g)", slope), "leaky_relu", nil
	}
	return "", "", fmt.Errorf("there is no PyTorch module for the activation %q", a)
}

// need appends the parts that a layer's class stands in; PyTorch's own have none. It fails for a layer that there is no text for.
func (w *writer) need(l layer) error {
	if _, _, err := activation(l.Activation); err != nil {
		return err
	}
	switch l.Kind {
	case "Dense", "MaxPooling2D", "Activation", "UpSampling2D":
	case "BatchNormalization":
		if len(l.in) == 2 {
			return fmt.Errorf("there is no PyTorch module for a BatchNormalization of %v", l.in)
		}
	case "Conv2D":
		w.part("conv")
	case "Conv2DTranspose":
		w.part("conv_transpose")
	case "Flatten", "Reshape":
		w.part("reshape")
	case "Rescaling":
		w.part("rescaling")
	case "Add":
		w.part("add")
	default:
		return fmt.Errorf("there is no PyTorch module for layers of kind %s", l.Kind)
	}
	return nil
}

// python returns the call that makes the layer, without the activation behind it.
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
		if l.Padding == "same" {
			return "nn.MaxPool2d(2, ceil_mode=True)"
		}
		return "nn.MaxPool2d(2)"
	case "UpSampling2D":
		return fmt.Sprintf("nn.Upsample(scale_factor=%d)", l.Size)
	case "BatchNormalization":
		if len(l.in) == 3 {
			return fmt.Sprintf("nn.BatchNorm2d(%d, eps=%g)", l.in[2], l.Epsilon)
		}
		return fmt.Sprintf("nn.BatchNorm1d(%d, eps=%g)", l.in[0], l.Epsilon)
	case "Rescaling":
		return fmt.Sprintf("Rescaling(%g, %g)", l.Scale, l.Offset)
	case "Activation":
		return "nn.Identity()"
	}
	return fmt.Sprintf("Reshape(%s)", strings.Join(strings.Fields(strings.Trim(fmt.Sprint([]int(l.Output)), "[]")), ", ")) // and Flatten
}
