package drawn

import "math"

// Eyewear is what somebody wears before the eyes in one photograph.
type Eyewear int

// Eyewear.
const (
	NoGlasses Eyewear = iota
	Eyeglasses
	Sunglasses
)

// Hat is what somebody wears on the head in one photograph.
type Hat int

// Hats.
const (
	NoHat Hat = iota
	Beanie
	Cap
	Brim
	Scarf
)

// Scene is what stands behind the face.
type Scene int

// Scenes.
const (
	Studio  Scene = iota // a smooth backdrop
	Bokeh                // lights out of focus
	Wall                 // panels or stripes indoors
	Outdoor              // sky and green
	Street               // blocks of houses out of focus
	Stage                // dark with spots of light
)

// Outfit is what is worn around the neck.
type Outfit int

// Outfits.
const (
	Tee Outfit = iota
	Collar
	Suit
	VNeck
	Turtleneck
)

// Shot is everything about one photograph that is not the person's identity.
// Angles are in radians. The light's direction points from the face to the
// light: x to the right of the picture, y downwards, z to the camera.
type Shot struct {
	Number int // 1 for the first photograph of the person

	Yaw, Pitch, Roll float64
	Scale, DX, DY    float64 // size as a factor, offset in pixels

	LightX, LightY, LightZ float64
	Key, Ambient           float64 // strength of direct and of scattered light
	Warmth                 float64 // -1 cold to 1 warm
	Flash                  float64 // 0 to 1: hard light from the camera

	Smile      float64 // -1 to 1
	Open       float64 // of the mouth, 0 to 1
	Frown      float64 // 0 to 1
	BrowRaise  float64 // -0.5 to 1
	EyeOpen    float64 // 0 shut, 1 normal, 1.25 wide
	GazeX      float64 // -1 to 1
	GazeY      float64
	Teeth      bool
	Eyewear    Eyewear
	Hat        Hat
	HatColour  rgb
	Beard      BeardStyle
	Growth     float64 // of the beard, around 1
	Makeup     float64
	Flush      float64 // 0 to 1
	Outfit     Outfit
	Cloth      rgb
	Cloth2     rgb
	Necktie    bool
	Necklace   bool
	Scene      Scene
	Back       [3]rgb // colours of the scene
	BackSeed   uint64
	Exposure   float64 // factor
	Contrast   float64 // factor
	Saturation float64 // factor
	Mono       bool
	Blur       int     // rounds of softening
	Noise      float64 // deviation, in units of the full range
	NoiseSeed  uint64
	Posed      bool
}

// Shot takes photograph number (from 1) of the person. It is a pure function.
func (p *Person) Shot(number int) Shot {
	d := newDice(p.seed, uint64(p.Index), uint64(number))
	s := Shot{Number: number, BackSeed: d.Uint64(), NoiseSeed: d.Uint64()}
	s.pose(d)
	s.light(d)
	s.mood(d, p)
	s.wear(d, p)
	s.scene(d)
	s.camera(d)
	return s
}

func (s *Shot) pose(d dice) {
	s.Posed = d.chance(0.45)
	spread := 1.0
	if s.Posed {
		spread = 0.5
	}
	s.Yaw = clamp(d.bell(0, 0.24*spread), -0.48, 0.48)
	s.Pitch = clamp(d.bell(0, 0.10*spread), -0.24, 0.24)
	s.Roll = clamp(d.bell(0, 0.075*spread), -0.2, 0.2)
	s.Scale = d.bell(1, 0.045)
	s.DX, s.DY = d.bell(0, 1.8), d.bell(0, 2)
}

func (s *Shot) light(d dice) {
	side := d.bell(0, 0.55)
	up := d.between(-0.85, -0.15)
	if d.chance(0.06) {
		up = d.between(0.2, 0.6) // from below
	}
	s.Key = clamp(d.bell(0.62, 0.14), 0.3, 1)
	if d.chance(0.17) {
		s.Flash = d.between(0.5, 1)
		side, up, s.Key = side*0.25, -0.15, s.Key+0.15
	}
	if d.chance(0.12) { // hard light from one side
		side, s.Key = math.Copysign(d.between(0.8, 1.35), side), s.Key+0.12
	}
	z := 0.9
	l := math.Sqrt(side*side + up*up + z*z)
	s.LightX, s.LightY, s.LightZ = side/l, up/l, z/l
	s.Ambient = clamp(1.02-s.Key+d.bell(0, 0.06), 0.24, 0.78)
	s.Warmth = clamp(d.bell(0.1, 0.42), -1, 1)
}

func (s *Shot) mood(d dice, p *Person) {
	s.EyeOpen = clamp(d.bell(1, 0.1), 0.7, 1.2)
	s.GazeX = clamp(d.bell(-s.Yaw*0.8, 0.25), -0.8, 0.8)
	s.GazeY = clamp(d.bell(0.02, 0.15), -0.4, 0.4)
	switch d.choose(0.46, 0.25, 0.11, 0.07, 0.08, 0.03) {
	case 0: // smile
		s.Smile, s.Open = d.between(0.45, 1), d.between(0, 0.42)
		s.Teeth = s.Open > 0.12
		s.EyeOpen -= 0.1 * s.Smile
		s.BrowRaise = d.bell(0.15, 0.12)
	case 1: // calm
		s.Smile, s.BrowRaise = d.bell(0.22, 0.13), d.bell(0, 0.12)
	case 2: // speaking
		s.Smile, s.Open = d.bell(0.05, 0.2), d.between(0.2, 0.6)
		s.Teeth, s.BrowRaise = d.chance(0.6), d.bell(0.2, 0.25)
	case 3: // stern
		s.Smile, s.Frown = d.between(-0.6, -0.15), d.between(0.25, 0.85)
		s.BrowRaise, s.EyeOpen = -0.35*s.Frown, s.EyeOpen-0.12
	case 4: // laugh
		s.Smile, s.Open, s.Teeth = d.between(0.7, 1), d.between(0.55, 1), true
		s.EyeOpen, s.BrowRaise = d.between(0.45, 0.8), d.between(0.1, 0.5)
	default: // surprise
		s.Open, s.BrowRaise, s.EyeOpen = d.between(0.4, 0.9), d.between(0.7, 1), d.between(1.12, 1.25)
	}
	if d.chance(0.035) {
		s.EyeOpen = 0 // blinked
	}
	s.Makeup = clamp(p.Makeup*d.between(0.5, 1.3), 0, 1)
	s.Flush = clamp(d.bell(0.15, 0.18), 0, 1)
}

var cloths = []rgb{
	{0.13, 0.15, 0.21}, {0.20, 0.26, 0.40}, {0.55, 0.15, 0.17}, {0.85, 0.84, 0.82}, {0.35, 0.38, 0.42}, {0.16, 0.36, 0.33},
	{0.62, 0.46, 0.24}, {0.75, 0.55, 0.55}, {0.42, 0.25, 0.42}, {0.30, 0.50, 0.68}, {0.86, 0.70, 0.35}, {0.46, 0.52, 0.34}, {0.09, 0.09, 0.10},
}

func (s *Shot) wear(d dice, p *Person) {
	if d.chance(p.Glasses) {
		s.Eyewear = Eyeglasses
	}
	if p.Age > 12 && d.chance(0.035) {
		s.Eyewear = Sunglasses
	}
	if d.chance(p.Hats) || d.chance(0.015) {
		s.Hat = Hat(1 + d.choose(1, 1.3, 0.8))
	}
	s.HatColour = cloths[d.IntN(len(cloths))].scale(float32(d.between(0.8, 1.1)))
	if p.Headscarf {
		s.Hat, s.HatColour = Scarf, p.ScarfColour
		if d.chance(0.4) {
			s.HatColour = scarfColours[d.IntN(len(scarfColours))]
		}
	}
	s.Beard, s.Growth = p.Beard, d.bell(1, 0.16)
	if p.Male && p.Age > 18 {
		switch {
		case p.Beard == Shaved && d.chance(0.2):
			s.Beard = Stubble
		case p.Beard == Stubble && d.chance(0.3), p.Beard > Stubble && d.chance(0.04):
			s.Beard = Shaved
		}
	}
	switch {
	case p.Age < 16:
		s.Outfit = Outfit(d.choose(3, 1, 0.1, 0.5, 0.5))
	case p.Male:
		s.Outfit = Outfit(d.choose(1.6, 1.5, 2.4, 0.3, 0.4))
		s.Necktie = s.Outfit == Suit && d.chance(0.7) || s.Outfit == Collar && d.chance(0.15)
	default:
		s.Outfit = Outfit(d.choose(1.6, 0.9, 0.9, 1.6, 0.7))
		s.Necklace = s.Outfit != Turtleneck && s.Outfit != Collar && s.Hat != Scarf && d.chance(0.35)
	}
	s.Cloth = cloths[d.IntN(len(cloths))].scale(float32(d.between(0.85, 1.15)))
	if s.Outfit == Suit {
		s.Cloth = []rgb{{0.12, 0.13, 0.17}, {0.16, 0.20, 0.30}, {0.28, 0.28, 0.30}, {0.30, 0.24, 0.19}, {0.45, 0.43, 0.41}}[d.IntN(5)]
	}
	s.Cloth2 = cloths[d.IntN(len(cloths))].scale(float32(d.between(0.85, 1.2)))
}

func (s *Shot) scene(d dice) {
	s.Scene = Scene(d.choose(2.4, 1.3, 1.6, 2, 1.2, 1))
	hues := []rgb{
		{0.36, 0.48, 0.60}, {0.62, 0.58, 0.52}, {0.72, 0.67, 0.58}, {0.45, 0.53, 0.47}, {0.56, 0.42, 0.36}, {0.30, 0.33, 0.40},
		{0.60, 0.66, 0.70}, {0.76, 0.60, 0.45}, {0.38, 0.28, 0.36}, {0.28, 0.42, 0.42}, {0.68, 0.50, 0.50}, {0.82, 0.80, 0.76},
	}
	for i := range s.Back {
		s.Back[i] = hues[d.IntN(len(hues))].scale(float32(d.between(0.6, 1.15)))
	}
}

func (s *Shot) camera(d dice) {
	s.Exposure = math.Exp(clamp(d.bell(0, 0.115), -0.32, 0.28))
	s.Contrast = clamp(d.bell(0.99, 0.08), 0.78, 1.2)
	s.Saturation = clamp(d.bell(1, 0.12), 0.65, 1.3)
	s.Mono = d.chance(0.05)
	if d.chance(0.16) {
		s.Blur = 1 + int(3*d.Float64()*d.Float64())
	}
	s.Noise = 0.002 + 0.011*d.Float64()*d.Float64()
}
