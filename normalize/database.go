package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// This file is what the logs of all databases have in common: statements, and the
// server that starts and stops.

// databaseQuery makes the line a statement that a database was given.
func (l *Line) databaseQuery(statement, database string) {
	if statement != "" {
		l.put(ocsf.DatabaseQuery, ocsf.Text(statement), brandWeight)
	}
	l.putText(ocsf.DatabaseName, firstOfTexts(database, "unknown"), weakWeight)
	l.put(ocsf.DatabaseTypeID, ocsf.Int(1), weakWeight) // relational
	l.E.Class, l.E.Activity = ocsf.DatastoreActivity, databaseActivity(firstWord(statement))
}

// databaseActivity is the activity of Datastore Activity by a statement's verb.
func databaseActivity(verb string) uint8 {
	switch strings.ToUpper(verb) {
	case "SELECT", "SHOW", "READ", "FETCH":
		return 1
	case "UPDATE", "ALTER", "GRANT", "REVOKE", "RENAME", "SET":
		return 2
	case "INSERT", "REPLACE", "LOAD", "COPY", "WRITE", "MERGE":
		return 5
	case "CREATE":
		return 6
	case "DELETE", "DROP", "TRUNCATE":
		return 7
	}
	return 4
}

// databaseService makes the line the start or stop of the server.
func (l *Line) databaseService(name string, stop bool) {
	l.put(ocsf.AppApplication, ocsf.Text(name), brandWeight)
	l.E.Class, l.E.Activity = ocsf.AppLifecycle, 3
	if stop {
		l.E.Activity = 4
	}
}
