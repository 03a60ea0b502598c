// Package tutorial runs the exercise 'Simple Autoencoder' from top to bottom:
// it prepares the faces, trains the three autoencoders, searches and morphs
// with them, and writes the report. Each part is a stage; all of them work on
// what the other packages of likeness offer, so that this package reads as the
// exercise does.
package tutorial
