package cli

import (
	"encoding/json"
	"os"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
)

func replayCommand() *cobra.Command {
	var stamp stampFlags
	var opt appliance.ReplayOptions
	cmd := &cobra.Command{
		Use:   "replay --data DIR [--rules DIR] [--assets FILE.csv] [--pcap FILE]... [FILE]...",
		Short: "Run the whole pipeline over files, as fast as it goes, on event time",
		Long: `Takes files of raw lines and captures through the whole pipeline into a data
folder, without listeners, and exits. Several files and captures are merged by
event time. The last line of standard output sums up what was done. A folder
that already holds events is refused unless --append.`,
		Example: "  picket replay --data /tmp/case --assets assets.csv --pcap office.pcap firewall.log",
		RunE: func(cmd *cobra.Command, args []string) error {
			if opt.Data == "" {
				return usageError{errMissing("--data")}
			}
			if len(args)+len(opt.Captures) == 0 {
				return usageError{errMissing("a file of lines or a --pcap")}
			}
			_, zone, err := stamp.resolve(nil)
			if err != nil {
				return err
			}
			opt.Zone = zone
			opt.Now = func(file *os.File) time.Time {
				t, _, _ := stamp.resolve(file)
				return t
			}
			opt.Files = args
			appliance.LimitMemory()
			opt.Stdin = cmd.InOrStdin()
			opt.Errors = cmd.ErrOrStderr()
			sum, err := appliance.Replay(cmd.Context(), opt)
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(sum)
		},
	}
	stamp.add(cmd)
	cmd.Flags().StringVar(&opt.Data, "data", "", "data folder to fill")
	cmd.Flags().StringVar(&opt.Rules, "rules", "", "folder of Sigma rules, in place of the built-in pack")
	cmd.Flags().StringVar(&opt.Mappings, "mappings", "", "folder of mapping files: brands of your own (docs/mappings.md)")
	cmd.Flags().StringVar(&opt.Assets, "assets", "", "CSV of the site's hosts: address,name,role,worth")
	cmd.Flags().StringArrayVar(&opt.Captures, "pcap", nil, "capture file (repeatable)")
	cmd.Flags().BoolVar(&opt.Append, "append", false, "add to a folder that already holds events")
	cmd.Flags().StringArrayVar(&opt.Drop, "drop", nil, "do not keep events that this filter matches (repeatable)")
	cmd.Flags().StringVar(&opt.CPUProfile, "cpuprofile", "", "write a CPU profile to this file")
	return cmd
}

type errMissing string

func (e errMissing) Error() string { return string(e) + " is missing" }
