package autoencoder

import "math"

// Tiles are the numbers of a layer as small pictures of one size.
type Tiles struct {
	Network string `json:"network"`
	Layer   string `json:"layer"`
	W       int    `json:"width"`
	H       int    `json:"height"`
	// Channels of a tile are 3 where its numbers are those of colours, else 1.
	Channels int `json:"channels"`
	// Rows and Columns of tiles are shown, of a layer that has OfRows and OfColumns.
	Rows      int `json:"rows"`
	Columns   int `json:"columns"`
	OfRows    int `json:"of_rows"`
	OfColumns int `json:"of_columns"`
	// Low is the number that a byte of 0 stands for, High that of 255.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Pix has the tiles row by row, each H x W x Channels.
	Pix []byte `json:"pixels"`
}

// The tiles of a layer are bounded: mostTileRows times mostTileColumns where they form a
// table, mostTiles and mostTileBytes where they are a list, which is one row.
const (
	mostTileRows    = 16
	mostTileColumns = 16
	mostTiles       = 64
	mostTileBytes   = 1 << 20
)

// tilesOf returns how many tiles of so many bytes of a list are shown.
func tilesOf(there, bytes int) int { return min(there, mostTiles, max(1, mostTileBytes/bytes)) }

// paint fills the tiles: at returns number c of pixel (y, x) of the tile in a row and a
// column.
func (t *Tiles) paint(at func(row, column, y, x, c int) float32) {
	t.Pix = make([]byte, 0, t.Rows*t.Columns*t.W*t.H*t.Channels)
	scale := 0.0
	if t.High > t.Low {
		scale = 255 / (t.High - t.Low)
	}
	t.each(at, func(v float32) {
		t.Pix = append(t.Pix, byte(math.Round(min(max((float64(v)-t.Low)*scale, 0), 255))))
	})
}

// each visits the numbers that are shown.
func (t *Tiles) each(at func(row, column, y, x, c int) float32, visit func(float32)) {
	for row := range t.Rows {
		for column := range t.Columns {
			for y := range t.H {
				for x := range t.W {
					for c := range t.Channels {
						visit(at(row, column, y, x, c))
					}
				}
			}
		}
	}
}

// measure sets the range to that of the numbers that are shown.
func (t *Tiles) measure(at func(row, column, y, x, c int) float32) {
	t.Low, t.High = math.Inf(1), math.Inf(-1)
	t.each(at, func(v float32) { t.Low, t.High = min(t.Low, float64(v)), max(t.High, float64(v)) })
}
