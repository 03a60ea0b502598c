package drawn

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"
)

// lfwColumns is the header of lfw_attributes.txt after person and imagenum.
const lfwColumns = "Male,Asian,White,Black,Baby,Child,Youth,Middle Aged,Senior,Black Hair,Blond Hair,Brown Hair,Bald,No Eyewear,Eyeglasses,Sunglasses,Mustache,Smiling,Frowning,Chubby,Blurry,Harsh Lighting,Flash,Soft Lighting,Outdoor,Curly Hair,Wavy Hair,Straight Hair,Receding Hairline,Bangs,Sideburns,Fully Visible Forehead,Partially Visible Forehead,Obstructed Forehead,Bushy Eyebrows,Arched Eyebrows,Narrow Eyes,Eyes Open,Big Nose,Pointy Nose,Big Lips,Mouth Closed,Mouth Slightly Open,Mouth Wide Open,Teeth Not Visible,No Beard,Goatee,Round Jaw,Double Chin,Wearing Hat,Oval Face,Square Face,Round Face,Color Photo,Posed Photo,Attractive Man,Attractive Woman,Indian,Gray Hair,Bags Under Eyes,Heavy Makeup,Rosy Cheeks,Shiny Skin,Pale Skin,5 o' Clock Shadow,Strong Nose-Mouth Lines,Wearing Lipstick,Flushed Face,High Cheekbones,Brown Eyes,Wearing Earrings,Wearing Necktie,Wearing Necklace"

func TestAttributesHaveTheLayoutOfLFW(t *testing.T) {
	if got := strings.Join(AttributeNames(), ","); got != lfwColumns {
		t.Fatalf("columns are %s", got)
	}
	var b bytes.Buffer
	if err := WriteAttributes(&b, Options{People: 4, PerPerson: 3}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 2+12+1 || lines[14] != "" {
		t.Fatalf("%d lines, want a comment, a header, 12 rows and the last line's end", len(lines))
	}
	if !strings.HasPrefix(lines[0], "# ") || lines[1] != "#\tperson\timagenum\t"+strings.ReplaceAll(lfwColumns, ",", "\t")+"\t" {
		t.Errorf("unexpected head:\n%s\n%s", lines[0], lines[1])
	}
	for _, line := range lines[2:14] {
		f := strings.Split(line, "\t")
		if len(f) != 75 || !strings.Contains(f[0], " ") {
			t.Fatalf("%d fields in %q", len(f), line)
		}
		for _, v := range f[2:] {
			x, err := strconv.ParseFloat(v, 64)
			if err != nil || math.IsNaN(x) || math.Abs(x) > 3 {
				t.Fatalf("value %q in the row of %s", v, f[0])
			}
		}
	}
}

// Every column must say something: both signs occur, the rare one in at least a
// few photographs of the default set. Only Baby is constant, as documented.
func TestAttributesVary(t *testing.T) {
	people := People(Options{})
	names := AttributeNames()
	positive := make([]int, len(names))
	total := 0
	for i := range people {
		for n := 1; n <= 5; n++ {
			s := people[i].Shot(n)
			for k, v := range Attributes(&people[i], &s) {
				if v > 0 {
					positive[k]++
				}
			}
			total++
		}
	}
	for k, n := range positive {
		if names[k] == "Baby" {
			if n != 0 {
				t.Errorf("%d babies", n)
			}
			continue
		}
		if n < total/100 || n > total-total/100 {
			t.Errorf("%s is positive in %d of %d photographs", names[k], n, total)
		}
	}
}

func TestAttributesFollowTheParameters(t *testing.T) {
	column := map[string]int{}
	for i, n := range AttributeNames() {
		column[n] = i
	}
	people := People(Options{People: 300})
	for i := range people {
		p := &people[i]
		s := p.Shot(2)
		v := Attributes(p, &s)
		for name, want := range map[string]bool{
			"Eyeglasses":  s.Eyewear == Eyeglasses,
			"Sunglasses":  s.Eyewear == Sunglasses,
			"No Eyewear":  s.Eyewear == NoGlasses,
			"Wearing Hat": s.Hat != NoHat,
			"Color Photo": !s.Mono,
			"Senior":      p.Age > 58,
			"Male":        p.Male,
			"Goatee":      s.Beard == GoateeBeard,
			"Outdoor":     s.Scene == Outdoor || s.Scene == Street,
		} {
			if got := v[column[name]] > 0; got != want {
				t.Errorf("%s %d: %s is %v", p.Name, s.Number, name, v[column[name]])
			}
		}
		// Smiling grows with the smile.
		more := s
		more.Smile = s.Smile + 0.2
		if Attributes(p, &more)[column["Smiling"]] <= v[column["Smiling"]] {
			t.Errorf("%s: a wider smile does not smile more", p.Name)
		}
	}
}
