package drawn

import "math"

// Heritage steers the odds of skin, hair and eyes; it also is what the columns
// Asian, White, Black and Indian are filled from.
type Heritage int

// The heritages in the order of the weights in names.go.
const (
	White Heritage = iota
	Black
	Asian
	Indian
	Mixed // Latin American, Middle Eastern, and everything in between
)

// HairStyle is the cut somebody wears in all their photographs.
type HairStyle int

// Hair styles from none to much.
const (
	Bald   HairStyle = iota
	Fringe           // bald above, a wreath around the ears
	Buzz
	ShortSide // short, parted at a side
	Quiff     // short, brushed up
	Crop      // short, combed to the forehead
	ShortCurls
	Afro
	Pixie
	Bob
	BobFringe // bob with a straight fringe
	Long
	LongWavy
	LongCurls
	Bun
	hairStyles
)

// BeardStyle is the beard somebody tends to wear.
type BeardStyle int

// Beard styles.
const (
	Shaved BeardStyle = iota
	Stubble
	MustacheOnly
	GoateeBeard
	FullBeard
)

// FrameShape is the shape of somebody's glasses.
type FrameShape int

// Frame shapes.
const (
	RoundFrame FrameShape = iota
	SquareFrame
	OvalFrame
	CatEye
	RimlessTop // a bar above, no rim below
)

// Person is everything about an invented person that does not change from one
// photograph to the next. Proportions are factors around 1 or signed numbers
// around 0 unless said otherwise.
type Person struct {
	Index    int    // position in the list of people
	Name     string // "Given Family"
	Male     bool
	Age      float64 // years, 4 to 84
	Heritage Heritage

	Skin     rgb     // in even light
	Tone     float64 // 0 darkest to 1 palest
	Redness  float64 // of cheeks and nose, 0 to 1
	Freckles float64 // 0 to 1
	Lines    float64 // wrinkles, 0 to 1
	Bags     float64 // under the eyes, 0 to 1
	Shine    float64 // of the skin, 0 to 1
	Mole     pt      // on the face; off it when there is none

	FaceWidth, Jaw, ChinWidth, ChinLength, Cheek, Forehead float64
	Chubby                                                 float64 // 0 to 1

	EyeSize, EyeHeight, EyeTilt, EyeSpacing, Fold float64 // Fold: 0 deep crease, 1 single lid
	Iris                                          rgb
	IrisBrown                                     float64 // 0 light to 1 brown
	Lashes                                        float64 // 0 to 1

	BrowThick, BrowArch, BrowHeight, BrowTilt float64

	NoseWidth, NoseLength, NoseTip, NoseBridge float64
	LipFull, LipUpper, MouthWidth, MouthHeight float64
	Lip                                        rgb

	Hair       HairStyle
	HairColour rgb
	HairBase   int     // index into hairColours
	Gray       float64 // 0 to 1
	Volume     float64 // of the hair, 0 to 1
	HairLength float64 // how far long hair falls, face units below the eyes
	Recede     float64 // hairline, 0 to 1
	Part       float64 // -1 to 1, side of the parting
	Strands    uint64  // seed of the strands' pattern

	Beard      BeardStyle
	BrowColour rgb

	Glasses     float64 // probability of wearing them in a photograph
	Frame       FrameShape
	FrameColour rgb
	FrameThick  float64
	Hats        float64 // probability of a hat
	Headscarf   bool
	ScarfColour rgb

	Makeup    float64 // habit, 0 to 1
	LipColour rgb     // of the lipstick
	Earrings  bool
	Jewels    rgb
	Charm     float64 // 0 to 1: a score that is not painted

	seed uint64
}

var (
	skinTones = [5][]rgb{
		{{0.80, 0.60, 0.47}, {0.89, 0.70, 0.58}, {0.95, 0.79, 0.69}, {0.97, 0.85, 0.78}},
		{{0.34, 0.235, 0.185}, {0.44, 0.305, 0.235}, {0.54, 0.38, 0.285}, {0.65, 0.475, 0.355}},
		{{0.76, 0.57, 0.41}, {0.86, 0.68, 0.51}, {0.93, 0.77, 0.61}, {0.96, 0.84, 0.72}},
		{{0.48, 0.34, 0.25}, {0.60, 0.43, 0.315}, {0.69, 0.50, 0.36}, {0.79, 0.60, 0.45}},
		{{0.55, 0.38, 0.27}, {0.69, 0.49, 0.36}, {0.80, 0.60, 0.45}, {0.89, 0.71, 0.56}},
	}
	// black, darkest brown, brown, chestnut, auburn, red, dark blond, blond, platinum
	hairColours = []rgb{
		{0.085, 0.07, 0.07}, {0.16, 0.105, 0.08}, {0.30, 0.19, 0.12}, {0.40, 0.23, 0.13},
		{0.48, 0.22, 0.11}, {0.70, 0.33, 0.13}, {0.58, 0.44, 0.27}, {0.80, 0.63, 0.36}, {0.90, 0.80, 0.58},
	}
	hairOdds = [5][]float64{
		{0.6, 1.4, 2.2, 1.3, 0.8, 0.9, 1.4, 1.6, 0.5},
		{6, 2.5, 0.5, 0.2, 0.1, 0, 0, 0.1, 0},
		{5, 3, 0.7, 0.2, 0.1, 0, 0, 0.05, 0},
		{5, 3, 0.4, 0.1, 0.1, 0, 0, 0, 0},
		{3, 3.5, 1.8, 0.7, 0.3, 0.1, 0.2, 0.2, 0},
	}
	// dark brown, brown, amber, hazel, green, gray, blue, deep blue
	irises = []rgb{
		{0.20, 0.11, 0.07}, {0.34, 0.19, 0.10}, {0.52, 0.32, 0.13}, {0.43, 0.37, 0.17},
		{0.32, 0.47, 0.27}, {0.45, 0.53, 0.56}, {0.36, 0.57, 0.76}, {0.20, 0.38, 0.64},
	}
	irisBrown = []float64{1, 0.9, 0.6, 0.35, -0.4, -0.7, -1, -1}
	irisOdds  = [5][]float64{
		{0.7, 1.6, 0.6, 1, 0.9, 0.8, 1.7, 0.8},
		{5, 3, 0.3, 0.1, 0.02, 0, 0, 0},
		{6, 3, 0.2, 0.05, 0, 0, 0, 0},
		{5, 3, 0.4, 0.2, 0.05, 0, 0, 0},
		{2.5, 3, 0.7, 0.8, 0.35, 0.15, 0.15, 0.05},
	}
	frameColours = []rgb{
		{0.07, 0.07, 0.08}, {0.07, 0.07, 0.08}, {0.30, 0.18, 0.10}, {0.55, 0.42, 0.22}, {0.55, 0.57, 0.60},
		{0.45, 0.10, 0.13}, {0.12, 0.20, 0.36}, {0.15, 0.32, 0.26}, {0.80, 0.78, 0.74},
	}
	lipsticks = []rgb{
		{0.72, 0.12, 0.16}, {0.80, 0.24, 0.28}, {0.62, 0.14, 0.26}, {0.83, 0.38, 0.40}, {0.52, 0.13, 0.17}, {0.85, 0.35, 0.25},
	}
	scarfColours = []rgb{
		{0.16, 0.20, 0.36}, {0.50, 0.16, 0.22}, {0.20, 0.42, 0.40}, {0.80, 0.72, 0.62}, {0.12, 0.12, 0.14}, {0.66, 0.50, 0.62}, {0.74, 0.52, 0.22},
	}
)

// People invents the people that opt asks for, in the order of their indices.
// More people do not change the first ones.
func People(opt Options) []Person {
	opt = opt.Filled()
	taken := make(map[string]bool, opt.People)
	out := make([]Person, opt.People)
	for i := range out {
		out[i] = invent(opt.Seed, i)
		out[i].Name = nameFor(newDice(opt.Seed, uint64(i), 1<<40), out[i].Male, out[i].Heritage, taken)
	}
	return out
}

func invent(seed uint64, index int) Person {
	d := newDice(seed, uint64(index), 1<<41)
	p := Person{Index: index, seed: seed, Strands: d.Uint64()}
	p.Male = d.chance(0.52)
	p.Heritage = Heritage(d.choose(0.36, 0.19, 0.18, 0.11, 0.16))
	switch d.choose(0.08, 0.30, 0.40, 0.22) {
	case 0:
		p.Age = d.between(4, 14)
	case 1:
		p.Age = d.between(15, 30)
	case 2:
		p.Age = d.between(30, 56)
	default:
		p.Age = d.between(56, 84)
	}
	p.skin(d)
	p.bones(d)
	p.features(d)
	p.hair(d)
	p.habits(d)
	return p
}

// child is 1 for a small child, 0 for an adult.
func (p *Person) child() float64 { return 1 - step(5, 17, p.Age) }

func (p *Person) skin(d dice) {
	t := d.Float64()
	p.Skin = ramp(t, skinTones[p.Heritage]...)
	warm := float32(d.bell(0, 0.018))
	p.Skin = rgb{p.Skin.r + warm, p.Skin.g, p.Skin.b - warm}
	p.Tone = clamp((float64(p.Skin.luma())-0.18)/0.7, 0, 1)
	p.Redness = clamp(d.bell(0.35, 0.25)+0.25*p.child(), 0, 1)
	if p.Tone > 0.6 && d.chance(0.16) {
		p.Freckles = d.between(0.3, 1)
	}
	p.Lines = clamp(step(34, 82, p.Age)*d.between(0.75, 1.3), 0, 1)
	p.Bags = clamp(d.bell(0.15, 0.2)+0.5*step(35, 75, p.Age)-0.4*p.child(), 0, 1)
	p.Shine = clamp(d.bell(0.4, 0.25), 0, 1)
	p.Mole = pt{9, 9}
	if d.chance(0.13) {
		p.Mole = pt{d.between(0.3, 0.65), d.between(0.3, 0.95)}
		if d.chance(0.5) {
			p.Mole.x = -p.Mole.x
		}
	}
}

func (p *Person) bones(d dice) {
	sex := -1.0
	if p.Male {
		sex = 1
	}
	young := p.child()
	p.Chubby = clamp(d.bell(0.22, 0.28)+0.35*young, 0, 1)
	p.FaceWidth = d.bell(1, 0.045) + 0.05*p.Chubby
	p.Jaw = d.bell(0.77+0.055*sex*(1-young), 0.045) + 0.045*p.Chubby
	p.ChinWidth = d.bell(0.395+0.055*sex*(1-young), 0.05) - 0.03*young + 0.05*p.Chubby
	p.ChinLength = d.bell(1.34+0.03*sex, 0.05) - 0.075*young
	p.Cheek = d.bell(0.5, 0.22)
	p.Forehead = d.bell(0.93, 0.03) + 0.04*young
	p.Charm = clamp(d.bell(0.5, 0.25), 0, 1)
}

func (p *Person) features(d dice) {
	young := p.child()
	male := 0.0
	if p.Male {
		male = 1 - young
	}
	p.EyeSize = d.bell(1.13, 0.07) + 0.14*young - 0.09*male
	p.EyeHeight = d.bell(1.06, 0.13) + 0.1*young - 0.13*male
	p.EyeTilt = d.bell(0.07, 0.07) - 0.03*male
	p.EyeSpacing = d.bell(0.455, 0.024)
	p.Fold = clamp(d.bell(0.15, 0.12), 0, 1)
	if p.Heritage == Asian {
		p.EyeHeight -= 0.13
		p.EyeTilt += 0.05
		p.Fold = d.between(0.55, 1)
	}
	i := d.choose(irisOdds[p.Heritage]...)
	p.Iris, p.IrisBrown = irises[i].scale(float32(d.between(0.9, 1.15))), irisBrown[i]
	p.Lashes = clamp(d.bell(0.75, 0.15)-0.5*male, 0, 1)

	p.BrowThick = max(0.5, d.bell(0.88+0.42*male, 0.2)-0.15*young)
	p.BrowArch = d.bell(0.55-0.25*male, 0.25)
	p.BrowHeight = d.bell(0.02-0.045*male, 0.025) + 0.02*young
	p.BrowTilt = d.bell(0, 0.035)

	p.NoseWidth = d.bell(0.87+0.15*male, 0.09)
	if p.Heritage == Black {
		p.NoseWidth += 0.16
	}
	p.NoseLength = d.bell(1+0.03*male, 0.06) - 0.14*young
	p.NoseTip = d.bell(0.92+0.1*male, 0.14) + 0.1*step(50, 80, p.Age)
	p.NoseBridge = d.bell(1, 0.25) - 0.5*young
	if p.Heritage == Asian || p.Heritage == Black {
		p.NoseBridge -= 0.25
	}
	p.LipFull = d.bell(1.02-0.16*male, 0.16) - 0.12*step(55, 80, p.Age)
	if p.Heritage == Black {
		p.LipFull += 0.28
	}
	p.LipUpper = d.bell(0.8, 0.1)
	p.MouthWidth = d.bell(1, 0.07) - 0.1*young
	p.MouthHeight = d.bell(0, 0.025)
	rose := rgb{0.82, 0.34, 0.36}
	p.Lip = p.Skin.mix(rose.times(p.Skin.scale(1.15)), float32(d.between(0.6, 0.9)))
}

func (p *Person) hair(d dice) {
	p.HairBase = d.choose(hairOdds[p.Heritage]...)
	p.HairColour = hairColours[p.HairBase].scale(float32(d.between(0.88, 1.12)))
	p.Gray = clamp(step(42, 74, p.Age)*d.between(0.4, 1.5), 0, 1)
	if !p.Male && d.chance(0.55) {
		p.Gray *= 0.15 // dyed
	}
	gray := gray(0.62).mix(gray(0.90), float32(step(50, 84, p.Age)*d.between(0.5, 1)))
	p.BrowColour = p.HairColour.scale(0.72).mix(p.Skin.scale(0.35), 0.25).mix(gray.scale(0.7), float32(p.Gray*0.7))
	p.HairColour = p.HairColour.mix(gray, float32(p.Gray))
	p.Volume = clamp(d.bell(0.5, 0.22), 0, 1)
	p.HairLength = d.between(1.1, 2.3)
	p.Part = d.between(-0.55, 0.55)
	old := step(30, 70, p.Age)
	curly := p.Heritage == Black
	switch {
	case p.Male:
		p.Recede = clamp(d.bell(0.15, 0.12)+0.75*old*d.Float64(), 0, 1)
		if p.Age < 18 {
			p.Recede = 0
		}
		w := [hairStyles]float64{
			Bald: 0.25 + 1.6*old, Fringe: 3 * old * old, Buzz: 1.1, ShortSide: 3, Quiff: 1.9, Crop: 1.5,
			ShortCurls: 1, Afro: 0.05, Long: 0.25, LongWavy: 0.2, Bob: 0.15,
		}
		if curly {
			w = [hairStyles]float64{Bald: 1 + old, Fringe: old, Buzz: 3, ShortCurls: 3, Afro: 1.4, LongCurls: 0.3}
		}
		if p.Age < 16 {
			w[Bald], w[Fringe] = 0, 0
		}
		p.Hair = HairStyle(d.choose(w[:]...))
	default:
		p.Recede = clamp(d.bell(0.05, 0.06), 0, 0.3)
		w := [hairStyles]float64{
			Quiff: 0.15, ShortCurls: 0.5 + 1.2*old, Pixie: 0.9 + 1.5*old, Bob: 2, BobFringe: 1.5, Long: 2.8 - old, LongWavy: 2.3 - old, LongCurls: 0.9, Bun: 1.6,
		}
		if curly {
			w = [hairStyles]float64{Buzz: 0.4, ShortCurls: 1.6, Afro: 2.4, Bob: 0.7, BobFringe: 0.5, Long: 0.6, LongWavy: 0.7, LongCurls: 2.4, Bun: 1.6}
		}
		p.Hair = HairStyle(d.choose(w[:]...))
	}
}

func (p *Person) habits(d dice) {
	adult := 1 - p.child()
	if p.Male && p.Age > 19 {
		p.Beard = BeardStyle(d.choose(4.2, 1.8, 0.9, 1, 1.9))
	}
	if d.chance(0.14 + 0.22*step(40, 65, p.Age)) {
		p.Glasses = d.between(0.75, 1)
	}
	p.Frame = FrameShape(d.choose(1.5, 2, 1.4, 0.2, 0.6))
	if !p.Male {
		p.Frame = FrameShape(d.choose(1.5, 1.4, 1.4, 1.3, 0.4))
	}
	p.FrameColour = frameColours[d.IntN(len(frameColours))]
	p.FrameThick = d.between(0.6, 1.6)
	if d.chance(0.2) {
		p.Hats = d.between(0.2, 0.7)
	}
	p.ScarfColour = scarfColours[d.IntN(len(scarfColours))]
	p.Headscarf = !p.Male && p.Age > 14 && d.chance(map[Heritage]float64{Mixed: 0.16, Black: 0.06, Indian: 0.05, Asian: 0.03}[p.Heritage])
	if !p.Male {
		p.Makeup = clamp(d.bell(0.5, 0.3), 0, 1) * step(14, 20, p.Age)
	}
	p.LipColour = lipsticks[d.IntN(len(lipsticks))]
	p.Earrings = !p.Headscarf && ((!p.Male && d.chance(0.5*adult)) || (p.Male && p.Age > 17 && d.chance(0.04)))
	p.Jewels = rgb{0.92, 0.76, 0.38}
	if d.chance(0.5) {
		p.Jewels = rgb{0.86, 0.88, 0.92}
	}
	if math.Abs(p.Part) < 0.1 && d.chance(0.5) {
		p.Part = 0
	}
}
