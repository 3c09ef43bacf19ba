package normalize

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"picket/normalize/ocsf"
)

// A mapping is a brand in a file: how its lines are recognized, how they are
// built, what its keys and values mean. Reading the file compiles it into the
// tables that a brand written in Go has; only its rules are asked in turn.
// docs/mappings.md tells people the keys of the file.
type mapping struct {
	form    mappedForm
	pairs   string // between pairs, "" for the reader that knows all dialects
	equals  string // between key and value
	bare    bool   // the words in the header of CEF and LEEF say nothing
	mute    bool   // texts are not looked through
	skip    string // what stands up to and with this is no part of the structure
	columns []string
	delim   byte
	textPatterns

	required []string
	zone     *time.Location
	only     []condition // that hold for all lines of the brand
	keys     Keys
	tails    keyTable[meaning] // keys by their last part: "*.ThreatName"
	more     []anotherMeaning
	extracts []extract
	slots    []string // keys that values and conditions look at

	set    verdict
	values []valueTable
	rules  []mappedRule
}

// mappedForm is the structure that a mapping wants.
type mappedForm uint8

const (
	anyForm mappedForm = iota
	kvForm
	cefForm
	leefForm
	jsonForm
	xmlForm
	csvForm
	textForm
)

var mappedForms = map[string]mappedForm{"any": anyForm, "kv": kvForm, "cef": cefForm, "leef": leefForm, "json": jsonForm, "xml": xmlForm, "csv": csvForm, "text": textForm}

// extract takes pairs out of a value, by the first pattern that it meets.
type extract struct {
	key string
	textPatterns
}

// textPatterns are expressions with groups, whose names are keys.
type textPatterns struct {
	patterns []*regexp.Regexp
	groups   [][]string // of each, "" for groups without a name
}

// anotherMeaning is a further meaning of a key that has several.
type anotherMeaning struct {
	key  string
	mean meaning
}

// valueTable says what the values of a key mean; of several keys the first that
// has a value is looked at.
type valueTable struct {
	slots []int
	cases []valueCase
	exact map[string]int // of cases, by value in lower case
}

type valueCase struct {
	is   pattern
	then verdict
}

// mappedRule sets something where its conditions hold.
type mappedRule struct {
	all, none []condition
	then      verdict
	goOn      bool
}

type condition struct {
	slot int
	any  []pattern
}

// verdict is what a mapping says of an event, whatever its keys say.
type verdict struct {
	class       ocsf.Class
	classed     bool
	activity    int // -1: not told
	action      int8
	disposition int8
	outcome     int8
	severity    ocsf.Severity
	fields      []givenField
}

// givenField gets a text, or the value of the first of keys that has one.
type givenField struct {
	mean  meaning
	text  string
	slots []int
}

// MappingError says what is wrong with a mapping file, where, and what to do.
type MappingError struct {
	File   string
	Line   int // 0: the whole file
	Reason string
	Remedy string
}

// Error returns "acme.yaml:12: no meaning "srcip2": …".
func (e *MappingError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if e.Remedy == "" {
		return where + ": " + e.Reason
	}
	return where + ": " + e.Reason + ": " + e.Remedy
}

// Limits of mapping files.
const (
	maxMappingFile  = 256 << 10
	maxMappings     = 512
	maxMappedRules  = 512
	maxMappedCases  = 4096
	maxPatternText  = 2048
	maxMappedRegexp = 32 // a mapping
)

// LoadMappings reads all files *.yaml and *.yml of a folder as mappings, in order
// of name; folders in it are not looked into. The error joins one [MappingError]
// for every fault of every file.
func LoadMappings(folder fs.FS) ([]*Parser, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("mappings: %w", err)
	}
	var out []*Parser
	var errs []error
	from := map[string]string{}
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if e.IsDir() || ext != ".yaml" && ext != ".yml" || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if len(from) == maxMappings {
			return nil, &MappingError{File: e.Name(), Reason: fmt.Sprintf("more than %d mappings", maxMappings), Remedy: "remove some"}
		}
		p, err := loadMapping(folder, e.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if other := from[p.Name]; other != "" {
			errs = append(errs, &MappingError{e.Name(), 0, fmt.Sprintf("the name %q is that of %s already", p.Name, other), "names are unique in a folder; choose another"})
			continue
		}
		from[p.Name] = e.Name()
		out = append(out, p)
	}
	return out, errors.Join(errs...)
}

func loadMapping(folder fs.FS, name string) (*Parser, error) {
	if fi, err := fs.Stat(folder, name); err != nil || fi.Size() > maxMappingFile {
		return nil, &MappingError{File: name, Reason: fmt.Sprintf("cannot be read, or is longer than %d KB", maxMappingFile>>10), Remedy: "look at its rights and size"}
	}
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("mappings: %w", err)
	}
	return ParseMapping(name, text)
}

// mergeMappings puts a site's mappings before the brands that are built in. Of two
// with the same name the site's holds.
func mergeMappings(site, builtin []*Parser) []*Parser {
	named := map[string]bool{}
	for _, p := range site {
		named[p.Name] = true
	}
	out := slices.Clone(site)
	for _, p := range slices.Concat(Parsers, builtin) {
		if !named[p.Name] {
			out = append(out, p)
		}
	}
	return out
}

// nearest returns the word of list that s was probably meant to be, "" when none
// is near.
func nearest(s string, list []string) string {
	best, at := "", 3
	for _, w := range list {
		if d := distance(s, w, at); d < at {
			best, at = w, d
		}
	}
	return best
}

// distance is how many letters must change, come or go to make a into b; it gives
// up at limit.
func distance(a, b string, limit int) int {
	if len(a) > 64 || len(b) > 64 || max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := before
			if a[i-1] != b[j-1] {
				change++
			}
			before = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// wordsOf returns the keys of a table in order, for messages.
func wordsOf[K cmp.Ordered, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
