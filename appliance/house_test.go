package appliance

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the picture of the house in README.md: which rooms of Picket a
// package may import. A new edge changes both.
var mayImport = map[string][]string{
	"picket":                       {"picket/appliance/cli"},
	"picket/appliance":             {"*"},
	"picket/appliance/cli":         {"*"},
	"picket/appliance/config":      {},
	"picket/appliance/uplink":      {"picket/normalize/ocsf"},
	"picket/appliance/uplink/soc":  {"picket/appliance/uplink", "picket/normalize/ocsf"},
	"picket/appliance/manage":      {"picket/normalize/ocsf"},
	"picket/collector":             {"picket/normalize/ocsf"},
	"picket/collector/syslog":      {"picket/collector"},
	"picket/collector/sniff":       {"picket/collector", "picket/normalize/ocsf"},
	"picket/normalize":             {"picket/collector", "picket/normalize/ocsf"},
	"picket/normalize/ocsf":        {},
	"picket/normalize/ocsf/filter": {"picket/normalize/ocsf"},
	"picket/correlate":             {"picket/correlate/sigma", "picket/correlate/window", "picket/normalize/ocsf", "picket/normalize/ocsf/filter"},
	"picket/correlate/sigma":       {"picket/normalize/ocsf"},
	"picket/correlate/window":      {"picket/correlate/sigma", "picket/normalize/ocsf"},
	"picket/store":                 {"picket/normalize/ocsf", "picket/normalize/ocsf/filter"},
	"picket/webui":                 {"picket/webui/view", "picket/normalize/ocsf", "picket/normalize/ocsf/filter"},
	"picket/webui/view":            {"picket/normalize/ocsf", "picket/normalize/ocsf/filter"},
	"picket/configs":               {},
}

// onlyIn are libraries that live in one room.
var onlyIn = map[string][]string{
	"go.etcd.io/bbolt":                {"picket/store"},
	"github.com/spf13/cobra":          {"picket/appliance/cli"},
	"github.com/a-h/templ":            {"picket/webui", "picket/webui/view"},
	"github.com/google/gopacket":      {"picket/collector/sniff"},
	"github.com/influxdata/go-syslog": {"picket/normalize"},
	"github.com/nats-io/nats.go":      {"picket/appliance/uplink", "picket/appliance/uplink/soc"},
}

// never are modules that must not be part of the appliance.
var never = []string{"github.com/nats-io/nats-server", "github.com/chromedp", "testing"}

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// TestHouse holds the picture of the house: imports go only down, libraries stay
// in their rooms, there are no rooms beside those of the picture.
func TestHouse(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "picket/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen[p.ImportPath] = true
		may, ok := mayImport[p.ImportPath]
		if !ok {
			t.Errorf("%s is not in the picture of the house", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			if strings.HasPrefix(i, "picket/") && !slices.Contains(may, i) && !slices.Contains(may, "*") {
				t.Errorf("%s imports %s, which the picture of the house does not allow", p.ImportPath, i)
			}
			for lib, rooms := range onlyIn {
				if (i == lib || strings.HasPrefix(i, lib+"/")) && !slices.Contains(rooms, p.ImportPath) {
					t.Errorf("%s imports %s, which lives in %v only", p.ImportPath, i, rooms)
				}
			}
		}
		if p.ImportPath != "picket" {
			continue
		}
		for _, dep := range p.Deps {
			for _, n := range never {
				if dep == n || strings.HasPrefix(dep, n+"/") {
					t.Errorf("the appliance contains %s", dep)
				}
			}
		}
	}
	for p := range mayImport {
		if !seen[p] {
			t.Errorf("%s is in the picture of the house but not there", p)
		}
	}
}
