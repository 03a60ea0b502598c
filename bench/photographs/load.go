package main

import (
	"bytes"
	"context"

	"likeness/dataset"
	"likeness/detect"
	"likeness/detect/scene"
	"likeness/detect/training"
	"likeness/faces"
	"likeness/finder"
	"likeness/pix"
)

// bench is what is measured, and on what.
type bench struct {
	options
	detector *detect.Detector
	finder   *finder.Finder

	strangers []*scene.Portrait // of people who are not in the training part
	several   []person          // of whom the test part has several pictures
	boxes     []*pix.Image      // on no known face
}

// person is somebody with several pictures.
type person struct {
	name     string
	pictures []*scene.Portrait
}

// half is the side of the pictures in which landmarks are marked.
const half = 125

// load reads the pictures of the test part. The landmarks to compare with are those that training.MarkFaces finds without a
// detector.
func (b *bench) load(ctx context.Context) error {
	set, err := dataset.Load(ctx, b.data, faces.Options{Prep: pix.Prep{W: half, H: half}})
	if err != nil {
		return err
	}
	split, _, err := dataset.DefaultSplit().Split(set)
	if err != nil {
		return err
	}
	marked, _, err := training.MarkFaces(ctx, set.Len(), set.Image, nil)
	if err != nil {
		return err
	}
	learned, tested := map[string]bool{}, map[string][]int{}
	for _, row := range split.Train {
		learned[set.People[row]] = true
	}
	var names []string
	for _, row := range split.Test {
		if len(tested[set.People[row]]) == 0 {
			names = append(names, set.People[row])
		}
		tested[set.People[row]] = append(tested[set.People[row]], row)
	}
	src, err := dataset.Open(b.data, faces.Options{})
	if err != nil {
		return err
	}
	wanted := map[string]int{}
	var files []string
	for _, row := range split.Test {
		wanted[set.Files[row]] = row
		files = append(files, set.Files[row])
	}
	portraits := map[int]*scene.Portrait{}
	err = faces.ReadFiles(ctx, src, files, func(file string, data []byte) error {
		m, err := pix.Decode(bytes.NewReader(data))
		if err != nil {
			return err
		}
		row := wanted[file]
		f := marked[row]
		grow := float64(m.W) / half
		for k, p := range f.Landmarks {
			f.Landmarks[k] = detect.Point{X: (p.X+0.5)*grow - 0.5, Y: (p.Y+0.5)*grow - 0.5}
		}
		f.Box()
		portraits[row] = scene.NewPortrait(m, f, false)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		var list []*scene.Portrait
		for _, row := range tested[name] {
			list = append(list, portraits[row])
		}
		if !learned[name] {
			b.strangers = append(b.strangers, list...)
		}
		if len(list) > 1 {
			b.several = append(b.several, person{name, list})
		}
	}
	return nil
}
