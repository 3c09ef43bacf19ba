package cli

import (
	"encoding/json"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/collector"
	"picket/normalize"
)

// whyFlags are what an explanation of one signature needs.
type whyFlags struct {
	site   site
	stamp  stampFlags
	rule   string
	rules  string
	output string
}

func (w *whyFlags) add(cmd *cobra.Command) {
	w.site.add(cmd)
	w.stamp.add(cmd)
	cmd.Flags().StringVarP(&w.output, "output", "o", "text", "form of the output: text or json")
	cmd.Flags().StringVar(&w.rules, "rules", "", "folder of Sigma rules, in place of the built-in pack (for a line)")
}

// ofEvent explains the signature on an event of the store, by the rules in force.
func (w *whyFlags) ofEvent(cmd *cobra.Command, seq uint64) error {
	if err := oneOf("--output", w.output, "text", "json"); err != nil {
		return err
	}
	c, err := w.site.connect(cmd.Context())
	if err != nil {
		return err
	}
	defer c.close()
	var x appliance.Why
	q := url.Values{"rule": {w.rule}, "event": {strconv.FormatUint(seq, 10)}}
	if err := c.get(cmd.Context(), "/v1/why", q, func(r io.Reader) error { return json.NewDecoder(r).Decode(&x) }); err != nil {
		return err
	}
	return w.tell(cmd, &x)
}

// ofLine explains the signature on a raw line, by the built-in pack or a folder.
func (w *whyFlags) ofLine(cmd *cobra.Command, line string) error {
	if err := oneOf("--output", w.output, "text", "json"); err != nil {
		return err
	}
	now, zone, err := w.stamp.resolve(nil)
	if err != nil {
		return err
	}
	known, err := appliance.WithMappings(normalize.Options{Zone: zone}, "")
	if err != nil {
		return err
	}
	n := normalize.New(known)
	e := n.Explain(&collector.Record{Raw: strings.TrimRight(line, "\r\n"), Received: now}).Event
	x, err := appliance.ExplainRule(e, w.rules, w.rule)
	if err != nil {
		return err
	}
	return w.tell(cmd, x)
}

func (w *whyFlags) tell(cmd *cobra.Command, x *appliance.Why) error {
	if w.output == "json" {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		return enc.Encode(x)
	}
	tellWhy(cmd.OutOrStdout(), x)
	return nil
}
