package keras_test

import (
	"strings"
	"testing"

	"likeness/hdf5"
	"likeness/keras"
)

// A layer with several inputs is named, though Keras 3 writes the shapes of all of them.
func TestSeveralInputs(t *testing.T) {
	config := `{"class_name":"Functional","config":{"name":"model","layers":[
		{"class_name":"InputLayer","name":"in","config":{"batch_shape":[null,8,12,3],"name":"in"},"inbound_nodes":[]},
		{"class_name":"Add","name":"add","config":{"name":"add"},"build_config":{"input_shape":[[null,8,12,3],[null,8,12,3]]},"inbound_nodes":[
			{"args":[[{"class_name":"__keras_tensor__","config":{"keras_history":["in",0,0]}},{"class_name":"__keras_tensor__","config":{"keras_history":["in",0,0]}}]],"kwargs":{}}]}]}}`
	root := &hdf5.Tree{}
	root.String("model_config", config)
	root.Group("model_weights")
	data, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keras.Parse("add.h5", data); err == nil || !strings.Contains(err.Error(), `layer "add" (Add): 2 layers lead to it`) {
		t.Errorf("%v, expected that the layer is named", err)
	}
}
