package drawn

import (
	"fmt"
	"strings"
)

// culture lends a person a name. Given names are in common use; family names are
// put together from syllables, so that nobody real is meant.
type culture struct {
	women, men   string
	first, last  string // syllables of family names
	womenEnding  string // replaces the ending of a woman's family name, as in "ski>ska"
	heritageFits [5]float64
}

// The order of heritageFits is that of Heritage.
var cultures = []culture{
	{
		women: "Astrid Ingrid Solveig Freja Linnea Sigrid Maja Tuva Elin Ronja Signe Ylva Marit Tove Liv Embla",
		men:   "Anders Bjorn Henrik Lars Nils Oskar Rune Sven Torben Leif Gunnar Eskil Halvor Jens Mikkel Aksel",
		first: "Eke Lind Stor Alm Berg Nord Hag Sol Gran Kvist Moss Vinter Bjork Hassel Ros Strand Tall Ves", last: "dalen holt vang lund mark strom fors bygd vik heim lid torp skog nas",
		heritageFits: [5]float64{3, 0.3, 0.1, 0.2, 0.3},
	},
	{
		women: "Agnieszka Zuzanna Milena Bozena Danuta Irina Ludmila Vesna Jadwiga Katya Halina Ivana Mira Olena Teodora Zora",
		men:   "Bogdan Casimir Dragan Janusz Marek Pavel Radomir Stefan Tomasz Vasil Yuri Zdenek Miroslav Ondrej Goran Lubos",
		first: "Brzo Kowa Malin Vrano Zelen Horo Javor Kras Lipo Modre Niko Ostro Pod Rado Sliv Topo", last: "wicki necki szewski linski dovski borski tinski havski", womenEnding: "ski>ska",
		heritageFits: [5]float64{2.5, 0.1, 0.05, 0.1, 0.3},
	},
	{
		women: "Abigail Beatrice Clara Dorothy Edith Fiona Gemma Harriet Isla Josie Kirsty Lorna Maeve Nora Olive Phoebe Rosalind Tess Una Winnie",
		men:   "Alfie Barnaby Callum Desmond Edgar Fergus Gareth Hamish Ivor Jasper Kenneth Lewis Murdo Nigel Owen Percy Rory Silas Tobias Wilfred",
		first: "Apple Bramble Cop Dun Elder Fern Gorse Hather Ivy Kettle Larks Mill Nettle Otter Pebble Quill Rush Sedge Thistle Wick", last: "by combe croft dale field ford ham hurst ley more side stead thwaite wick worth",
		heritageFits: [5]float64{2.5, 1.5, 0.5, 0.8, 1.2},
	},
	{
		women: "Adaeze Amara Efua Folami Imani Kemi Makena Nala Oluchi Sade Thandi Wanjiru Yaa Zola Chipo Ayodele",
		men:   "Abasi Chidi Ekow Femi Jabari Kofi Kwame Mandla Obinna Sefu Tendai Uche Wekesa Yaw Zuberi Diallo",
		first: "Aba Bolu Chima Dika Ebo Fara Gwa Ika Kato Luma Mbo Nda Oko Sanda Tula Wamu", last: "bundi chukwe dozie kande lemba mwira nare ngola rembe seko tombe wanda",
		heritageFits: [5]float64{0, 4, 0, 0, 0.5},
	},
	{
		women: "Aiko Chiyo Emi Hana Kaede Mei Naoko Rin Sakura Umeko Yui Haruka Kiyomi Midori Nozomi Tamiko",
		men:   "Akira Daichi Eiji Goro Haruto Isamu Jiro Kenta Masao Noboru Ryota Shin Takumi Yasuo Hideki Kazuo",
		first: "Aka Fuku Hama Ishi Kuro Mori Naga Oku Sawa Tachi Ume Yuki Asa Hira Kiri Mizu", last: "batake gawara hashima jirai kubo mitsu nohara saki tani wari zumi bayama",
		heritageFits: [5]float64{0, 0, 3, 0, 0.1},
	},
	{
		women: "Bao Hui Jing Lan Lian Ming Ning Qiu Shu Xia Yan Yun Mai Linh Thuy Ha Soo Jiwon",
		men:   "An Bo Chao Dong Feng Gang Hai Jun Kang Liang Ping Tao Wen Xiang Yong Zhi Minh Duc",
		first: "Ch Sh Zh L H Q X Y T W M F", last: "ang-rui en-bo iao-lu ing-mo ong-hai uo-shan ei-lan ou-yin un-ke ai-dong",
		heritageFits: [5]float64{0, 0, 3, 0, 0.1},
	},
	{
		women: "Anjali Deepa Gauri Indira Kavya Lata Meera Nandini Padma Ritu Sarita Tara Usha Vidya Yamini Leela",
		men:   "Arjun Bhaskar Chetan Dev Ganesh Hari Jayant Kiran Manoj Nikhil Prakash Rohan Suresh Tarun Uday Vikram",
		first: "Adi Bala Chandra Dhana Giri Hema Jala Kama Laksha Mani Nila Pushpa Rama Sura Tala Vana", last: "bhatri deshi gopalan karwal lingappa murthan nathri parekar rajani swara tilak wadkar",
		heritageFits: [5]float64{0.02, 0.05, 0, 4, 0.1},
	},
	{
		women: "Alma Beatriz Catalina Dolores Estela Fernanda Graciela Ines Jacinta Luz Marisol Noemi Paloma Rocio Soledad Ximena",
		men:   "Alonso Benito Cesar Diego Emilio Felipe Gonzalo Hector Ignacio Joaquin Leandro Mateo Nestor Octavio Ramiro Teo",
		first: "Agua Buena Campo Flor Luz Mira Monte Oli Palo Piedra Rio Santi Sierra Tierra Valde Verde", last: "bravo clara dero fuentes llano mares negrin quero rales redo sales vierta",
		heritageFits: [5]float64{0.8, 0.5, 0.05, 0.1, 2.5},
	},
	{
		women: "Amal Basma Dalia Farah Ghada Huda Iman Jamila Laila Maha Nadia Rania Samira Tahira Yasmin Zaynab",
		men:   "Adil Bilal Daoud Fadi Ghassan Hamid Idris Jamal Karim Latif Mazen Nabil Omar Rashid Samir Tariq",
		first: "Ab Ba Da Fa Ha Ja Ka Ma Na Ra Sa Ta", last: "rawan dhali khuri lamin mazri najar qasin rafiq sharif tawil wardi zahrim",
		heritageFits: [5]float64{0.15, 0.5, 0, 0.6, 2.5},
	},
	{
		women: "Adele Brigitte Celine Delphine Elodie Fabiola Giulia Helene Ilaria Lucia Margot Ottavia Pia Renata Silvia Vittoria",
		men:   "Aldo Bastien Corrado Didier Enzo Fabrice Gino Hugo Luca Marcel Nino Olivier Paolo Remy Sandro Thierry",
		first: "Bel Cam Casta Dol Fon Gar Lam Mon Pas Ros Sal Ver Mar Val", last: "berti cellini dolcetto fiorin gnoli lacroche mirail nette pignot quenelle roux telli villon zotti",
		heritageFits: [5]float64{2, 0.5, 0.15, 0.1, 1},
	},
}

// nameFor draws a name that is not in taken, and adds it there.
func nameFor(d dice, male bool, h Heritage, taken map[string]bool) string {
	weights := make([]float64, len(cultures))
	for i, c := range cultures {
		weights[i] = c.heritageFits[h]
	}
	for try := 0; ; try++ {
		c := cultures[d.choose(weights...)]
		given := c.women
		if male {
			given = c.men
		}
		g := pick(d, given)
		family := pick(d, c.first) + pick(d, c.last)
		if from, to, ok := strings.Cut(c.womenEnding, ">"); ok && !male {
			family = strings.TrimSuffix(family, from) + to
		}
		name := g + " " + family
		if try >= 20 {
			name = fmt.Sprintf("%s %s%s", g, string(rune('A'+d.IntN(26))), strings.ToLower(family))
		}
		if try >= 200 {
			name = fmt.Sprintf("%s %d", name, len(taken))
		}
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
}

func pick(d dice, words string) string {
	f := strings.Fields(words)
	return f[d.IntN(len(f))]
}
