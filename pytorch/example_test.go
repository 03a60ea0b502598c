package pytorch_test

import (
	"fmt"
	"strings"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/pytorch"
)

// A module and its weights, and the weights back again.
func Example() {
	m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16}, 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := pytorch.Module(m, "pca_4", "pca_4.torch.safetensors")
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.Contains(line, "Linear") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	state, err := pytorch.State(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, _, err := pytorch.Import(state)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Fingerprint() == m.Fingerprint())
	// Output:
	// dense=nn.Linear(768, 4),
	// dense=nn.Linear(4, 768),
	// true
}
