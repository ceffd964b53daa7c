package wire

import (
	"errors"
	"fmt"
	"net"
)

// largest is the size in bytes of the largest message that is read: a group of half
// a million members fits, a photograph album in an attribute does not.
const largest = 64 << 20

// framed refuses a message that is too large before any of it is kept: go-ldap
// would read a gigabyte into memory, three times.
type framed struct {
	net.Conn
	left   int    // bytes of the message in hand that are still to come
	header []byte // of the next one, as far as it has come
}

func (f *framed) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	if tooLarge := f.follow(b[:n]); tooLarge != nil {
		return 0, tooLarge
	}
	return n, err
}

// follow keeps track of where messages begin.
func (f *framed) follow(b []byte) error {
	for len(b) > 0 {
		if f.left > 0 {
			n := min(f.left, len(b))
			f.left, b = f.left-n, b[n:]
			continue
		}
		f.header, b = append(f.header, b[0]), b[1:]
		length, known, err := messageLength(f.header)
		if err != nil {
			return err
		}
		if known {
			f.left, f.header = length, f.header[:0]
		}
	}
	return nil
}

// messageLength reads tag and length (ITU-T X.690, 8.1.3) of an LDAP message.
func messageLength(header []byte) (length int, known bool, err error) {
	if len(header) < 2 {
		return 0, false, nil
	}
	const long = 0x80
	if header[1]&long == 0 {
		return int(header[1]), true, nil
	}
	digits := int(header[1] &^ long)
	switch {
	case digits == 0 || digits > 8:
		return 0, false, errors.New("the server sends what is not LDAP")
	case len(header) < 2+digits:
		return 0, false, nil
	}
	for _, b := range header[2:] {
		if length = length<<8 | int(b); length > largest {
			return 0, false, fmt.Errorf("the server sends an entry of more than %d MB: exclude it by the filter, or remove its largest attribute", largest>>20)
		}
	}
	return length, true, nil
}
