// Package configs holds what Picket brings along: its configuration, its own
// signatures and correlations, and the table that leads from Sigma's names to
// OCSF.
package configs

import "embed"

// FS holds the embedded files.
//
//go:embed signatures taxonomy.yaml
var FS embed.FS
