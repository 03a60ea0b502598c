package exchange

import (
	"bytes"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/internal/regularfile"
	"likeness/onnx"
	"likeness/onnx/export"
	"likeness/pytorch"
	"likeness/safetensors"
)

// checkModel returns an error unless a model file may be written to a path: another model is replaced only where fresh says so,
// since it may be all that is left of a training, and what is no model never.
func checkModel(path string, fresh bool) error {
	err := safetensors.CheckReplace(path, autoencoder.Format)
	if other, ok := errors.AsType[*safetensors.ReplaceError](err); ok {
		return refused{other}
	}
	if err != nil || fresh {
		return err
	}
	if head, err := regularfile.Head(path, 1); err != nil || len(head) == 0 {
		return err
	}
	return fmt.Errorf("%s %w", path, ErrExists)
}

// refused is an error that is an ErrNotReplaced as well.
type refused struct{ error }

func (e refused) Unwrap() []error { return []error{e.error, ErrNotReplaced} }

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

// checkONNX lets a graph take the place of such as this program wrote: those of others may be all that is left of a training.
func checkONNX(path string) error {
	head, err := regularfile.Head(path, 1)
	if err != nil || len(head) == 0 {
		return err
	}
	if m, err := onnx.Open(path); err != nil || m.Producer != export.Producer {
		return notReplaced(path, "ONNX file of this program")
	}
	return nil
}

// checkState lets a state dict take the place of such as this program wrote alone.
func checkState(path string) error {
	if f, err := safetensors.Map(path); err == nil {
		own := pytorch.Own(f)
		if err := f.Close(); err != nil {
			return err
		}
		if !own && f.Metadata["format"] == pytorch.Format {
			return notReplaced(path, "PyTorch state dict of this program")
		}
	}
	err := safetensors.CheckReplace(path, pytorch.Format)
	if other, ok := errors.AsType[*safetensors.ReplaceError](err); ok {
		if other.Found != "" {
			return fmt.Errorf("%w (its format is %q)", notReplaced(path, "PyTorch state dict"), other.Found)
		}
		return notReplaced(path, "PyTorch state dict")
	}
	return err
}

// Errors of results whose place is taken.
var (
	ErrExists      = errors.New("exists already") // a model of this program
	ErrNotReplaced = errors.New("is not replaced")
)

func notReplaced(path, kind string) error {
	return fmt.Errorf("%s is there, is no %s and %w", path, kind, ErrNotReplaced)
}
