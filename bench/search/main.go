// Search lays the indexes of likeness beside those of faiss, hnswlib and
// sklearn: on the same codes, with the same queries, five neighbours each, one
// thread, in processes that wait while the other one works: a slice of time for
// likeness, one for the peer, and so on, so that a machine whose speed drifts
// slows both. It writes Markdown tables. See bench/README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"likeness/bench/turns"
	"likeness/internal/atomicfile"
	"likeness/search"
)

// options is the command line.
type options struct {
	out, cases, peers, python string
	recalls                   string
	rounds                    int
	slice                     time.Duration
}

func main() {
	var o options
	worker := flag.String("worker", "", "be likeness's own worker with this `index`; the program starts it by itself")
	flag.StringVar(&o.out, "out", "", "Markdown `file` for the tables, besides stdout")
	flag.StringVar(&o.cases, "cases", "13000x32,100000x512,1000000x32", "codes: mixtures of 2,000 gaussians, with commas")
	flag.StringVar(&o.peers, "peers", strings.Join(peerNames(), ","), "who to measure against, with commas")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with faiss, hnswlib and sklearn")
	flag.StringVar(&o.recalls, "recalls", "0.95,0.99,0.999", "recalls at which graphs are compared, with commas")
	flag.IntVar(&o.rounds, "rounds", 7, "pairs of slices")
	flag.DurationVar(&o.slice, "slice", 500*time.Millisecond, "length of a slice")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *worker != "" && flag.NArg() == 3:
		var width int
		if width, err = strconv.Atoi(flag.Arg(2)); err == nil {
			err = work(*worker, flag.Arg(0), flag.Arg(1), width, os.Stdin, os.Stdout)
		}
	case flag.NArg() > 0:
		err = fmt.Errorf("%q is one argument too many", flag.Arg(0))
	default:
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.rounds < 1 || o.slice <= 0 {
		return fmt.Errorf("rounds and slice must be above zero")
	}
	var recalls []float64
	for text := range strings.SplitSeq(o.recalls, ",") {
		r, err := strconv.ParseFloat(text, 64)
		if err != nil || !(r > 0 && r <= 1) {
			return fmt.Errorf("recall %q, expected a number above 0, up to 1", text)
		}
		recalls = append(recalls, r)
	}
	peers, err := choosePeers(o.peers)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "likeness-search-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := table{machine: runtime.GOARCH + ", " + strconv.Itoa(runtime.NumCPU()) + " cores, " + runtime.Version() + turns.Load(), date: time.Now(), options: o}
	for name := range strings.SplitSeq(o.cases, ",") {
		var n, width int
		if _, err := fmt.Sscanf(name, "%dx%d", &n, &width); err != nil || n < 1 || width < 1 || fmt.Sprintf("%dx%d", n, width) != name {
			return fmt.Errorf("case %q, expected one like 13000x32", name)
		}
		c := testCase{name: name, width: width, data: filepath.Join(dir, "data"), queries: filepath.Join(dir, "queries")}
		if err := c.write(n); err != nil {
			return err
		}
		if c.truth, err = c.trueNeighbours(ctx); err != nil {
			return err
		}
		for _, p := range peers {
			fmt.Fprintln(os.Stderr, "measuring", name, "against", p.name)
			r, err := p.measure(ctx, o, c, recalls)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", name, p.name, err)
			}
			t.results = append(t.results, r)
		}
	}
	fmt.Print(t.markdown())
	if o.out == "" {
		return nil
	}
	return atomicfile.Write(o.out, func(w io.Writer) error {
		_, err := io.WriteString(w, t.markdown())
		return err
	})
}

// testCase is one set of codes and queries.
type testCase struct {
	name          string
	width         int
	data, queries string // files
	truth         [][]int
}

const queryCount = 1000

// write draws codes from a mixture of 2,000 gaussians: centres normally spread,
// codes half as far around them. Queries come from the same.
func (c testCase) write(n int) error {
	const centres = 2000
	rng := rand.New(rand.NewPCG(1, uint64(c.width)))
	at := make([]float32, centres*c.width)
	for i := range at {
		at[i] = float32(rng.NormFloat64())
	}
	for path, count := range map[string]int{c.data: n, c.queries: queryCount} {
		rng := rand.New(rand.NewPCG(2, uint64(count)))
		x := make([]float32, count*c.width)
		for i := range count {
			centre := at[rng.IntN(centres)*c.width:]
			for j := range c.width {
				x[i*c.width+j] = centre[j] + 0.5*float32(rng.NormFloat64())
			}
		}
		if err := writeFloats(path, x); err != nil {
			return err
		}
	}
	return nil
}

// trueNeighbours are those that likeness's exact index finds. The first are held
// against a plain loop in float64.
func (c testCase) trueNeighbours(ctx context.Context) ([][]int, error) {
	x, err := readFloats(c.data)
	if err != nil {
		return nil, err
	}
	q, err := readFloats(c.queries)
	if err != nil {
		return nil, err
	}
	ix, err := search.NewExact(ctx, nil, entries(x, c.width), search.About{})
	if err != nil {
		return nil, err
	}
	truth, err := answers(ctx, ix, q, c.width)
	if err != nil {
		return nil, err
	}
	for i := range 50 {
		if want := nearest(x, q[i*c.width:(i+1)*c.width]); !slices.Equal(truth[i], want) {
			return nil, fmt.Errorf("query %d: the exact index found %v, the nearest are %v", i, truth[i], want)
		}
	}
	return truth, nil
}

// nearest returns the places of the codes nearest to q, equally near ones in order.
func nearest(x, q []float32) []int {
	var places []int
	var distances []float64
	for place := range len(x) / len(q) {
		sum := 0.0
		for j, v := range q {
			d := float64(v) - float64(x[place*len(q)+j])
			sum += d * d
		}
		at := len(places)
		for at > 0 && distances[at-1] > sum {
			at--
		}
		if at < neighbours {
			places, distances = slices.Insert(places, at, place), slices.Insert(distances, at, sum)
			places, distances = places[:min(len(places), neighbours)], distances[:min(len(places), neighbours)]
		}
	}
	return places
}
