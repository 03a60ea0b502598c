package autoencoder

// Training is the story of a model's weights, kept in the model file.
type Training struct {
	Task       string  `json:"task"`                 // "reconstruct" or "denoise"
	Corruption string  `json:"corruption,omitempty"` // what the denoiser's inputs suffered
	Data       string  `json:"data"`                 // the data set, as it was named
	DataHash   string  `json:"data_hash"`            // its fingerprint
	Split      string  `json:"split"`                // how it was split, in words
	NTrain     int     `json:"n_train"`
	NTest      int     `json:"n_test"`
	Optimizer  string  `json:"optimizer"`
	Rate       float64 `json:"learning_rate"`
	Schedule   string  `json:"schedule"`
	Warmup     float64 `json:"warmup,omitempty"`    // steps in which the rate rose, or their share of the run below 1
	Mirror     bool    `json:"mirror,omitempty"`    // half of the training pictures were mirrored
	Average    float64 `json:"average,omitempty"`   // decay of the moving average that the weights are; 0: they are no average
	Precision  string  `json:"precision,omitempty"` // of the products, nn.Precision; empty for float32
	Batch      int     `json:"batch"`
	Seed       uint64  `json:"seed"`
	Seconds    float64 `json:"seconds"` // spent in training steps and measuring, over all sittings
	History    []Epoch `json:"history"`
}

// Epoch is what one pass over the training pictures came to.
type Epoch struct {
	Epoch    int     `json:"epoch"`         // from 1
	Rate     float64 `json:"learning_rate"` // of its last step
	Loss     float64 `json:"loss"`          // mean over its batches, each before its step
	TestLoss float64 `json:"test_loss"`     // on the test pictures after it
	Seconds  float64 `json:"seconds"`       // of training steps
}

// The tasks that a model can be trained for.
const (
	Reconstruct = "reconstruct"
	Denoise     = "denoise"
)

// ImagesPerSecond is the speed of the training steps; 0 when there were none.
func (t *Training) ImagesPerSecond() float64 {
	seconds := 0.0
	for _, e := range t.History {
		seconds += e.Seconds
	}
	if seconds == 0 {
		return 0
	}
	return float64(t.NTrain*len(t.History)) / seconds
}
