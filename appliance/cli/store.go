package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"picket/store"
)

func storeCommand() *cobra.Command {
	var s site
	check := &cobra.Command{
		Use:   "check [--data DIR]",
		Short: "Verify every segment and block, each file in a process of its own",
		Long: `Reads every block of every segment and verifies its checksum. Each file is read
by a child process, so that not even a file that is damaged in a way that kills
a process hides the state of the others. Exits 1 when anything is damaged.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			data, err := s.folder()
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			r, err := store.Check(data, func(path string) (store.FileReport, error) { return checkFile(cmd.Context(), self, path) })
			if err != nil {
				return err
			}
			for _, p := range r.Problems {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", printable(oneLine(p)))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d segments, %d blocks, %d damaged\n", r.Segments, r.Blocks, r.Damaged)
			if r.Damaged > 0 {
				return failed
			}
			return nil
		},
	}
	one := &cobra.Command{
		Use:    "check-file FILE",
		Short:  "Verify one segment file in this process (used by store check)",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := store.CheckFile(args[0])
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
		},
	}
	cmd := group("store", "Look after the store", check, one)
	s.add(cmd)
	return cmd
}

// checkFile verifies a file in a child process, for a damaged one can end the
// process that reads it.
func checkFile(ctx context.Context, self, path string) (r store.FileReport, err error) {
	out, err := exec.CommandContext(ctx, self, "store", "check-file", path).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return r, fmt.Errorf("%w: %s", err, clip(printable(oneLine(string(exit.Stderr))), 300))
	}
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(out, &r)
}
