package drawn

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// attribute is one of LFW's columns and how it follows from the parameters.
type attribute struct {
	name  string
	score func(p *Person, s *Shot) float64
}

// over is positive when x exceeds the threshold, 1 when it does so by unit.
func over(x, threshold, unit float64) float64 { return clamp((x-threshold)/unit, -3, 3) }

// yes is 1.2 when the fact holds, -1.2 otherwise.
func yes(b bool) float64 {
	if b {
		return 1.2
	}
	return -1.2
}

func both(a, b float64) float64   { return min(a, b) }
func either(a, b float64) float64 { return max(a, b) }

// within is positive while x lies in [lo, hi].
func within(x, lo, hi, unit float64) float64 { return both(over(x, lo, unit), -over(x, hi, unit)) }

func hairIs(p *Person, lo, hi int) float64 {
	if p.Hair == Bald {
		return -1.2
	}
	return both(yes(p.HairBase >= lo && p.HairBase <= hi), -over(p.Gray, 0.5, 0.4))
}

func isMale(p *Person) float64 { return yes(p.Male) * (1 - 0.6*p.child()) }

func hatted(s *Shot) bool { return s.Hat != NoHat }

func bangs(p *Person) bool { return p.Hair == BobFringe || p.Hair == Pixie || p.Hair == Crop }

// attributes are LFW's 73 columns in LFW's order. A score is positive when the
// attribute is present and grows with its strength; all lie in [-3, 3].
// Nobody drawn is a baby: that column is always negative.
// "Attractive" is a matter of taste: Charm stands in for it, an invented score
// that the painter never reads, so nothing can learn those two from pictures.
var attributes = []attribute{
	{"Male", func(p *Person, s *Shot) float64 { return isMale(p) }},
	{"Asian", func(p *Person, s *Shot) float64 { return yes(p.Heritage == Asian) }},
	{"White", func(p *Person, s *Shot) float64 { return both(yes(p.Heritage == White), 2) }},
	{"Black", func(p *Person, s *Shot) float64 { return yes(p.Heritage == Black) }},
	{"Baby", func(p *Person, s *Shot) float64 { return -over(p.Age, 2, 6) }},
	{"Child", func(p *Person, s *Shot) float64 { return within(p.Age, 2, 14, 5) }},
	{"Youth", func(p *Person, s *Shot) float64 { return within(p.Age, 13, 32, 8) }},
	{"Middle Aged", func(p *Person, s *Shot) float64 { return within(p.Age, 35, 58, 10) }},
	{"Senior", func(p *Person, s *Shot) float64 { return over(p.Age, 58, 10) }},
	{"Black Hair", func(p *Person, s *Shot) float64 { return hairIs(p, 0, 0) }},
	{"Blond Hair", func(p *Person, s *Shot) float64 { return hairIs(p, 6, 8) }},
	{"Brown Hair", func(p *Person, s *Shot) float64 { return hairIs(p, 1, 4) }},
	{"Bald", func(p *Person, s *Shot) float64 { return yes(p.Hair == Bald || p.Hair == Fringe) }},
	{"No Eyewear", func(p *Person, s *Shot) float64 { return yes(s.Eyewear == NoGlasses) }},
	{"Eyeglasses", func(p *Person, s *Shot) float64 { return yes(s.Eyewear == Eyeglasses) }},
	{"Sunglasses", func(p *Person, s *Shot) float64 { return yes(s.Eyewear == Sunglasses) }},
	{"Mustache", func(p *Person, s *Shot) float64 { return yes(s.Beard >= MustacheOnly) }},
	{"Smiling", func(p *Person, s *Shot) float64 { return over(s.Smile, 0.33, 0.35) }},
	{"Frowning", func(p *Person, s *Shot) float64 { return over(s.Frown-s.Smile, 0.3, 0.5) }},
	{"Chubby", func(p *Person, s *Shot) float64 { return over(p.Chubby, 0.5, 0.25) }},
	{"Blurry", func(p *Person, s *Shot) float64 { return over(float64(s.Blur), 1.5, 1.5) }},
	{"Harsh Lighting", func(p *Person, s *Shot) float64 { return over(s.Key-s.Ambient, 0.55, 0.25) }},
	{"Flash", func(p *Person, s *Shot) float64 { return over(s.Flash, 0.3, 0.4) }},
	{"Soft Lighting", func(p *Person, s *Shot) float64 { return -over(s.Key-s.Ambient, 0.15, 0.2) }},
	{"Outdoor", func(p *Person, s *Shot) float64 { return yes(s.Scene == Outdoor || s.Scene == Street) }},
	{"Curly Hair", func(p *Person, s *Shot) float64 {
		return yes(p.Hair == ShortCurls || p.Hair == Afro || p.Hair == LongCurls)
	}},
	{"Wavy Hair", func(p *Person, s *Shot) float64 { return yes(p.Hair == LongWavy) }},
	{"Straight Hair", func(p *Person, s *Shot) float64 {
		return yes(p.Hair >= Buzz && p.Hair != ShortCurls && p.Hair != Afro && p.Hair != LongCurls && p.Hair != LongWavy)
	}},
	{"Receding Hairline", func(p *Person, s *Shot) float64 {
		return either(over(p.Recede, 0.42, 0.25), yes(p.Hair == Bald || p.Hair == Fringe))
	}},
	{"Bangs", func(p *Person, s *Shot) float64 { return both(yes(bangs(p)), yes(!hatted(s))) }},
	{"Sideburns", func(p *Person, s *Shot) float64 {
		return either(yes(s.Beard == FullBeard), 0.4*yes(p.Male && p.Hair > Fringe && s.Hat != Scarf))
	}},
	{"Fully Visible Forehead", func(p *Person, s *Shot) float64 { return yes(!bangs(p) && !hatted(s)) }},
	{"Partially Visible Forehead", func(p *Person, s *Shot) float64 {
		return yes(!hatted(s) && (p.Hair == Crop || p.Hair == Pixie) || hatted(s) && s.Hat != Beanie)
	}},
	{"Obstructed Forehead", func(p *Person, s *Shot) float64 { return yes(p.Hair == BobFringe || s.Hat == Beanie) }},
	{"Bushy Eyebrows", func(p *Person, s *Shot) float64 { return over(p.BrowThick, 1.25, 0.3) }},
	{"Arched Eyebrows", func(p *Person, s *Shot) float64 { return over(p.BrowArch+0.4*s.BrowRaise, 0.6, 0.3) }},
	{"Narrow Eyes", func(p *Person, s *Shot) float64 { return -over(p.EyeHeight*min(s.EyeOpen, 1), 0.75, 0.2) }},
	{"Eyes Open", func(p *Person, s *Shot) float64 { return over(s.EyeOpen, 0.25, 0.4) }},
	{"Big Nose", func(p *Person, s *Shot) float64 { return over(p.NoseWidth*p.NoseTip*p.NoseLength, 1.12, 0.2) }},
	{"Pointy Nose", func(p *Person, s *Shot) float64 { return over(p.NoseBridge-p.NoseWidth, 0.15, 0.3) }},
	{"Big Lips", func(p *Person, s *Shot) float64 { return over(p.LipFull, 1.12, 0.2) }},
	{"Mouth Closed", func(p *Person, s *Shot) float64 { return -over(s.Open, 0.04, 0.12) }},
	{"Mouth Slightly Open", func(p *Person, s *Shot) float64 { return within(s.Open, 0.04, 0.45, 0.15) }},
	{"Mouth Wide Open", func(p *Person, s *Shot) float64 { return over(s.Open, 0.5, 0.25) }},
	{"Teeth Not Visible", func(p *Person, s *Shot) float64 { return yes(!s.Teeth || s.Open <= 0.03) }},
	{"No Beard", func(p *Person, s *Shot) float64 { return yes(s.Beard == Shaved || s.Beard == MustacheOnly) }},
	{"Goatee", func(p *Person, s *Shot) float64 { return yes(s.Beard == GoateeBeard) }},
	{"Round Jaw", func(p *Person, s *Shot) float64 { return -over(p.Jaw-0.6*p.Chubby, 0.66, 0.12) }},
	{"Double Chin", func(p *Person, s *Shot) float64 { return either(over(p.Chubby, 0.55, 0.25), over(p.Lines, 0.7, 0.3)) }},
	{"Wearing Hat", func(p *Person, s *Shot) float64 { return yes(hatted(s)) }},
	{"Oval Face", func(p *Person, s *Shot) float64 {
		return both(over(p.ChinLength/p.FaceWidth, 1.33, 0.1), -over(p.Jaw, 0.86, 0.06))
	}},
	{"Square Face", func(p *Person, s *Shot) float64 { return over(p.Jaw+0.5*p.ChinWidth, 1.06, 0.08) }},
	{"Round Face", func(p *Person, s *Shot) float64 {
		return both(over(p.Chubby, 0.35, 0.3), -over(p.ChinLength/p.FaceWidth, 1.36, 0.1))
	}},
	{"Color Photo", func(p *Person, s *Shot) float64 { return yes(!s.Mono) }},
	{"Posed Photo", func(p *Person, s *Shot) float64 { return yes(s.Posed) }},
	{"Attractive Man", func(p *Person, s *Shot) float64 { return both(isMale(p), over(p.Charm, 0.55, 0.2)) }},
	{"Attractive Woman", func(p *Person, s *Shot) float64 { return both(-isMale(p), over(p.Charm, 0.55, 0.2)) }},
	{"Indian", func(p *Person, s *Shot) float64 { return yes(p.Heritage == Indian) }},
	{"Gray Hair", func(p *Person, s *Shot) float64 {
		return both(over(p.Gray, 0.5, 0.4), yes(p.Hair != Bald))
	}},
	{"Bags Under Eyes", func(p *Person, s *Shot) float64 { return over(p.Bags, 0.4, 0.25) }},
	{"Heavy Makeup", func(p *Person, s *Shot) float64 { return over(s.Makeup, 0.6, 0.25) }},
	{"Rosy Cheeks", func(p *Person, s *Shot) float64 { return over(0.7*p.Redness+0.9*s.Flush+0.35*s.Makeup, 0.6, 0.3) }},
	{"Shiny Skin", func(p *Person, s *Shot) float64 { return over(p.Shine+0.4*s.Flash, 0.65, 0.25) }},
	{"Pale Skin", func(p *Person, s *Shot) float64 { return over(p.Tone, 0.82, 0.1) }},
	{"5 o' Clock Shadow", func(p *Person, s *Shot) float64 { return yes(s.Beard == Stubble) }},
	{"Strong Nose-Mouth Lines", func(p *Person, s *Shot) float64 {
		return over(0.45*p.Lines+0.42*max(0, s.Smile), 0.35, 0.2)
	}},
	{"Wearing Lipstick", func(p *Person, s *Shot) float64 { return both(-isMale(p), over(s.Makeup, 0.5, 0.25)) }},
	{"Flushed Face", func(p *Person, s *Shot) float64 { return over(s.Flush+0.4*p.Redness, 0.55, 0.2) }},
	{"High Cheekbones", func(p *Person, s *Shot) float64 { return over(p.Cheek+0.3*max(0, s.Smile)-0.3*p.Chubby, 0.6, 0.2) }},
	{"Brown Eyes", func(p *Person, s *Shot) float64 { return 1.2 * p.IrisBrown }},
	{"Wearing Earrings", func(p *Person, s *Shot) float64 { return yes(p.Earrings) }},
	{"Wearing Necktie", func(p *Person, s *Shot) float64 { return yes(s.Necktie) }},
	{"Wearing Necklace", func(p *Person, s *Shot) float64 { return yes(s.Necklace) }},
}

// AttributeNames are LFW's 73 columns in LFW's order.
func AttributeNames() []string {
	out := make([]string, len(attributes))
	for i, a := range attributes {
		out[i] = a.name
	}
	return out
}

// Attributes are the true scores of one photograph in the order of
// [AttributeNames]: positive when present, within [-3, 3].
func Attributes(p *Person, s *Shot) []float64 {
	out := make([]float64, len(attributes))
	for i, a := range attributes {
		out[i] = a.score(p, s)
	}
	return out
}

// WriteAttributes writes the attributes of all photographs in the layout of
// lfw_attributes.txt: a comment, a header, and one line for each photograph in
// the order of the archive. Fields are separated by tabs; as in the original,
// the header ends with one.
func WriteAttributes(w io.Writer, opt Options) error {
	opt = opt.Filled()
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# drawn faces, version %d, seed %d: true attributes of invented people\n", Version, opt.Seed)
	b.WriteString("#\tperson\timagenum\t")
	for _, a := range attributes {
		b.WriteString(a.name)
		b.WriteByte('\t')
	}
	b.WriteByte('\n')
	people := sorted(opt)
	for i := range people {
		p := &people[i]
		for n := 1; n <= opt.PerPerson; n++ {
			s := p.Shot(n)
			fmt.Fprintf(b, "%s\t%d", p.Name, n)
			for _, a := range attributes {
				b.WriteByte('\t')
				b.WriteString(strconv.FormatFloat(a.score(p, &s), 'f', 6, 64))
			}
			b.WriteByte('\n')
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing the attributes of drawn faces: %w", err)
	}
	return nil
}
