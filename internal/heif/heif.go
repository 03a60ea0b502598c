// Package heif decodes the pictures of HEIC and AVIF files, without C: libheif with libde265, and libavif with libaom,
// compiled to WebAssembly, run inside of wazero. They see the bytes that they are given and nothing of the machine, no
// file, no clock, no output, and take no more memory than they are allowed.
package heif

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

//go:embed wasm/heic.wasm.gz
var heicWasm []byte

//go:embed wasm/avif.wasm.gz
var avifWasm []byte

// codec is a decoder: its code, compiled when it is first needed.
type codec struct {
	code  []byte
	cache wazero.CompilationCache // in memory
}

// newCodec returns a function that unpacks and compiles a decoder on its first call, which takes a second.
func newCodec(packed []byte) func() (*codec, error) {
	return sync.OnceValues(func() (*codec, error) {
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, err
		}
		code, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		c := &codec{code, wazero.NewCompilationCache()}
		ctx := context.Background()
		r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCompilationCache(c.cache))
		_, err = r.CompileModule(ctx, code)
		return c, errors.Join(err, r.Close(ctx))
	})
}

var heic, avif = newCodec(heicWasm), newCodec(avifWasm)

// ErrDamaged means that the decoder cannot read the file.
var ErrDamaged = errors.New("the decoder cannot read it: it is damaged, cut short or of a kind that is not known")

// errSize means that the pixels are not of the size that the file says.
var errSize = errors.New("its pixels are not of the size that it says")

// Memory bounds the bytes that the decoding of so many pixels takes, inside the decoder and out of it.
func Memory(pixels int64) int64 { return baseMemory + pixels*pixelMemory }

// The memory of a decoder by itself, and for each pixel: twice its planes and references with 16 bits a sample, the result
// with 16 bits a channel, and the copies that are made while memory grows.
const (
	baseMemory  = 64 << 20
	pixelMemory = 40
)

// page is the unit of a decoder's memory.
const page = 64 << 10

// instance is a decoder at work.
type instance struct {
	runtime wazero.Runtime
	module  api.Module
	ctx     context.Context
	file    uint64 // where the file lies
	size    uint64
}

// start makes a decoder that holds a file, with memory for so many pixels.
func start(codec func() (*codec, error), data []byte, pixels int64) (*instance, error) {
	c, err := codec()
	if err != nil {
		return nil, err
	}
	ctx := context.Background() // a picture is decoded whole
	const most = 1 << 16        // pages: all that 32 bits can address
	pages := min(uint32((Memory(pixels)+2*int64(len(data)))/page), most)
	config := wazero.NewRuntimeConfig().WithCompilationCache(c.cache).WithMemoryLimitPages(pages)
	i := &instance{ctx: ctx, runtime: wazero.NewRuntimeWithConfig(ctx, config)}
	if err := i.load(c.code, data); err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

func (i *instance) load(code, data []byte) error {
	if _, err := wasi_snapshot_preview1.Instantiate(i.ctx, i.runtime); err != nil {
		return err
	}
	compiled, err := i.runtime.CompileModule(i.ctx, code)
	if err != nil {
		return err
	}
	// Without a start function, standard streams, files, arguments or a clock.
	if i.module, err = i.runtime.InstantiateModule(i.ctx, compiled, wazero.NewModuleConfig()); err != nil {
		return err
	}
	if i.file, err = i.alloc(uint64(len(data))); err != nil {
		return err
	}
	i.size = uint64(len(data))
	if !i.module.Memory().Write(uint32(i.file), data) {
		return ErrDamaged
	}
	return nil
}

func (i *instance) close() error { return i.runtime.Close(i.ctx) }

// alloc returns a piece of the decoder's memory.
func (i *instance) alloc(n uint64) (uint64, error) {
	at, err := i.call("malloc", n)
	if err == nil && at == 0 {
		err = fmt.Errorf("%d bytes are more than the memory that its size allows", n)
	}
	return at, err
}

// call calls a function of the decoder. A decoder that gives up, by an exception or for want of memory, ends with an
// error here and harms nobody.
func (i *instance) call(name string, args ...uint64) (result uint64, err error) {
	out, err := i.module.ExportedFunction(name).Call(i.ctx, args...)
	if err != nil {
		return 0, ErrDamaged
	}
	return uint64(uint32(out[0])), nil
}

// words reads n numbers of 32 bits.
func (i *instance) words(at uint64, n int) ([]uint32, error) {
	b, ok := i.module.Memory().Read(uint32(at), uint32(4*n))
	if !ok {
		return nil, ErrDamaged
	}
	words := make([]uint32, n)
	for k := range words {
		words[k] = binary.LittleEndian.Uint32(b[4*k:])
	}
	return words, nil
}

// bytes copies n bytes out of the decoder.
func (i *instance) bytes(at, n uint64) ([]byte, error) {
	b, ok := i.module.Memory().Read(uint32(at), uint32(n))
	if !ok {
		return nil, ErrDamaged
	}
	return bytes.Clone(b), nil
}

// fits checks the size that the decoder finds against that in the file's header, which memory was taken for. Rotation may
// have exchanged the sides, and a crop made them smaller.
func fits(w, h uint32, pixels int64) error {
	if w < 1 || h < 1 || int64(w) > pixels/int64(h) {
		return errSize
	}
	return nil
}

// DecodeHEIC decodes the still picture of a HEIC file of which the header promises so many pixels: an *image.YCbCr, an
// *image.Gray or an *image.NRGBA, turned as the file asks for.
func DecodeHEIC(data []byte, pixels int64) (image.Image, error) {
	i, err := start(heic, data, pixels)
	if err != nil {
		return nil, err
	}
	m, err := i.heic(pixels)
	return m, errors.Join(err, i.close())
}

func (i *instance) heic(pixels int64) (image.Image, error) {
	const yCbCr, rgb, mono = 0, 1, 2
	info, err := i.alloc(5 * 4)
	if err != nil {
		return nil, err
	}
	decode := func(sizeOnly, out uint64) error {
		ok, err := i.call("decode", i.file, i.size, sizeOnly, info, info+4, info+8, info+12, info+16, out)
		if err == nil && ok == 0 {
			err = ErrDamaged
		}
		return err
	}
	if err := decode(1, 0); err != nil {
		return nil, err
	}
	about, err := i.words(info, 5)
	if err != nil {
		return nil, err
	}
	if err := fits(about[0], about[1], pixels); err != nil {
		return nil, err
	}
	w, h := int(about[0]), int(about[1])
	rect := image.Rect(0, 0, w, h)
	// As libheif lays out planes: at least 64 wide, and even; rows of 16 bytes.
	stride := func(w, bytes int) int { return (max(w+w%2, 64)*bytes + 15) &^ 15 }
	var n int
	picture := &image.YCbCr{Rect: rect, YStride: stride(w, 1)}
	switch about[2] {
	case yCbCr:
		cw, ch := (w+1)/2, (h+1)/2
		switch about[3] {
		case 1:
			picture.SubsampleRatio = image.YCbCrSubsampleRatio420
		case 2:
			picture.SubsampleRatio, ch = image.YCbCrSubsampleRatio422, h
		case 3:
			picture.SubsampleRatio, cw, ch = image.YCbCrSubsampleRatio444, w, h
		default:
			return nil, ErrDamaged
		}
		picture.CStride = stride(cw, 1)
		n = picture.YStride*h + 2*picture.CStride*ch
	case mono:
		n = stride(w, 1) * h
	case rgb:
		n = stride(w, 4) * h
	default:
		return nil, ErrDamaged
	}
	out, err := i.alloc(uint64(n))
	if err != nil {
		return nil, err
	}
	if err := decode(0, out); err != nil {
		return nil, err
	}
	pix, err := i.bytes(out, uint64(n))
	if err != nil {
		return nil, err
	}
	switch about[2] {
	case mono:
		return &image.Gray{Pix: pix, Stride: stride(w, 1), Rect: rect}, nil
	case rgb:
		return &image.NRGBA{Pix: pix, Stride: stride(w, 4), Rect: rect}, nil
	}
	luma := picture.YStride * h
	chroma := (n - luma) / 2
	picture.Y, picture.Cb, picture.Cr = pix[:luma:luma], pix[luma:luma+chroma:luma+chroma], pix[luma+chroma:]
	return picture, nil
}

// DecodeAVIF decodes the first picture of an AVIF file of which the header promises so many pixels, as it lies in the file:
// it may have to be turned.
func DecodeAVIF(data []byte, pixels int64) (*image.RGBA, error) {
	i, err := start(avif, data, pixels)
	if err != nil {
		return nil, err
	}
	m, err := i.avif(pixels)
	return m, errors.Join(err, i.close())
}

func (i *instance) avif(pixels int64) (*image.RGBA, error) {
	info, err := i.alloc(4*4 + 8)
	if err != nil {
		return nil, err
	}
	decode := func(sizeOnly, out uint64) error {
		ok, err := i.call("decode", i.file, i.size, sizeOnly, 0, info, info+4, info+8, info+12, info+16, out)
		if err == nil && ok == 0 {
			err = ErrDamaged
		}
		return err
	}
	if err := decode(1, 0); err != nil {
		return nil, err
	}
	about, err := i.words(info, 3)
	if err != nil {
		return nil, err
	}
	if err := fits(about[0], about[1], pixels); err != nil {
		return nil, err
	}
	w, h, deep := int(about[0]), int(about[1]), about[2] > 8
	channels := 4 * w * h
	n := channels
	if deep {
		n *= 2
	}
	out, err := i.alloc(uint64(n))
	if err != nil {
		return nil, err
	}
	if err := decode(0, out); err != nil {
		return nil, err
	}
	pix, err := i.bytes(out, uint64(n))
	if err != nil {
		return nil, err
	}
	if deep { // 16 bits a channel become 8
		for k := range channels {
			pix[k] = byte((uint32(binary.LittleEndian.Uint16(pix[2*k:]))*255 + 32767) / 65535)
		}
		pix = pix[:channels:channels]
	}
	return &image.RGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}, nil
}
