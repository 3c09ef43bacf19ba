package appliance

import (
	"fmt"
	"io/fs"
	"os"
	"sync"

	"picket/configs"
	"picket/normalize"
)

// builtinMappings are the brands that come as files, read once.
var builtinMappings = sync.OnceValues(func() ([]*normalize.Parser, error) {
	folder, err := fs.Sub(configs.FS, "mappings")
	if err != nil {
		return nil, err
	}
	return normalize.LoadMappings(folder)
})

// WithMappings adds the brands that come in files to what a normalizer knows: the
// built-in ones, and those of a site's folder ("" for none). An error tells every
// fault of every file.
func WithMappings(o normalize.Options, folder string) (normalize.Options, error) {
	var err error
	if o.Builtin, err = builtinMappings(); err != nil {
		return o, fmt.Errorf("built-in mappings: %w", err)
	}
	o.Mappings, err = LoadMappings(folder)
	return o, err
}

// LoadMappings reads a site's folder of mappings; "" has none.
func LoadMappings(folder string) ([]*normalize.Parser, error) {
	if folder == "" {
		return nil, nil
	}
	st, err := os.Stat(folder)
	if err != nil {
		return nil, fmt.Errorf("mappings: %w", err)
	}
	if !st.IsDir() {
		return nil, fmt.Errorf("mappings: %s is no folder", folder)
	}
	return normalize.LoadMappings(os.DirFS(folder))
}
