package appliance

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/appliance/config"
	"picket/correlate/sigma"
)

// TestRulesOfAnArchive: a pack comes as a folder, an archive or a file, says
// what it is, and asks for values of the site.
func TestRulesOfAnArchive(t *testing.T) {
	dir := t.TempDir()
	needy := strings.Replace(refusedRule, "dst_endpoint.port: 8443", "user.name|expand: '%admins%'", 1)
	path := filepath.Join(dir, "rules.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, text := range map[string]string{sigma.PackFile: "name: Bank\nversion: 3.1\nchangelog: [{version: 3.1, changes: [more]}]\n", "deep/needy.yml": needy, "../out.yml": refusedRule} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	rs, err := loadRules(config.Rules{Folder: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rs.count != 1 || len(rs.packs) != 1 || rs.packs[0].Version != "3.1" || rs.packs[0].Rules != 1 || packsText(rs.packs) != "Bank 3.1" {
		t.Errorf("got %d rules, packs %+v", rs.count, rs.packs)
	}
	if len(rs.failed) != 1 || !strings.Contains(rs.failed[0], "leads out") {
		t.Errorf("failed: %v", rs.failed)
	}
	if len(rs.warnings) != 1 || !strings.Contains(rs.warnings[0], "needs values for admins") {
		t.Errorf("warnings: %v", rs.warnings)
	}
	rs, err = loadRules(config.Rules{Folder: path, Placeholders: map[string][]string{"admins": {"anna"}}}, nil)
	if err != nil || len(rs.warnings) != 0 {
		t.Errorf("with values: %v, %v", rs.warnings, err)
	}
	one := filepath.Join(dir, "one.yml")
	if err := os.WriteFile(one, []byte(refusedRule), 0o600); err != nil {
		t.Fatal(err)
	}
	if rs, err := loadRules(config.Rules{Folder: one}, nil); err != nil || rs.count != 1 {
		t.Errorf("one file: %v", err)
	}
	if _, err := loadRules(config.Rules{Folder: filepath.Join(dir, "gone")}, nil); err == nil {
		t.Error("a folder that is not there is no error")
	}
}
