// Package cli is the command line, and the only place where cobra lives. A
// command is a file; the list of them is in root.
//
// Results go to standard output in the form that docs and scripts rely on,
// everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong
// usage; `picket health` has the four of monitoring plugins.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"picket/appliance"
)

// Main runs the command line and returns the exit code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills, whatever hangs
	root := root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	cmd, err := root.ExecuteContextC(ctx)
	return code(cmd, err, errs)
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "picket",
		Short: "A drop-in security appliance for a branch office",
		Long: `Picket receives what the devices of a site say and what crosses its wire,
understands it as OCSF events, mines it with Sigma rules, tells each attack as
one incident, keeps all of it, shows it and feeds the SOC.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       appliance.Version,
		Args:          cobra.ArbitraryArgs,
	}
	cmd.SetVersionTemplate("picket {{.Version}}\n")
	cmd.CompletionOptions.HiddenDefaultCmd = true
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{err} })
	for _, sub := range commands() {
		cmd.AddCommand(sub)
	}
	wrapArgs(cmd)
	return cmd
}

// wrapArgs makes wrong arguments of any command a matter of usage.
func wrapArgs(cmd *cobra.Command) {
	if args := cmd.Args; args != nil {
		cmd.Args = func(c *cobra.Command, a []string) error {
			if err := args(c, a); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	if cmd.HasSubCommands() && cmd.RunE == nil {
		cmd.RunE = func(c *cobra.Command, a []string) error {
			if len(a) > 0 {
				return usageError{fmt.Errorf("unknown command %q for %q", a[0], c.CommandPath())}
			}
			return c.Help()
		}
	}
	for _, sub := range cmd.Commands() {
		wrapArgs(sub)
	}
}

// usageError is a mistake of whoever typed the command.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitError carries an exit code of its own; its text was shown already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// failed ends the command with code 1, without a word: it was said already.
const failed = exitError(1)

func code(cmd *cobra.Command, err error, errs io.Writer) int {
	var exit exitError
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintln(errs, "picket: "+printable(err.Error()))
	wrong := errors.As(err, &usage) || cmd == nil || !cmd.HasParent()
	if cmd != nil && (wrong || cmd.Name() == "health") {
		fmt.Fprintf(errs, "see '%s --help'\n", cmd.CommandPath())
	}
	switch {
	case cmd != nil && cmd.Name() == "health":
		return int(appliance.Unknown)
	case wrong:
		return 2
	}
	return 1
}

// printable makes text from outside fit for a terminal: control characters and
// those that turn the direction of writing are shown as \x.. or \u....
func printable(s string) string {
	clean := true
	for _, r := range s {
		if !safeRune(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b []byte
	for _, r := range s {
		switch {
		case safeRune(r):
			b = append(b, string(r)...)
		case r < 0x100:
			b = fmt.Appendf(b, `\x%02x`, r)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return string(b)
}

func safeRune(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return true
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return false
	case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c:
		return false
	case r == 0xfffd:
		return true
	}
	return true
}
