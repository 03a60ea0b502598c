package detect

import (
	"context"

	"likeness/pix"
)

// view is a window that the refiner looks at.
type view struct {
	frame    pix.Frame
	mirrored bool
}

// seen is what the refiner says of a view.
type seen struct {
	probability float64
	landmarks   [NumLandmarks]Point // in the photograph
}

// mirror names the landmark that each one is in a mirrored face.
var mirror = [NumLandmarks]int{RightEye, LeftEye, Nose, RightMouth, LeftMouth}

// look runs the refiner on windows of a photograph.
func (d *Detector) look(ctx context.Context, levels []Level, views []view) ([]seen, error) {
	const one = RefinerSide * RefinerSide * 3
	x := make([]float32, len(views)*one)
	for i, v := range views {
		Input(x[i*one:(i+1)*one], Window(levels, v.frame))
		if v.mirrored {
			pix.Mirror(x[i*one:(i+1)*one], RefinerSide)
		}
	}
	out, err := d.Refiner.Predict(ctx, x)
	if err != nil {
		return nil, err
	}
	list := make([]seen, len(views))
	for i, v := range views {
		o := out[i*RefinerMaps:][:RefinerMaps]
		list[i].probability = sigmoid(o[0])
		if v.mirrored {
			for k := range NumLandmarks {
				o[1+2*k] = -o[1+2*k]
			}
		}
		marks := LandmarksIn(o, v.frame)
		for k, p := range marks {
			if v.mirrored {
				k = mirror[k]
			}
			list[i].landmarks[k] = p
		}
	}
	return list, nil
}
