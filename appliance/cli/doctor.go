package cli

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"picket/appliance"
)

func doctorCommand() *cobra.Command {
	var s site
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the box itself: rights, ports, disk, clock, buffers, certificates",
		Long: `Checks whether this box can run the appliance as configured. Each line that is
not well says what to do. Exits 0 when all is well, 1 with a warning, 2 when the
appliance would not run.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := s.load()
			if err != nil {
				return err
			}
			running := false
			if conn, err := net.Dial("unix", appliance.SocketPath(c.Data)); err == nil {
				conn.Close()
				running = true
			}
			checks := appliance.Doctor(c, running)
			for _, k := range checks {
				fmt.Fprintf(cmd.OutOrStdout(), "%-8s %s: %s\n", k.State, printable(k.Name), printable(oneLine(k.Text)))
				if k.Guidance != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "         -> %s\n", printable(k.Guidance))
				}
			}
			switch appliance.Worst(checks) {
			case appliance.CriticalState:
				return exitError(2)
			case appliance.Warning:
				return failed
			}
			return nil
		},
	}
	s.add(cmd)
	return cmd
}
