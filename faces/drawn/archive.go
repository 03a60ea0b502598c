package drawn

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"time"

	"likeness/parallel"

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

// sorted returns the people in archive order.
func sorted(opt Options) []Person {
	people := People(opt)
	slices.SortFunc(people, func(a, b Person) int {
		return strings.Compare(strings.ReplaceAll(a.Name, " ", "_"), strings.ReplaceAll(b.Name, " ", "_"))
	})
	return people
}

// Each paints photographs and calls visit for each that want accepts, or for all where
// want is nil: with its path, drawn/Given_Family/Given_Family_0001.jpg, and its bytes, a
// JPEG of Size x Size, in the order of the paths. They depend on the seed and the counts
// alone, not on the number of threads, parallel.Threads(ctx). An error of visit ends the
// painting and is returned; so is ctx's when ctx ends.
func Each(ctx context.Context, opt Options, want func(path string) bool, visit func(path string, jpeg []byte) error) error {
	opt = opt.Filled()
	people := sorted(opt)
	type photograph struct {
		path   string
		person *Person
		number int
	}
	var wanted []photograph
	for i := range people {
		for n := 1; n <= opt.PerPerson; n++ {
			id := ID(people[i].Name, n)
			p := photograph{"drawn/" + strings.ReplaceAll(people[i].Name, " ", "_") + "/" + id + ".jpg", &people[i], n}
			if want == nil || want(p.path) {
				wanted = append(wanted, p)
			}
		}
	}
	if len(wanted) == 0 {
		return ctx.Err()
	}
	// Painters work ahead of visit by a bounded number of pictures: slot i%len(slots)
	// holds picture i once it is painted, and free holds a token for each slot in use.
	type result struct {
		jpeg []byte
		err  error
	}
	threads := parallel.Threads(ctx)
	slots := make([]chan result, min(len(wanted), 8*threads))
	for i := range slots {
		slots[i] = make(chan result, 1)
	}
	free := make(chan struct{}, len(slots))
	next := make(chan int)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(next)
		for i := range wanted {
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
	for range min(threads, len(wanted)) {
		g.Go(func() error {
			c := newCanvas()
			dst := image.NewRGBA(image.Rect(0, 0, Size, Size))
			for i := range next {
				s := wanted[i].person.Shot(wanted[i].number)
				c.draw(dst, wanted[i].person, &s)
				var buf bytes.Buffer
				err := jpeg.Encode(&buf, dst, &jpeg.Options{Quality: quality})
				slots[i%len(slots)] <- result{buf.Bytes(), err}
			}
			return nil
		})
	}
	g.Go(func() error {
		for i, p := range wanted {
			var r result
			select {
			case r = <-slots[i%len(slots)]:
			case <-ctx.Done():
				return ctx.Err()
			}
			<-free
			if r.err != nil {
				return fmt.Errorf("%s: %w", p.path, r.err)
			}
			opt.Progress.Report("Drawing faces", i+1, len(wanted))
			if err := visit(p.path, r.jpeg); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

// WriteArchive writes all photographs as an uncompressed tar, in the order of their
// paths. The bytes depend on the seed and the counts alone. It stops with ctx's error
// when ctx ends.
func WriteArchive(ctx context.Context, w io.Writer, opt Options) error {
	tw := tar.NewWriter(w)
	err := Each(ctx, opt, nil, func(path string, jpeg []byte) error {
		err := tw.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: path, Size: int64(len(jpeg)), Mode: 0o644, ModTime: made, Format: tar.FormatUSTAR,
		})
		if err == nil {
			_, err = tw.Write(jpeg)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := tw.Close(); err != nil {
		return fmt.Errorf("ending the archive of drawn faces: %w", err)
	}
	return nil
}
