package nn_test

import (
	"context"
	"fmt"

	"likeness/nn"
)

// A network is a list of layers, as in Keras.
func ExampleNew() {
	net, err := nn.New("encoder", nn.Shape{32, 32, 3},
		nn.Conv2D{Filters: 8, Kernel: 3, Activation: nn.ELU},
		nn.MaxPooling2D{},
		nn.Flatten{},
		nn.Dense{Units: 4},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(net.Summary())
	// Output:
	// Model: "encoder"
	// _________________________________________________________________
	//  Layer (type)                 Output Shape              Param #
	// =================================================================
	//  conv2d (Conv2D)              (None, 32, 32, 8)         224
	//  max_pooling2d (MaxPooling2D) (None, 16, 16, 8)         0
	//  flatten (Flatten)            (None, 2048)              0
	//  dense (Dense)                (None, 4)                 8196
	// =================================================================
	// Total params: 8,420
	// Trainable params: 8,420
	// Non-trainable params: 0
	// _________________________________________________________________
}

// A step trains by mean squared error: here a line learns to double.
func ExampleStep() {
	net, err := nn.New("line", nn.Shape{1}, nn.Dense{Units: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	net.Init(1)
	step, err := nn.NewStep(nn.Options{Batch: 4, Threads: 1}, net)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, y := []float32{-1, 0, 1, 2}, []float32{-2, 0, 2, 4}
	for range 2000 {
		step.Do(x, y, 0.01)
	}
	answer, err := net.Predict(context.Background(), []float32{10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", answer)
	// Output: [20.00]
}
