package exchange

import (
	"bytes"
	"errors"
	"fmt"

	"likeness/internal/regularfile"
	"likeness/onnx"
	"likeness/safetensors"
)

// checkMarked returns a check for files of text that begin with a line by which this program knows its own.
func checkMarked(mark, kind string) func(path string) error {
	return func(path string) error {
		head, err := regularfile.Head(path, 4096)
		if err != nil {
			return err
		}
		if len(head) > 0 && !bytes.Contains(head, []byte(mark)) {
			return notReplaced(path, kind+" of this program")
		}
		return nil
	}
}

// checkONNX lets a graph take the place of a graph alone.
func checkONNX(path string) error {
	head, err := regularfile.Head(path, 1)
	if err != nil || len(head) == 0 {
		return err
	}
	if _, err := onnx.Open(path); err != nil {
		return notReplaced(path, "ONNX file")
	}
	return nil
}

// checkState lets a state dict take the place of one alone.
func checkState(path string) error {
	err := safetensors.CheckReplace(path, "pt")
	if other, ok := errors.AsType[*safetensors.ReplaceError](err); ok {
		if other.Found != "" {
			return fmt.Errorf("%w (its format is %q)", notReplaced(path, "PyTorch state dict"), other.Found)
		}
		return notReplaced(path, "PyTorch state dict")
	}
	return err
}

func notReplaced(path, kind string) error {
	return fmt.Errorf("%s is there, is no %s and is not replaced", path, kind)
}
