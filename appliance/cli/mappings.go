package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/configs"
	"picket/normalize"
)

func mappingsCommand() *cobra.Command {
	check := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what is wrong with mapping files, each with file, line and remedy",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := appliance.LoadMappings(args[0])
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fmt.Errorf("%s holds no mapping: files end with .yaml", args[0])
			}
			tab := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 8, 2, ' ', 0)
			for _, p := range list {
				fmt.Fprintf(tab, "%s\t%s %s\t%s\n", p.Name, printable(p.Vendor), printable(p.Product), printable(recognizedBy(p)))
			}
			if err := tab.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d mappings are well\n", len(list))
			return nil
		},
	}
	show := &cobra.Command{
		Use:   "show [NAME]",
		Short: "Print a built-in mapping as a pattern for your own, or list their names",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				names, err := fs.Glob(configs.FS, "mappings/*.yaml")
				for _, n := range names {
					fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSuffix(strings.TrimPrefix(n, "mappings/"), ".yaml"))
				}
				return err
			}
			b, err := fs.ReadFile(configs.FS, "mappings/"+args[0]+".yaml")
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
				return fmt.Errorf("no built-in mapping %q; see picket mappings show", printable(args[0]))
			}
			if err == nil {
				_, err = cmd.OutOrStdout().Write(b)
			}
			return err
		},
	}
	return group("mappings", "Check files that teach Picket further brands, or print the built-in ones", check, show)
}

// recognizedBy tells how lines of a brand are found.
func recognizedBy(p *normalize.Parser) string {
	var by []string
	for _, one := range []struct{ what, words string }{{"program", p.Apps}, {"device", p.Devices}, {"key", p.Keys}, {"column", p.Columns}, {"beginning", strings.Join(p.Begins, " | ")}} {
		if one.words != "" {
			by = append(by, one.what+" "+one.words)
		}
	}
	if p.Pattern != nil {
		by = append(by, "pattern "+p.Pattern.String())
	}
	return strings.Join(by, "; ")
}
