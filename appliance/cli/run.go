package cli

import (
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/appliance/config"
)

func runCommand() *cobra.Command {
	var s site
	var demo bool
	cmd := &cobra.Command{
		Use:   "run [--config FILE] [--data DIR]",
		Short: "Run the appliance",
		Long: `Runs the appliance until SIGTERM or SIGINT. SIGHUP reads the configuration, the
rules and the certificates again: what is wrong is refused with a reason, and the
old ones stay in force. At the first start the address of the pages and a
one-time setup code are printed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := s.load()
			if err != nil {
				return err
			}
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			appliance.LimitMemory()
			opt := appliance.Options{Log: log, Console: cmd.OutOrStdout(), Demo: demo, Load: func() (*config.Config, error) { return s.load() }}
			hup := make(chan os.Signal, 1)
			signal.Notify(hup, syscall.SIGHUP)
			defer signal.Stop(hup)
			a, err := appliance.New(cmd.Context(), c, opt)
			if err != nil {
				return err
			}
			return a.Run(cmd.Context(), hup)
		},
	}
	s.add(cmd)
	cmd.Flags().BoolVar(&demo, "demo", false, "tell the built-in scenario: an attack over several devices")
	return cmd
}
