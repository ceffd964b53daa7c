package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // schedules name time zones, also where the system has no zone files

	"github.com/alecthomas/kong"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// cli is the command tree; each command is a struct in a file of its own.
type cli struct {
	Config string `help:"Configuration file." short:"c" type:"path" default:"/etc/kw-onboarder/config.yaml" env:"KW_ONBOARDER_CONFIG"`
	Output string `help:"How to print: text, json for scripts, of diff markdown, of who csv." enum:"text,json,markdown,csv" default:"text"`

	Run        runCmd        `cmd:"" help:"Run as a daemon: on schedule, with metrics, until told to stop."`
	Plan       planCmd       `cmd:"" help:"Show what would change and why; change nothing."`
	Apply      applyCmd      `cmd:"" help:"Make one run now."`
	Parked     parkedCmd     `cmd:"" help:"Show what waits for a decision, or one item with its changes."`
	Approve    approveCmd    `cmd:"" help:"Let a parked item go: what of it still holds is applied past the budgets."`
	Reject     rejectCmd     `cmd:"" help:"Refuse a parked item: its changes are held until that is taken back with resume."`
	Allow      allowCmd      `cmd:"" help:"Widen the budget of one kind of change for a time."`
	Pause      pauseCmd      `cmd:"" help:"Stop every change for a time, or all that narrows."`
	Resume     resumeCmd     `cmd:"" help:"End every pause; or, with the number of a rejected item, take that rejection back."`
	Quarantine quarantineCmd `cmd:"" help:"Show what keeps failing and is left alone for a while, and let it be tried."`
	Drill      drillCmd      `cmd:"" help:"Try accidents of the directory on a snapshot, and show which brake would hold; write nothing."`
	Offboard   offboardCmd   `cmd:"" help:"Treat somebody as a leaver at once, whatever the directory says."`
	Undo       undoCmd       `cmd:"" help:"Take back what a run did; what changed since is left."`
	Link       linkCmd       `cmd:"" help:"Say whose an account is: of one person, or of everybody in a directory built anew; dry without --yes."`
	Adopt      adoptCmd      `cmd:"" help:"Take over what somebody else gave and the rules explain; dry without --yes."`
	Disown     disownCmd     `cmd:"" help:"Give up what is ours: from then on it is as if somebody else had given it; dry without --yes."`
	Why        whyCmd        `cmd:"" help:"Explain why a person has, or has not, what they have."`
	Who        whoCmd        `cmd:"" help:"Say who could read a folder, now or on some day, for an auditor."`
	Status     statusCmd     `cmd:"" help:"Say in one line whether all is well, and what to do if not."`
	Health     healthCmd     `cmd:"" help:"Ask the daemon on this machine whether it lives, for the health check of a container."`
	Runs       runsCmd       `cmd:"" help:"List the runs, or show one with all that it did."`
	Forget     forgetCmd     `cmd:"" help:"Remove from the history what names a person."`
	Check      checkCmd      `cmd:"" help:"Check configuration and rules, offline, without reading secrets."`
	Test       testCmd       `cmd:"" help:"Test the rules with people made up for it, offline."`
	Diff       diffCmd       `cmd:"" help:"Show who gains and who loses if the rules change, by a snapshot."`
	Init       initCmd       `cmd:"" help:"Write a first configuration for your directory, and tests of its rules; no file is overwritten."`
	Keygen     keygenCmd     `cmd:"" help:"Make the key pair, and say step by step what to enter in which admin page of Kiteworks."`
	Doctor     doctorCmd     `cmd:"" help:"Check everything online: machine, directory, Kiteworks, identities, scopes, and what the rules name."`
	Schema     schemaCmd     `cmd:"" help:"Print the JSON schema of the configuration, for editors."`
	Snapshot   snapshotCmd   `cmd:"" help:"Write what the rules see of the directory and of Kiteworks to a file."`
	Backup     backupCmd     `cmd:"" help:"Copy the ledger to a file, also while the daemon works."`
	Demo       demoCmd       `cmd:"" help:"Show the program against an embedded directory and a simulated Kiteworks."`
	Kwsim      kwsimCmd      `cmd:"" help:"Serve a simulated Kiteworks, for trying things out."`
	Completion completionCmd `cmd:"" help:"Print what lets bash, zsh or fish complete commands and flags."`
	Complete   completeCmd   `cmd:"" name:"__complete" hidden:""`
	Version    versionCmd    `cmd:"" help:"Show version, commit, Go version and the API version spoken."`
}

// command is what every command is run with.
type command struct {
	ctx    context.Context
	cli    *cli
	in     io.Reader
	out    io.Writer
	errOut io.Writer

	printed  bool      // JSON has been printed
	progress *progress // nil: nothing is shown of it
}

// json prints the one value that a script reads from stdout.
func (c *command) json(v any) error {
	c.printed = true
	return writeJSON(c.out, v)
}

// jsonFailure is what a script reads where there is nothing else to print.
type jsonFailure struct {
	Result string `json:"result"`
	Error  string `json:"error"`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: arguments in, exit code out.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	var c cli
	parsed, code := parse(&c, args, out, errOut)
	if parsed == nil {
		return code
	}
	ctx, stop := untilToldToStop(parsed.Selected().Target.Addr().Interface())
	defer stop()
	cmd := &command{ctx: ctx, cli: &c, in: in, out: out, errOut: errOut}
	err := c.form(parsed.Selected().Name)
	if err == nil {
		err = parsed.Run(cmd)
	}
	cmd.progress.end()
	cmd.complain(err)
	return codeOf(err)
}

// untilToldToStop is a context that ends with the first signal, so that the command can
// finish what it has in hand. The second signal ends the program at once; for a command
// that would not look at the context, so does the first.
func untilToldToStop(command any) (context.Context, context.CancelFunc) {
	switch k := command.(type) {
	case *checkCmd, *testCmd, *diffCmd, *schemaCmd, *completionCmd, *completeCmd, *versionCmd:
		return context.WithCancel(context.Background())
	case *whyCmd:
		if k.Snapshot != "" {
			return context.WithCancel(context.Background())
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// form refuses a form that only one other command has.
func (c *cli) form(command string) error {
	for form, only := range map[string]string{"markdown": "diff", "csv": "who"} {
		if c.Output == form && command != only {
			return usage("%s: --output %s is for %s only: take text or json", command, form, only)
		}
	}
	return nil
}

// complain says what went wrong, unless the report has said it. A script that
// asked for JSON always gets some.
func (c *command) complain(err error) {
	var e *exit
	if err == nil || (errors.As(err, &e) && e.err == nil) {
		return
	}
	text := err.Error()
	var mistakes *config.Error
	if errors.As(err, &mistakes) {
		text = strings.Replace(text, mistakes.Error(), mistakes.Text(newPaint(c.errOut).red), 1)
	}
	fmt.Fprintf(c.errOut, "kw-onboarder: %s\n", text)
	if c.cli.Output == "json" && !c.printed {
		_ = c.json(jsonFailure{Result: "failed", Error: err.Error()}) // stderr has it too
	}
}

// parse reads the arguments. Without a context to run, the code is final: help
// was printed, or the arguments are wrong.
func parse(c *cli, args []string, out, errOut io.Writer) (*kong.Context, int) {
	ended, code := false, exitDone
	parser, err := kong.New(c,
		kong.Name("kw-onboarder"),
		kong.Description("Makes a Kiteworks server agree with an LDAP directory."),
		kong.UsageOnError(),
		kong.Writers(out, errOut),
		kong.Exit(func(n int) { ended, code = true, n }),
	)
	if err != nil {
		fmt.Fprintf(errOut, "kw-onboarder: %v\n", err)
		return nil, exitError
	}
	parsed, err := parser.Parse(args)
	switch {
	case ended:
		return nil, code
	case err != nil:
		fmt.Fprintf(errOut, "kw-onboarder: %v\nTry: kw-onboarder --help\n", err)
		return nil, exitUsage
	}
	return parsed, exitDone
}
