package cli

import "github.com/spf13/cobra"

// commands lists the commands, in the order of the day: run it, look at it,
// work with it, look after it.
func commands() []*cobra.Command {
	return []*cobra.Command{
		runCommand(),
		healthCommand(),
		statusCommand(),
		doctorCommand(),
		incidentsCommand(),
		findingsCommand(),
		exceptionsCommand(),
		silencesCommand(),
		snoozesCommand(),
		searchCommand(),
		devicesCommand(),
		explainCommand(),
		rulesCommand(),
		mappingsCommand(),
		renormalizeCommand(),
		replayCommand(),
		normalizeCommand(),
		captureCommand(),
		storeCommand(),
		uplinkCommand(),
		socCommand(),
		configCommand(),
	}
}

// group is a command that only holds others.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	cmd.AddCommand(subs...)
	return cmd
}
