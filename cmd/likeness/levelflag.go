package main

import (
	"fmt"
	"math"
	"strconv"
)

// levelFlag is a level of noise, or auto.
type levelFlag struct {
	auto  bool
	level float64
}

func (l *levelFlag) Type() string { return "auto|SIGMA" }

func (l *levelFlag) String() string {
	if l.auto {
		return "auto"
	}
	return strconv.FormatFloat(l.level, 'g', -1, 64)
}

func (l *levelFlag) Set(text string) error {
	if text == "auto" {
		*l = levelFlag{auto: true}
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("expected auto or a standard deviation such as 0.1, where a picture's range is 1")
	}
	*l = levelFlag{level: v}
	return nil
}
