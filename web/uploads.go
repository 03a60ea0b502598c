package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"image/jpeg"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"likeness/faces"
	"likeness/pix"
)

const (
	mostUploads     = 64
	mostUploadBytes = 512 << 20 // of all, decoded
	mostUploadPix   = 50_000_000
	mostDecoded     = 1 << 30  // bytes that decoding one picture may take
	largeDecoded    = 64 << 20 // those that take more are decoded one at a time
	uploadLife      = time.Hour
	shownSide       = 640 // pixels of an upload as a page shows it
)

// errNoUpload means that an upload is not known, or not any more.
var errNoUpload = errors.New("is not here any more: choose the picture again")

// uploads are pictures that pages have sent. They stay in memory, for a while, and nowhere else.
type uploads struct {
	lock  sync.Mutex
	list  []*upload // the latest used last
	bytes int
	life  time.Duration
	sweep *time.Timer // at the end of the first one's life; nil: there is none
}

type upload struct {
	id    string
	image *pix.Image
	used  time.Time
}

func newUploads() *uploads { return &uploads{life: uploadLife} }

// add keeps a picture and returns the name that nobody can guess.
func (u *uploads) add(m *pix.Image) string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	u.lock.Lock()
	defer u.lock.Unlock()
	u.list = append(u.list, &upload{hex.EncodeToString(b[:]), m, time.Now()})
	u.bytes += len(m.Pix)
	for len(u.list) > 1 && (len(u.list) > mostUploads || u.bytes > mostUploadBytes) {
		u.forget()
	}
	if u.sweep == nil {
		u.sweep = time.AfterFunc(u.life, u.expire)
	}
	return u.list[len(u.list)-1].id
}

// forget drops the picture that was not used for longest. The caller holds the lock.
func (u *uploads) forget() {
	u.bytes -= len(u.list[0].image.Pix)
	u.list = slices.Delete(u.list, 0, 1)
}

// expire drops the pictures that were not used for long.
func (u *uploads) expire() {
	u.lock.Lock()
	defer u.lock.Unlock()
	for len(u.list) > 0 && time.Since(u.list[0].used) >= u.life {
		u.forget()
	}
	if u.sweep = nil; len(u.list) > 0 {
		u.sweep = time.AfterFunc(u.life-time.Since(u.list[0].used), u.expire)
	}
}

// close drops all.
func (u *uploads) close() {
	u.lock.Lock()
	defer u.lock.Unlock()
	if u.sweep != nil {
		u.sweep.Stop()
	}
	u.list, u.bytes = nil, 0
}

// get returns a picture that was kept.
func (u *uploads) get(id string) (*pix.Image, error) {
	u.lock.Lock()
	defer u.lock.Unlock()
	for i, one := range u.list {
		if one.id == id {
			one.used = time.Now()
			u.list = append(append(u.list[:i:i], u.list[i+1:]...), one)
			return one.image, nil
		}
	}
	return nil, fmt.Errorf("the picture %.24q %w", id, errNoUpload)
}

// Upload is a picture that was sent.
type Upload struct {
	ID     string        `json:"id"`
	Width  int           `json:"width"`
	Height int           `json:"height"`
	Faces  []faces.Found `json:"faces"` // that it shows
}

func (s *Server) addUploads(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "upload", Method: http.MethodPost, Path: "/api/uploads", Summary: "Send a picture to search for or to change",
		Description:  "The body is a picture file: JPEG, PNG, WebP, GIF, HEIC or AVIF. It is kept in memory only, for an hour at most.",
		MaxBodyBytes: mostBody, BodyReadTimeout: requestTime,
	}, func(ctx context.Context, in *struct {
		RawBody []byte `contentType:"application/octet-stream"`
	}) (*answer[Upload], error) {
		var out Upload
		err := s.queue.do(ctx, func(ctx context.Context) error {
			m, err := s.decodePicture(ctx, in.RawBody)
			if err != nil {
				return err
			}
			out = Upload{Width: m.W, Height: m.H, Faces: []faces.Found{}}
			if f := s.work.Framer(); f != nil {
				found, err := f.Frames(ctx, m)
				if err != nil {
					return err
				}
				out.Faces = append(out.Faces, found...)
			}
			out.ID = s.uploads.add(m)
			return nil
		})
		return &answer[Upload]{out}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "uploaded", Method: http.MethodGet, Path: "/api/uploads/{id}", Summary: "Show a picture that was sent",
	}, func(ctx context.Context, in *struct {
		ID string `path:"id"`
	}) (*rawAnswer, error) {
		m, err := s.uploads.get(in.ID)
		if err != nil {
			return nil, s.problem(err)
		}
		var body []byte
		err = s.queue.do(ctx, func(context.Context) (err error) { body, err = asJPEG(shrunk(m, shownSide)); return })
		return &rawAnswer{"image/jpeg", "private, max-age=3600", body}, s.problem(err)
	})
}

// decodePicture decodes a picture that nobody has looked at. Its header is read first, so that a small file does not become a
// huge picture.
func (s *Server) decodePicture(ctx context.Context, data []byte) (*pix.Image, error) {
	if len(data) == 0 {
		return nil, bad("the picture is empty")
	}
	switch n := pix.Memory(data); {
	case n > mostDecoded:
		return nil, bad(fmt.Sprintf("the picture is too large: decoding it takes %d MiB, and at most %d are taken", n>>20, mostDecoded>>20))
	case n > largeDecoded:
		select {
		case s.large <- struct{}{}:
			defer func() { <-s.large }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	m, err := pix.DecodeAtMost(data, mostUploadPix)
	if err != nil {
		return nil, bad("this file cannot be read: " + err.Error())
	}
	return m, nil
}

// shrunk returns a picture whose longer side has at most so many pixels.
func shrunk(m *pix.Image, side int) *pix.Image {
	if long := max(m.W, m.H); long > side {
		return m.Resize(max(1, m.W*side/long), max(1, m.H*side/long))
	}
	return m
}

// asJPEG encodes a picture for a page.
func asJPEG(m *pix.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, m.RGBA(), &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}
