package cli

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"picket": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command line as people do; each script is a story.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			return nil
		},
	})
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain ünïcode":         "plain ünïcode",
		"a\x1b[31mred":          `a\x1b[31mred`,
		"left\u202eright":       `left\u202eright`,
		"bell\a and delete\x7f": `bell\x07 and delete\x7f`,
	} {
		if got := printable(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPlainCellDisarmsFormulas(t *testing.T) {
	for in, want := range map[string]string{"=cmd|x": "'=cmd|x", "+1": "'+1", "@a": "'@a", "plain": "plain", "": ""} {
		if got := plainCell(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
