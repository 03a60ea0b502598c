package gallery

import (
	"context"
	"strings"

	"likeness/pix"
)

// Cut returns one member's face as another preparation than that of the index cuts it, such
// as that of a model. Its errors are those of Picture.
func (g *Gallery) Cut(ctx context.Context, id string, prep pix.Prep) (*pix.Image, error) {
	done, err := g.useAny()
	if err != nil {
		return nil, err
	}
	defer done()
	if g.far != nil {
		list, err := g.far.members(ctx, []string{id})
		if err != nil {
			return nil, err
		}
		if _, there := list[id]; !there {
			return nil, noMember{g.far.noSuch(ctx, g.path, id)}
		}
	} else if _, there := g.rows()[id]; !there {
		return nil, g.noSuch(id)
	}
	part := g.pictures.of(id)
	var m *pix.Image
	var failed error
	err = part.get(g.context(ctx), []string{strings.TrimPrefix(id, part.prefix)}, func(short string, data []byte) error {
		m, failed = g.pictures.found(id).Cut(short, data, prep)
		return nil
	}, func(_ string, err error) { failed = err })
	if err == nil {
		err = failed
	}
	return m, err
}
