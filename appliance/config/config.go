// Package config is the appliance's configuration: one YAML file, one struct,
// its defaults in one function. Unknown keys are errors, and every complaint
// names the key.
//
// Secrets come from files that the configuration names, never from the file
// itself.
package config

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/goccy/go-yaml"
)

// Config is the whole configuration. [Default] has its defaults.
type Config struct {
	// Name is this box's name: in events of its own, towards the SOC, in mails.
	Name string `yaml:"name"`
	// Data is the folder of the store, certificates and the control socket.
	Data string `yaml:"data"`
	// Timezone is the zone of devices that name none: "UTC", "Europe/Berlin".
	Timezone string `yaml:"timezone"`
	// Timezones are zones of single sources, by the address that sends or by the
	// name that a device calls itself.
	Timezones map[string]string `yaml:"timezones"`

	Syslog  Syslog  `yaml:"syslog"`
	Capture Capture `yaml:"capture"`
	Store   Store   `yaml:"store"`
	Rules   Rules   `yaml:"rules"`
	// Normalize says what is known of devices beside the built-in brands.
	Normalize Normalize `yaml:"normalize"`
	Web       Web       `yaml:"web"`
	Uplink    Uplink    `yaml:"uplink"`
	Health    Health    `yaml:"health"`
	Pipeline  Pipeline  `yaml:"pipeline"`
	// Drop are filters; an event that one of them matches is not kept. It is
	// counted as filtered.
	Drop []string `yaml:"drop"`
}

// Syslog says where syslog is received. An empty address switches one off.
type Syslog struct {
	UDP         []string `yaml:"udp"`
	TCP         []string `yaml:"tcp"`
	TLS         []string `yaml:"tls"`
	Connections int      `yaml:"connections"` // of TCP and TLS at once, each listener
	Allow       []string `yaml:"allow"`       // networks that may send; empty: all
	Certificate string   `yaml:"certificate"` // PEM; empty: the box's own
	Key         string   `yaml:"key"`
	ClientCA    string   `yaml:"client_ca"`   // PEM of the authority of client certificates
	ClientCert  string   `yaml:"client_cert"` // none, optional, required
}

// Capture says on which interfaces the sensor listens.
type Capture struct {
	Interfaces []string `yaml:"interfaces"`
	Filter     string   `yaml:"filter"`
	Flows      int      `yaml:"flows"` // most flows at once
}

// Store says how much is kept.
type Store struct {
	Budget Size `yaml:"budget"` // of the whole store on disk
}

// Rules says which signatures run.
type Rules struct {
	Folder  string `yaml:"folder"`  // further rules of this site, beside the built-in pack: a folder or a .zip archive
	Builtin bool   `yaml:"builtin"` // run the built-in pack
	// Modes set signatures to on, observe (found and kept, but no incident and no
	// notice) or off: by id or name, tag:TAG or level:LEVEL. The rule itself counts
	// before its tags, those before its level; of several tags the one that lets
	// least through.
	Modes map[string]string `yaml:"modes"`
	// Placeholders are the values of this site that rules with |expand ask for.
	Placeholders map[string][]string `yaml:"placeholders"`
}

// Normalize says how lines are understood.
type Normalize struct {
	Mappings string `yaml:"mappings"` // folder of this site's own brands, a file each
}

// Web is the pages for the local administrator.
type Web struct {
	Listen      string   `yaml:"listen"` // https only; empty: no pages
	Certificate string   `yaml:"certificate"`
	Key         string   `yaml:"key"`
	Hosts       []string `yaml:"hosts"`        // names and addresses for the box's own certificate
	MetricsFrom []string `yaml:"metrics_from"` // networks that may read /metrics without an account
}

// Uplink is the line to the SOC.
type Uplink struct {
	URLs        []string `yaml:"urls"` // nats servers, tls://; empty: no uplink
	Tenant      string   `yaml:"tenant"`
	Site        string   `yaml:"site"`
	CA          string   `yaml:"ca"`
	Certificate string   `yaml:"certificate"`
	Key         string   `yaml:"key"`
	MaxAge      Duration `yaml:"max_age"` // health warns when the oldest event without a receipt is older
}

// Health says when the box complains of itself and of its sources.
type Health struct {
	// ClockError is how wrong the clock of a device may be, beside its zone.
	ClockError Duration `yaml:"clock_error"`
	Silent     Duration `yaml:"silent"`    // a source is silent after this long at least
	DiskFree   Size     `yaml:"disk_free"` // warn below this much free disk
}

// Pipeline sets the sizes of queues. The defaults suit a box with 1 GB.
type Pipeline struct {
	Workers    int      `yaml:"workers"`     // 0: one a core
	Queue      int      `yaml:"queue"`       // records waiting at most
	QueueBytes Size     `yaml:"queue_bytes"` // bytes waiting at most
	Commit     Duration `yaml:"commit"`      // longest wait for company before a commit
}

// Default returns the configuration of a box that nobody has configured.
func Default() *Config {
	return &Config{
		Name:     hostname(),
		Data:     "/var/lib/picket",
		Timezone: "UTC",
		Syslog: Syslog{
			UDP: []string{":514"}, TCP: []string{":514"}, TLS: []string{":6514"},
			Connections: 500, ClientCert: "none",
		},
		Capture: Capture{Flows: 100_000},
		Store:   Store{Budget: 20 << 30},
		Rules:   Rules{Builtin: true},
		Web:     Web{Listen: ":8443"},
		Uplink:  Uplink{Tenant: "default", Site: hostname(), MaxAge: Duration(15 * time.Minute)},
		Health:  Health{Silent: Duration(30 * time.Minute), ClockError: Duration(2 * time.Minute), DiskFree: 512 << 20},
		Pipeline: Pipeline{
			Queue: 32_768, QueueBytes: 48 << 20, Commit: Duration(200 * time.Millisecond),
		},
	}
}

func hostname() string {
	h, err := os.Hostname()
	if err != nil || h == "" {
		return "picket"
	}
	return h
}

// Load reads the file at path over the defaults and validates the result.
func Load(path string) (*Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	c, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, nil
}

// maxFile bounds a configuration file.
const maxFile = 1 << 20

// Parse reads YAML over the defaults and validates the result.
func Parse(b []byte) (*Config, error) {
	c := Default()
	if len(b) > maxFile {
		return nil, fmt.Errorf("is %d bytes long, %d are allowed", len(b), maxFile)
	}
	if len(bytes.TrimSpace(b)) > 0 {
		if err := yaml.UnmarshalWithOptions(b, c, yaml.Strict()); err != nil {
			return nil, err
		}
	}
	return c, c.Validate()
}
