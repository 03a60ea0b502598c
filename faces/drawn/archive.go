package drawn

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// quality of the JPEGs, as LFW's are rather good.
const quality = 90

// made is when all pictures were taken, for an archive's bytes must not depend
// on the day.
var made = time.Date(2007, time.October, 1, 0, 0, 0, 0, time.UTC)

// ID is the name of a photograph without folder and extension, as LFW writes
// it: "Given_Family_0001".
func ID(name string, number int) string {
	return fmt.Sprintf("%s_%04d", strings.ReplaceAll(name, " ", "_"), number)
}

// sorted gives the people in archive order.
func sorted(opt Options) []Person {
	people := People(opt)
	slices.SortFunc(people, func(a, b Person) int {
		return strings.Compare(strings.ReplaceAll(a.Name, " ", "_"), strings.ReplaceAll(b.Name, " ", "_"))
	})
	return people
}

// WriteArchive writes all photographs as an uncompressed tar whose members are
// drawn/Given_Family/Given_Family_0001.jpg, sorted by name. The bytes depend on
// the seed and the counts alone. It stops with ctx's error when ctx ends.
func WriteArchive(ctx context.Context, w io.Writer, opt Options) error {
	opt = opt.Filled()
	people := sorted(opt)
	total := len(people) * opt.PerPerson
	threads := opt.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}

	// Painters work ahead of the writer by a bounded number of pictures: slot
	// i%len(slots) holds picture i once it is painted.
	type result struct {
		jpeg []byte
		err  error
	}
	slots := make([]chan result, min(total, 8*threads))
	for i := range slots {
		slots[i] = make(chan result, 1)
	}
	next := make(chan int)
	g, ctx := errgroup.WithContext(ctx)
	free := make(chan struct{}, len(slots))
	g.Go(func() error {
		defer close(next)
		for i := range total {
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case next <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range min(threads, total) {
		g.Go(func() error {
			c := newCanvas()
			dst := image.NewRGBA(image.Rect(0, 0, Size, Size))
			for i := range next {
				p := &people[i/opt.PerPerson]
				s := p.Shot(i%opt.PerPerson + 1)
				c.draw(dst, p, &s)
				var buf bytes.Buffer
				err := jpeg.Encode(&buf, dst, &jpeg.Options{Quality: quality})
				slots[i%len(slots)] <- result{buf.Bytes(), err}
			}
			return nil
		})
	}
	g.Go(func() error {
		tw := tar.NewWriter(w)
		for i := range total {
			var r result
			select {
			case r = <-slots[i%len(slots)]:
			case <-ctx.Done():
				return ctx.Err()
			}
			<-free
			p := &people[i/opt.PerPerson]
			id := ID(p.Name, i%opt.PerPerson+1)
			if r.err != nil {
				return fmt.Errorf("drawn: %s: %w", id, r.err)
			}
			folder := strings.ReplaceAll(p.Name, " ", "_")
			err := tw.WriteHeader(&tar.Header{
				Typeflag: tar.TypeReg, Name: "drawn/" + folder + "/" + id + ".jpg",
				Size: int64(len(r.jpeg)), Mode: 0o644, ModTime: made, Format: tar.FormatUSTAR,
			})
			if err == nil {
				_, err = tw.Write(r.jpeg)
			}
			if err != nil {
				return fmt.Errorf("drawn: writing %s: %w", id, err)
			}
			if opt.Progress != nil {
				opt.Progress(i+1, total)
			}
		}
		if err := tw.Close(); err != nil {
			return fmt.Errorf("drawn: ending the archive: %w", err)
		}
		return nil
	})
	return g.Wait()
}
