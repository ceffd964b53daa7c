package main

import (
	"errors"
	"os"
	"path/filepath"
)

// newFile comes to its place whole or not at all. Only its owner may read it.
type newFile struct {
	*os.File
	path string
}

// createFile begins a file beside its place, so that a folder that is missing,
// or may not be written to, is known before any work is done.
func createFile(path string) (*newFile, error) {
	temp, err := os.CreateTemp(filepath.Dir(path), ".kw-onboarder-*") // mode 0600
	if err != nil {
		return nil, err
	}
	return &newFile{File: temp, path: path}, nil
}

// commit puts the file into its place, over one that was there.
func (f *newFile) commit() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.path)
}

// discard leaves nothing behind. Once the file is committed it does nothing.
func (f *newFile) discard() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}
