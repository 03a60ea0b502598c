// Serve loads a running 'likeness serve' as many pages would: clients that ask one thing after another, each as soon as it has
// its answer. It prints, for each kind of request, how many were answered in a second, how long they took, how many failed, and
// the processor time of the server. See bench/README.md.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

type options struct {
	address, index, model string
	picture               string
	clients               int
	length                time.Duration
	only                  string
}

func main() {
	var o options
	flag.StringVar(&o.address, "address", "http://127.0.0.1:8080", "of the server")
	flag.StringVar(&o.index, "index", "", "`name` of an index, to search and to show pictures of")
	flag.StringVar(&o.model, "model", "conv", "`names` of models to decode with, with commas")
	flag.StringVar(&o.picture, "picture", "", "a picture `file` to upload")
	flag.IntVar(&o.clients, "clients", 200, "how many ask at once")
	flag.DurationVar(&o.length, "time", time.Minute, "for each kind of request")
	flag.StringVar(&o.only, "only", "", "one kind of request alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

// load is one kind of request; next makes one.
type load struct {
	name string
	next func(r *rand.Rand) (*http.Request, error)
}

func run(ctx context.Context, o options) error {
	loads, err := o.loads(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d clients, %v for each kind\n\n", o.clients, o.length)
	fmt.Println("| request | answers/s | p50 ms | p95 ms | p99 ms | longest ms | failed | busy (503) | server ms of processor |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	failed := 0
	for _, l := range loads {
		if o.only != "" && l.name != o.only {
			continue
		}
		n, err := o.measure(ctx, l)
		if err != nil {
			return err
		}
		failed += n
	}
	if failed > 0 {
		return fmt.Errorf("%d requests failed", failed)
	}
	return nil
}

// loads are the kinds of requests, as far as the options have what they need.
func (o options) loads(ctx context.Context) (list []load, err error) {
	if o.index != "" {
		var members struct {
			Members []struct{ ID string }
		}
		if err := o.get(ctx, "/api/members?"+url.Values{"index": {o.index}, "count": {"1000"}, "stride": {"13"}}.Encode(), &members); err != nil {
			return nil, err
		}
		if len(members.Members) == 0 {
			return nil, errors.New(o.index + " has no members")
		}
		id := func(r *rand.Rand) string { return members.Members[r.IntN(len(members.Members))].ID }
		list = append(list, load{"search by id", func(r *rand.Rand) (*http.Request, error) {
			return http.NewRequest("GET", o.address+"/api/search?"+url.Values{"index": {o.index}, "id": {id(r)}, "k": {"24"}}.Encode(), nil)
		}})
	}
	for name := range strings.SplitSeq(o.model, ",") {
		var start struct{ Code []float32 }
		if err := o.get(ctx, "/api/play/start?"+url.Values{"model": {name}, "seed": {"1"}}.Encode(), &start); err != nil {
			return nil, err
		}
		list = append(list, load{"decode with " + name, func(r *rand.Rand) (*http.Request, error) {
			code := slices.Clone(start.Code)
			for i := range code {
				code[i] += float32(r.NormFloat64()) * .1
			}
			body, err := json.Marshal(map[string]any{"model": name, "code": code})
			if err != nil {
				return nil, err
			}
			q, err := http.NewRequest("POST", o.address+"/api/play/show", bytes.NewReader(body))
			if err == nil {
				q.Header.Set("Content-Type", "application/json")
			}
			return q, err
		}})
	}
	if o.picture != "" {
		data, err := os.ReadFile(o.picture)
		if err != nil {
			return nil, err
		}
		list = append(list, load{"upload", func(*rand.Rand) (*http.Request, error) {
			q, err := http.NewRequest("POST", o.address+"/api/uploads", bytes.NewReader(data))
			if err == nil {
				q.Header.Set("Content-Type", "application/octet-stream")
			}
			return q, err
		}})
	}
	return list, nil
}

// measure has all clients ask one kind of request and prints a line; it returns how many failed.
func (o options) measure(ctx context.Context, l load) (int, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.clients, MaxConnsPerHost: o.clients}, Timeout: 2 * time.Minute}
	defer client.CloseIdleConnections()
	// The first answer opens what the others find open.
	if _, err := ask(ctx, client, l, rand.New(rand.NewPCG(0, 0))); err != nil {
		return 0, fmt.Errorf("%s: %w", l.name, err)
	}
	before, err := o.processor(ctx)
	if err != nil {
		return 0, err
	}
	var (
		lock         sync.Mutex
		took         []time.Duration
		failed, busy int
		first        error
		all          sync.WaitGroup
	)
	begin := time.Now()
	for c := range o.clients {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(c), 1))
			for time.Since(begin) < o.length && ctx.Err() == nil {
				sent := time.Now()
				status, err := ask(ctx, client, l, r)
				d := time.Since(sent)
				lock.Lock()
				switch {
				case status == http.StatusServiceUnavailable:
					busy++
				case err != nil:
					failed++
					first = err
				default:
					took = append(took, d)
				}
				lock.Unlock()
			}
		})
	}
	all.Wait()
	length := time.Since(begin)
	after, err := o.processor(ctx)
	if err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if first != nil {
		fmt.Fprintln(os.Stderr, "serve: one that failed:", first)
	}
	slices.Sort(took)
	ms := func(share float64) string {
		if len(took) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f", float64(took[min(len(took)-1, int(share*float64(len(took))))].Microseconds())/1000)
	}
	fmt.Printf("| %s | %.0f | %s | %s | %s | %s | %d | %d | %.2f |\n", l.name, float64(len(took))/length.Seconds(),
		ms(.5), ms(.95), ms(.99), ms(1), failed, busy, 1000*(after-before)/float64(max(1, len(took))))
	return failed, nil
}

// ask sends one request and reads its answer.
func ask(ctx context.Context, client *http.Client, l load, r *rand.Rand) (status int, err error) {
	q, err := l.next(r)
	if err != nil {
		return 0, err
	}
	a, err := client.Do(q.WithContext(ctx))
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", a.Status, body)
	}
	return a.StatusCode, err
}

// get asks for JSON.
func (o options) get(ctx context.Context, path string, to any) error {
	q, err := http.NewRequestWithContext(ctx, "GET", o.address+path, nil)
	if err != nil {
		return err
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, a.Status)
	}
	return json.NewDecoder(a.Body).Decode(to)
}

// processor returns how many seconds of processor time the server has taken, by its metrics.
func (o options) processor(ctx context.Context) (float64, error) {
	q, err := http.NewRequestWithContext(ctx, "GET", o.address+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "process_cpu_seconds_total "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, errors.New("the server's metrics do not say how much processor time it took")
}
