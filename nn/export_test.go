package nn

// NewTiledStep is NewStep in bf16 with products in tiles, also where the processor
// has none.
func NewTiledStep(batch, threads int, nets ...*Network) *Step {
	return newStep(batch, threads, BF16, true, nets...)
}
