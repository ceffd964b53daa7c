package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// healthTime is how long the daemon may take to answer.
const healthTime = 5 * time.Second

// healthCmd is the health check of a container, in which there is no other program to make
// one. It does not read the configuration: a mistake in the file leaves the daemon as it was.
type healthCmd struct {
	Address string `help:"Where the daemon serves http.metrics, on this machine." default:"127.0.0.1:9854" env:"KW_ONBOARDER_HEALTH_ADDRESS" placeholder:"HOST:PORT"`
	Ready   bool   `help:"Ask whether its runs succeed, not only whether it lives."`
}

// jsonHealth is what the daemon answered.
type jsonHealth struct {
	OK     bool   `json:"ok"`
	Answer string `json:"answer"`
}

func (h healthCmd) Run(c *command) error {
	path := "/healthz"
	if h.Ready {
		path = "/readyz"
	}
	answer, err := h.ask(c.ctx, path)
	if err != nil {
		return fmt.Errorf("ask the daemon on %s for %s: %w", h.Address, path, err)
	}
	if c.cli.Output == "json" {
		return c.json(jsonHealth{OK: true, Answer: answer})
	}
	_, err = fmt.Fprintln(c.out, answer)
	return err
}

// ask returns the answer, or an error that holds it if the daemon is not well.
func (h healthCmd) ask(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.Address+path, http.NoBody)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is on this machine
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return "", err
	}
	answer := strings.TrimSpace(string(body))
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return answer, nil
}
