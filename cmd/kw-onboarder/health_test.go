package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthAsksTheDaemon(t *testing.T) {
	t.Parallel()
	daemon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			http.Error(w, "no run has succeeded yet", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	}))
	t.Cleanup(daemon.Close)
	address := strings.TrimPrefix(daemon.URL, "http://")
	for name, tt := range map[string]struct {
		args   []string
		code   int
		out    string
		errOut string
	}{
		"alive":         {[]string{"--address", address}, exitDone, "ok\n", ""},
		"alive, JSON":   {[]string{"--address", address, "--output", "json"}, exitDone, "{\n  \"ok\": true,\n  \"answer\": \"ok\"\n}\n", ""},
		"not ready":     {[]string{"--address", address, "--ready"}, exitError, "", "503 Service Unavailable: no run has succeeded yet"},
		"nobody's port": {[]string{"--address", "127.0.0.1:1"}, exitError, "", "ask the daemon on 127.0.0.1:1 for /healthz"},
		"no address":    {[]string{"--address", "a b"}, exitError, "", "ask the daemon on a b for /healthz"},
		// The configuration is not read: a broken one on disk is no reason to restart.
		"no such file": {[]string{"--address", address, "--config", "/nonexistent"}, exitDone, "ok\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errOut bytes.Buffer
			if code := run(append([]string{"health"}, tt.args...), strings.NewReader(""), &out, &errOut); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if out.String() != tt.out || !strings.Contains(errOut.String(), tt.errOut) {
				t.Errorf("it printed %q and complained %q, want %q and %q", &out, &errOut, tt.out, tt.errOut)
			}
		})
	}
}
