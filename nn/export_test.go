package nn

// NewTiledStep is NewStep in bf16 with products in tiles, also where the processor
// has none.
func NewTiledStep(batch, threads int, nets ...*Network) (*Step, error) {
	return newStep(Options{Batch: batch, Threads: threads, Precision: BF16}, true, nets...)
}
