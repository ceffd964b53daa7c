package config

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
)

// HTTP says where the daemon listens.
type HTTP struct {
	Metrics   string `yaml:"metrics"`    // host:port; "": nowhere
	Pages     string `yaml:"pages"`      // host:port of the pages, which show people's access; "": nowhere. Beyond loopback only with web_config
	Probes    string `yaml:"probes"`     // host:port of /healthz and /readyz for whom has no password; left out: with web_config 127.0.0.1:9856, else only beside the metrics
	WebConfig string `yaml:"web_config"` // file with TLS, passwords or client certificates for metrics and pages, as Prometheus has it
}

// probes is where probes are answered once metrics ask for a password.
const probes = "127.0.0.1:9856"

// WebConfigFile is the path of http.web_config, which is relative to the configuration;
// "": there is none.
func (c *Config) WebConfigFile() string {
	name := c.HTTP.WebConfig
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(c.File), name)
}

// Exposed says whether an address can be reached from other machines.
func Exposed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && !loopback(host)
}

// checkHTTP checks the addresses, and that nobody reads the pages unasked.
func (f *findings) checkHTTP(h *HTTP) {
	if h.WebConfig != "" && !f.given("http.probes") {
		h.Probes = probes
	}
	taken := map[string]string{}
	for _, l := range []struct{ path, address string }{
		{"http.metrics", h.Metrics}, {"http.pages", h.Pages}, {"http.probes", h.Probes},
	} {
		if l.address == "" || !f.checkListen(l.path, l.address) {
			continue
		}
		_, port, _ := net.SplitHostPort(l.address) // checkListen has
		if other, twice := taken[l.address]; twice && port != "0" {
			f.report(l.path, fmt.Sprintf("%s is the address of %s", l.address, other), "give it a port of its own")
		}
		taken[l.address] = l.path
	}
	if h.Pages != "" && h.WebConfig == "" && Exposed(h.Pages) {
		f.report("http.pages", fmt.Sprintf("%s can be reached from other machines, and would show everybody's access to whoever asks", h.Pages),
			`write "127.0.0.1:9855", or set http.web_config to a file that asks for a password (basic_auth_users) or a client certificate`)
	}
	if h.WebConfig != "" && h.Metrics == "" && h.Pages == "" {
		f.report("http.web_config", "guards nothing: neither http.metrics nor http.pages is set", "set one of them, or remove it")
	}
}

func (f *findings) checkListen(path, address string) bool {
	_, port, err := net.SplitHostPort(address)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		f.report(path, fmt.Sprintf("%q is no address to listen on", address), `write "host:port", or ":port" for all addresses`)
		return false
	}
	return true
}
