// Package configs holds what Picket brings along: its configuration with every
// default, its own signatures and correlations, the table that leads from
// Sigma's names to OCSF, and the demo's story.
package configs

import "embed"

// FS holds the embedded files.
//
//go:embed picket.yaml run.yaml signatures taxonomy.yaml demo mappings
var FS embed.FS
