package gallery

// ofShard says which shard of its data set an index is; zeros: it is the whole.
type ofShard struct{ Shard, Of int }

func (g *Gallery) shard() ofShard { return ofShard{} }
