package ocsf

type layout struct{}
