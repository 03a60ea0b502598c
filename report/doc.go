// Package report draws the figures of a run and writes its one-file HTML page.
//
// It knows no model: it takes pictures ([pix.Image]) and numbers, and returns pictures and
// a page. Every figure function returns a picture drawn at twice its shown size
// ([Density]), on white, with its captions in the embedded Go fonts, so that a figure looks
// the same on every machine. Small pictures are enlarged by whole factors without
// smoothing, so that they show the pixels that the model has.
//
// The zero [Number] stands for a number that was not measured; figures and pages then
// print "not measured". A nil picture is drawn as an empty tile that says "no picture".
package report

// Density is the number of picture pixels to one shown (CSS) pixel in every
// figure of this package.
const Density = 2
