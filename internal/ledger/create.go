package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// create makes the file, for the owner only, and its folder where they are
// missing, and takes the rights of others from a file that has them. SQLite
// gives its -wal and -shm files the mode and the owner of the file.
func create(path string) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := openOrMake(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// makeFolder is os.MkdirAll for the owner only, and for the owner of the folder above.
func makeFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) { // another process was faster
			return nil
		}
		return err
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(giveToOwnerOf(filepath.Dir(path), folder), folder.Close())
}

// openOrMake opens a file to read and write it. A missing one is made for the owner only,
// and for the owner of its folder.
func openOrMake(path string) (*os.File, error) {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // whose it is stays: somebody may have put a link there
	}
	if err != nil {
		return nil, err
	}
	if err := giveToOwnerOf(filepath.Dir(path), made); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	return made, nil
}

// giveToOwnerOf gives what root has just made to the folder's owner: a command that root
// runs must not shut out the daemon's user.
func giveToOwnerOf(folder string, made *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return nil
	}
	return made.Chown(int(owner.Uid), int(owner.Gid))
}
