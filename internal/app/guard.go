package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"
	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// entrance is what decides, in a file of http.web_config, who may enter. The rest of it is
// the toolkit's.
type entrance struct {
	Users map[string]string `yaml:"basic_auth_users"`
	TLS   struct {
		Cert       string `yaml:"cert"`
		CertFile   string `yaml:"cert_file"`
		ClientAuth string `yaml:"client_auth_type"`
		CA         string `yaml:"client_ca"`
		CAFile     string `yaml:"client_ca_file"`
	} `yaml:"tls_server_config"`
}

// asks says whether whoever comes must prove who they are. A certificate that need not be
// shown, that nobody verifies, or that any public authority may have signed, proves nothing.
func (e *entrance) asks() bool {
	certificate := e.TLS.ClientAuth == "RequireAndVerifyClientCert" && (e.TLS.CA != "" || e.TLS.CAFile != "")
	return len(e.Users) > 0 || certificate
}

func (e *entrance) encrypts() bool { return e.TLS.Cert != "" || e.TLS.CertFile != "" }

func readEntrance(path string) (e entrance, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return e, err
	}
	return e, yaml.Unmarshal(data, &e)
}

// checkGuard reads the file that guards metrics and pages, if there is one, and refuses
// pages that other machines reach and that ask nobody.
func checkGuard(c *config.Config, log *zap.Logger) error {
	path := c.WebConfigFile()
	if path == "" {
		return nil
	}
	if err := web.Validate(path); err != nil {
		return unusable(path, err)
	}
	e, err := readEntrance(path)
	if err != nil {
		return unusable(path, err)
	}
	exposed := c.HTTP.Pages != "" && config.Exposed(c.HTTP.Pages)
	switch {
	case exposed && !e.asks():
		return fmt.Errorf("http.web_config: %s asks nobody who they are, and http.pages %s can be reached from other machines: "+
			"add basic_auth_users, or client_auth_type: RequireAndVerifyClientCert with client_ca_file, or write http.pages: \"127.0.0.1:9855\"", path, c.HTTP.Pages)
	case exposed && !e.encrypts():
		log.Warn("http.web_config has no tls_server_config: passwords, and the pages, travel in clear unless something in front of them encrypts",
			zap.String("pages", c.HTTP.Pages))
	}
	return nil
}

// quoted is where YAML's errors repeat a value, which may be a secret.
var quoted = regexp.MustCompile("`[^`]*`")

func unusable(path string, err error) error {
	text := strings.TrimPrefix(oneLine(err), "open "+path+": ")
	return fmt.Errorf("http.web_config: %s: %s: correct it; its keys are those of Prometheus, docs/pages.md has an example", path, text)
}

// oneLine is an error without line breaks, and without values of the file.
func oneLine(err error) string {
	text := strings.TrimPrefix(strings.Join(strings.Fields(err.Error()), " "), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors: ")
	text = strings.ReplaceAll(text, "field ", "key ")
	return quoted.ReplaceAllString(regexp.MustCompile(` in type web\.\w+`).ReplaceAllString(text, ""), "a value")
}

// kept shows the pages only as long as the file still asks: it is read anew for each
// request, so it may be edited while the daemon works.
func kept(path string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e, err := readEntrance(path); err != nil || !e.asks() {
			http.Error(w, "The pages are closed: http.web_config does not ask any more who comes. Correct it.", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guardLog is the log as the toolkit wants it: what it tells at the start is left out.
func guardLog(log *zap.Logger) *slog.Logger {
	core, err := zapcore.NewIncreaseLevelCore(log.Core(), zap.WarnLevel)
	if err != nil { // the log has warnings out already
		core = log.Core()
	}
	return slog.New(zapslog.NewHandler(core))
}
