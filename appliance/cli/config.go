package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/appliance/config"
	"picket/configs"
)

func configCommand() *cobra.Command {
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a configuration file, each with its key",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := config.Load(args[0])
			if err != nil {
				return err
			}
			if err := appliance.CheckConfig(c); err != nil {
				return fmt.Errorf("configuration %s: %w", args[0], err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is well\n", args[0])
			return nil
		},
	}
	show := &cobra.Command{
		Use:   "example",
		Short: "Print a configuration file with every default, explained",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := configs.FS.ReadFile("picket.yaml")
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		},
	}
	return group("config", "Check a configuration file, or print one with every default", check, show)
}
