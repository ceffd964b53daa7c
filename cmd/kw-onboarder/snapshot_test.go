package main

import "testing"

func TestBytesOf(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 bytes", 9_999: "9999 bytes", 12_345: "12 kB", 9_999_999: "9999 kB", 10_500_000: "10 MB"} {
		if got := bytesOf(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
