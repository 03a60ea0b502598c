package keras

import (
	"encoding/json"
	"fmt"
	"slices"

	"likeness/nn"
)

// layerConfig is what configurations of layers say that matters here.
type layerConfig struct {
	BatchShape      []*int          `json:"batch_shape"`
	BatchInputShape []*int          `json:"batch_input_shape"`
	DataFormat      *string         `json:"data_format"`
	Activation      json.RawMessage `json:"activation"`
	UseBias         *bool           `json:"use_bias"`
	Units           int             `json:"units"`
	Filters         int             `json:"filters"`
	Kernel          pair            `json:"kernel_size"`
	Strides         pair            `json:"strides"`
	Padding         any             `json:"padding"`
	OutputPadding   any             `json:"output_padding"`
	Dilation        pair            `json:"dilation_rate"`
	Groups          *int            `json:"groups"`
	Pool            pair            `json:"pool_size"`
	Size            pair            `json:"size"`
	Interpolation   string          `json:"interpolation"`
	Target          []int           `json:"target_shape"`
	Axis            json.RawMessage `json:"axis"`
	Epsilon         *float64        `json:"epsilon"`
	Center          *bool           `json:"center"`
	Scale           json.RawMessage `json:"scale"` // a switch of BatchNormalization, a number of Rescaling
	Offset          json.RawMessage `json:"offset"`
	Alpha           *float64        `json:"alpha"`
	NegativeSlope   *float64        `json:"negative_slope"`
	MaxValue        *float64        `json:"max_value"`
	Threshold       *float64        `json:"threshold"`
}

// pair is one number or two.
type pair []int

func (p *pair) UnmarshalJSON(data []byte) error {
	var one *int
	if json.Unmarshal(data, &one) == nil {
		*p = nil
		if one != nil {
			*p = pair{*one, *one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]int)(p))
}

// square returns the number that both are, byDefault where there is none.
func (p pair) square(name string, byDefault, most int) (int, error) {
	switch {
	case p == nil:
		return byDefault, nil
	case len(p) != 2 || p[0] != p[1] || p[0] < 1 || p[0] > most:
		return 0, fmt.Errorf("%s %v, expected the same number twice, from 1 to %d", name, []int(p), most)
	}
	return p[0], nil
}

func (c layerConfig) input(o object) nn.Shape {
	for _, s := range [][]*int{c.BatchShape, c.BatchInputShape, o.Build.Input} {
		if shape := shapeOf(s); shape != nil {
			return shape
		}
	}
	return nil
}

// number reads one number, or a list of equal ones.
func number(name string, data json.RawMessage, byDefault float64) (float64, error) {
	if len(data) == 0 {
		return byDefault, nil
	}
	var one float64
	if json.Unmarshal(data, &one) == nil {
		return one, nil
	}
	var list []float64
	if json.Unmarshal(data, &list) == nil && len(list) > 0 && len(slices.Compact(slices.Clone(list))) == 1 {
		return list[0], nil
	}
	return 0, fmt.Errorf("%s %s, expected one number", name, data)
}
