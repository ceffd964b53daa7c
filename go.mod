module github.com/kw-onboarder/kw-onboarder

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0 // commands, flags and their help from one struct
	github.com/cenkalti/backoff/v5 v5.0.3 // waits between tries
	github.com/chromedp/cdproto v0.159.0 // tests: what chromedp speaks
	github.com/chromedp/chromedp v0.23.0 // tests: the pages in a real browser
	github.com/getkin/kin-openapi v0.152.0 // tests: the vendor's contract
	github.com/go-asn1-ber/asn1-ber v1.5.8 // the embedded directory speaks BER; filters as packets
	github.com/go-ldap/ldap/v3 v3.4.15 // LDAP
	github.com/golang-jwt/jwt/v5 v5.3.1 // assertions: claims and encoding
	github.com/google/go-cmp v0.7.0 // tests: differences
	github.com/google/uuid v1.6.0 // jti of assertions, ids of directory entries and of the simulators
	github.com/jackc/pgx/v5 v5.12.0 // the ledger in PostgreSQL
	github.com/prometheus/client_golang v1.25.0 // metrics
	github.com/prometheus/exporter-toolkit v0.20.0 // TLS and passwords of metrics and pages
	github.com/robfig/cron/v3 v3.0.1 // schedules, behind a guarded parser
	github.com/rogpeppe/go-internal v1.16.0 // tests: commands as scripts
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // tests: the schema of the configuration, as others read it
	go.uber.org/goleak v1.3.0 // tests: nothing is left running
	go.uber.org/zap v1.28.0 // the log
	go.uber.org/zap/exp v0.3.0 // the log, as the toolkit wants it
	golang.org/x/crypto v0.57.0 // tests: passwords, hashed
	golang.org/x/net v0.59.0 // international domains (idna); tests: HTML
	golang.org/x/sync v0.24.0 // errgroup, singleflight
	golang.org/x/sys v0.49.0 // flock; the monotonic clock, for systemd
	golang.org/x/term v0.47.0 // is it a terminal
	golang.org/x/text v0.42.0 // case folding, Unicode forms
	golang.org/x/time v0.16.0 // the rate limit
	gopkg.in/yaml.v3 v3.0.1 // the configuration, node by node
	modernc.org/sqlite v1.60.1 // the ledger; its libc must be the version it asks for
	pgregory.net/rapid v1.3.0 // tests: properties
)

require (
	github.com/Azure/go-ntlmssp v0.1.1 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/coreos/go-systemd/v22 v22.7.0 // indirect
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/go-openapi/jsonpointer v0.22.5 // indirect
	github.com/go-openapi/swag/jsonname v0.25.5 // indirect
	github.com/gorilla/mux v1.8.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/jpillora/backoff v1.0.0 // indirect
	github.com/kylelemons/godebug v1.1.0 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mdlayher/socket v0.6.0 // indirect
	github.com/mdlayher/vsock v1.3.0 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/mwitkow/go-conntrack v0.0.0-20190716064945-2f068394615f // indirect
	github.com/ncruces/go-strftime v1.0.0 // indirect
	github.com/oasdiff/yaml v0.1.1 // indirect
	github.com/oasdiff/yaml3 v0.0.14 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	go.uber.org/multierr v1.10.0 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	golang.org/x/oauth2 v0.37.0 // indirect
	golang.org/x/tools v0.50.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	modernc.org/libc v1.77.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
