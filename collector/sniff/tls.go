package sniff

import "picket/normalize/ocsf"

type tlsFacts struct{}

func (t *tlsFacts) set(e *ocsf.Event) {}
