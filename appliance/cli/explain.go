package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/collector"
	"picket/normalize"
	"picket/normalize/ocsf"
)

func explainCommand() *cobra.Command {
	var stamp stampFlags
	var output, rules, mappings string
	var seq uint64
	var w whyFlags
	cmd := &cobra.Command{
		Use:   "explain 'LINE' | --event SEQ --rule ID [-o text|json]",
		Short: "Tell how a line is understood: header, parser, fields, signatures",
		Long: `Takes one raw line through the pipeline and tells, for people: which header it
has, which parser understood it, what became of each field, the OCSF event, and
which signatures were tried and hit, by which condition and values.

With --rule it tells what that one signature makes of the line, or of an event in
the store (--event): why it hits, or why not.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if w.rule != "" {
				w.output, w.rules, w.stamp = output, rules, stamp
				if seq != 0 {
					return w.ofEvent(cmd, seq)
				}
				if len(args) == 1 {
					return w.ofLine(cmd, args[0])
				}
			}
			if len(args) == 0 {
				return usageError{errMissing("a line, or --event and --rule,")}
			}
			now, zone, err := stamp.resolve(nil)
			if err != nil {
				return err
			}
			known, err := appliance.WithMappings(normalize.Options{Zone: zone}, mappings)
			if err != nil {
				return err
			}
			x := normalize.New(known).Explain(&collector.Record{Raw: strings.TrimRight(args[0], "\r\n"), Received: now})
			tried, err := appliance.ExplainRules(x.Event, rules)
			if err != nil {
				return err
			}
			if output == "json" {
				return explainJSON(cmd, &x, tried)
			}
			explainText(cmd, &x, tried)
			return nil
		},
	}
	stamp.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the output: text or json")
	cmd.Flags().StringVar(&mappings, "mappings", "", "folder of mapping files: brands of your own (docs/mappings.md)")
	cmd.Flags().StringVar(&rules, "rules", "", "folder of Sigma rules, in place of the built-in pack")
	cmd.Flags().StringVar(&w.rule, "rule", "", "tell what this one signature makes of it, and why")
	cmd.Flags().Uint64Var(&seq, "event", 0, "sequence number of an event in the store, in place of a line")
	w.site.add(cmd)
	return cmd
}

func explainText(cmd *cobra.Command, x *normalize.Explanation, tried *appliance.RulesTried) {
	p := func(format string, args ...any) {
		fmt.Fprint(cmd.OutOrStdout(), printable(fmt.Sprintf(format, args...)))
	}
	h := x.Header
	p("Header (%d bytes)\n", x.Headers)
	for _, f := range []struct{ name, value string }{{"host", h.Host}, {"program", h.App}, {"process", h.PID}, {"message id", h.MsgID}} {
		if f.value != "" {
			p("  %-12s %s\n", f.name, f.value)
		}
	}
	if x.Strict != "" {
		p("  RFC 5424     %s\n", x.Strict)
	}
	parser := x.Parser
	if parser == "" {
		parser = "nobody: the line is kept as it is and counted as not understood"
	}
	p("\nUnderstood by %s; structure %s\n", parser, x.Structure)
	for _, kv := range x.Pairs {
		meaning := kv.Meaning
		if meaning == "" {
			meaning = "kept under its own name"
		}
		p("  %-20s %-40s %s\n", kv.Key, clip(kv.Value, 40), meaning)
	}
	e := x.Event
	p("\nEvent: %s (%d), activity %s, severity %s, %s\n", e.Class.Name(), e.Class, activity(e), e.Severity, stamp(e.Time))
	var lines []string
	for f, v := range e.All() {
		switch f {
		case ocsf.ClassUID, ocsf.ActivityID, ocsf.SeverityID, ocsf.EventTime, ocsf.LoggedTime:
		default:
			lines = append(lines, fmt.Sprintf("  %-40s %s", f, v))
		}
	}
	slices.Sort(lines)
	for _, l := range lines {
		p("%s\n", oneLine(l))
	}
	for _, kv := range e.UnmappedPairs() {
		p("  unmapped.%-31s %s\n", kv.Key, oneLine(kv.Value.String()))
	}
	p("\nSignatures: %d known, %d hit\n", tried.Known, len(tried.Hits))
	for _, hit := range tried.Hits {
		p("  %s (%s)\n", hit.Title, hit.Rule)
		for _, m := range hit.Matched {
			p("    %s = %s   wanted: %s\n", m.Field, oneLine(m.Value), m.Want)
		}
		for _, n := range hit.NotHeld {
			p("    filter that did not hold: %s\n", n)
		}
		if hit.Step {
			p("    a step of correlations: it says nothing alone\n")
		}
	}
}

func activity(e *ocsf.Event) string {
	if s := e.Class.ActivityName(e.Activity); s != "" && e.Activity != ocsf.Other {
		return s
	}
	if s := e.Text(ocsf.ActivityName); s != "" {
		return s
	}
	return "Other"
}

func explainJSON(cmd *cobra.Command, x *normalize.Explanation, tried *appliance.RulesTried) error {
	type pair struct {
		Key     string `json:"key"`
		Value   string `json:"value"`
		Meaning string `json:"meaning,omitempty"`
	}
	pairs := make([]pair, 0, len(x.Pairs))
	for _, kv := range x.Pairs {
		pairs = append(pairs, pair{kv.Key, kv.Value, kv.Meaning})
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{
		"header":  map[string]any{"bytes": x.Headers, "host": x.Header.Host, "program": x.Header.App, "process": x.Header.PID, "message_id": x.Header.MsgID, "rfc5424": x.Strict},
		"message": x.Message, "structure": x.Structure, "parser": x.Parser, "fields": pairs,
		"event": json.RawMessage(x.Event.AppendJSON(nil)), "signatures": tried,
	})
}
