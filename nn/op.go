package nn

import "likeness/internal/kernel"

// op runs one layer, or a convolution together with the pooling behind it. All
// state that changes from call to call lies in the values and the workspace,
// so one op serves any number of shards at once; what pack prepares from the
// weights is only read by forward and backward.
type op interface {
	// pack prepares the weights for the kernels; called once after they change.
	pack()
	// forward computes y.data from x.data for n images.
	forward(n int, x, y values, ws *workspace)
	// backward takes y.slope, the gradient of y, makes it in place the gradient
	// of the sums before the activation, adds these up into y.bias, and writes
	// the gradient of x into x.slope unless that is nil.
	backward(n int, x, y values, ws *workspace)
	// pieces are the parts of the layer's weights whose gradients are computed
	// one by one, after backward, over all images of the batch, which x and y
	// hold; shards are y's parts, each with gradients of the bias of its own.
	pieces(x, y values, shards []values) []piece
}

// values are what lies behind an op (or before the first) in a number of
// images, and what a step needs to know about it.
type values struct {
	data  buffer
	slope buffer // its gradient; without data where nobody asks for it

	winner []uint8   // behind a pooling: which of the four it was; strides as in data
	framed buffer    // before a pooledConv: the same as data, with a border (see frame)
	bias   []float32 // of a shard: its gradient of the op's bias

	// Behind a tiledConv: its two pictures as the gradient of its weights reads them,
	// shard after shard.
	tiledBig, tiledSmall []uint16
}

// winners are those of the i-th image.
func (v values) winners(i int) []uint8 { return v.winner[i*v.data.stride:][:v.data.size] }

// shard is the part of v that begins at the given image.
func (v values) shard(first, images int) values {
	s := v
	s.data = v.data.from(first, images)
	if v.slope.data != nil {
		s.slope = v.slope.from(first, images)
	}
	if v.framed.data != nil {
		s.framed = v.framed.from(first, images)
	}
	if v.tiledBig != nil {
		number, shards := first/ShardImages, (len(v.data.data)/v.data.stride+ShardImages-1)/ShardImages
		big, small := len(v.tiledBig)/shards, len(v.tiledSmall)/shards
		s.tiledBig, s.tiledSmall = v.tiledBig[number*big:][:big], v.tiledSmall[number*small:][:small]
	}
	if v.winner != nil {
		s.winner = v.winner[first*v.data.stride:][:images*v.data.stride]
	}
	return s
}

// buffer holds one value array per image, stride apart.
type buffer struct {
	data   []float32
	size   int // values in one image
	stride int // values from one image to the next, >= size
}

// image is the i-th image.
func (b buffer) image(i int) []float32 { return b.data[i*b.stride : i*b.stride+b.size] }

// from is the part that begins at the given image.
func (b buffer) from(first, images int) buffer {
	b.data = b.data[first*b.stride:][:images*b.stride]
	return b
}

// ShardImages is the number of images that go through the layers together: few
// enough that what a layer writes is still in the cache for the next one.
const ShardImages = 8

// bufferStride is the distance between images of the given size. It is padded
// so that the same pixel of neighbouring images does not fall into the same
// cache set: a picture's size is often a multiple of 4096 bytes.
func bufferStride(size int) int {
	stride := (size + 15) &^ 15
	if stride >= 256 {
		stride += 16
	}
	return stride
}

// newBuffer takes memory for a number of images of the given size.
func newBuffer(images, size int) buffer {
	stride := bufferStride(size)
	return buffer{data: make([]float32, images*stride), size: size, stride: stride}
}

// workspace is the memory that one thread works in. It grows to what is needed
// in the first step and stays.
type workspace struct {
	mapSlab, sumSlab, gradSlab []float32
	halfSlab                   []uint16
}

// buffer is room for n images of the given size, of unknown content.
func (w *workspace) buffer(n, size int) buffer { return w.strided(n, size, bufferStride(size)) }

func (w *workspace) strided(n, size, stride int) buffer {
	return buffer{data: take(&w.mapSlab, n*stride), size: size, stride: stride}
}

// sums is room for n sums, of unknown content.
func (w *workspace) sums(n int) []float32 { return take(&w.sumSlab, n) }

// grads is room for n gradients, of unknown content.
func (w *workspace) grads(n int) []float32 { return take(&w.gradSlab, n) }

// half is room for n numbers in bf16, of unknown content.
func (w *workspace) half(n int) []uint16 { return take(&w.halfSlab, n) }

func take[T any](slab *[]T, n int) []T {
	if len(*slab) < n {
		*slab = make([]T, n)
	}
	return (*slab)[:n]
}

// piece is a part of a layer's weights that is updated separately: blocks of
// rows x cols weights in the network's slab. The first begins at offset, the
// rows are stride apart and the blocks blockStride.
type piece struct {
	offset, blocks, blockStride, rows, stride, cols int
	// gradient computes the piece's gradients over the first images of the
	// batch into dst, one behind the other, each one running sum.
	gradient func(images int, dst []float32, ws *workspace)
	// pack is op.pack for the piece; nil for what needs none.
	pack func()
	cost int  // multiply-adds per image, about
	bias bool // of a bias, which does not decay
}

// biasPiece adds up the shards' gradients of a bias in their order.
func biasPiece(p *Param, shards []values) piece {
	n := len(p.Value)
	return piece{offset: p.offset, blocks: 1, rows: 1, cols: n, bias: true, gradient: func(images int, dst []float32, _ *workspace) {
		copy(dst, shards[0].bias)
		for i := 1; i*ShardImages < images; i++ {
			kernel.Add(dst, shards[i].bias)
		}
	}}
}
