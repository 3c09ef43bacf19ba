// Picket is a drop-in security appliance for a branch office: it collects what
// the devices there say and what crosses the wire, understands it as OCSF
// events, finds attacks in it and tells each one as one incident.
package main

import (
	"os"

	"picket/appliance/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
