// Package report draws the figures of a run and writes its one-file HTML page.
//
// It trains nothing and knows no model: it takes pictures ([pix.Image]) and
// numbers, and gives pictures and a page. Every figure function returns a
// picture drawn at twice its shown size ([Density]), on white, with its
// captions set in the embedded Go fonts, so that a figure looks the same on
// every machine. Small pictures are enlarged by whole factors without
// smoothing: what is seen is what the model saw.
//
// A caller that has no number says so with the zero [Number]; a figure or page
// then reads "not measured" and never a zero that nobody measured. A picture
// that is nil is drawn as an empty tile that says "no picture".
package report

// Density is the number of picture pixels to one shown (CSS) pixel in every
// figure of this package.
const Density = 2
