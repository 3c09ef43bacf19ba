package normalize

import (
	"testing"

	"picket/collector"
	"picket/normalize/ocsf"
)

// TestPhrases holds what the scanner takes from sentences that no brand owns.
// A dash means that the field must stay empty.
func TestPhrases(t *testing.T) {
	for _, c := range []struct {
		line    string
		class   ocsf.Class
		user    string
		outcome int64
	}{
		{"anna is now logged in", 3002, "anna", 1},
		{"User anna has logged out from 192.0.2.7", 3002, "anna", 1},
		{"Successfully logged in using root, from 192.0.2.7 and GUI", 3002, "root", 1},
		{"Unable to log in for admin from 192.0.2.7 using SSH", 3002, "admin", 2},
		{"User anna failed to log in from 192.0.2.7 via WEB", 3002, "anna", 2},
		{"Browser login: anna - 192.0.2.7(pc7.example.com)", 3002, "anna", 0},
		{"Login anna from 192.0.2.7 : Allowed", 3002, "anna", 1},
		{"Login failure from: 192.0.2.7(pc7.example.com)", 3002, "-", 2},
		{"Client Failure: User Name: unknown Ip Address: 192.0.2.7", 4001, "-", 2},
		{"Login failed for user admin through telnet (192.0.2.7)", 3002, "admin", 2},
		{"System clock wrong by 1.234567 seconds", 0, "-", 2},
		{"unauthorized user attempting to access the page from 192.0.2.7", 4001, "-", 2},
		{"Session started for user with IPv4 address 192.0.2.7", 4001, "-", 0},
		{"password for user anna was changed", 3001, "anna", 0},
		{"new user anna was added by root", 3001, "anna", 0},
		{"user anna was added to the group 'wheel' by root", 3006, "anna", 0},
		{"User 'anna' executed cmd: copy run tftp 192.0.2.9", 6003, "anna", 0},
		{"Possible SYN flood detected from 192.0.2.7", 2004, "-", 0},
		{"virus signatures updated", 5019, "-", 0},
		{"VPN tunnel to site-b established", 4014, "-", 0},
		{"AuthReject for anna from 192.0.2.7", 3002, "anna", 2},
		{"FAILED LOGIN (1) on '/dev/tty1' FOR 'anna'", 3002, "anna", 2},
		{"The audit log was cleared by anna", 1008, "anna", 0},
		{"neighbor 192.0.2.1 down", 0, "-", 0},
		{"anna from 192.0.2.7 deleted /srv/share/plan.xlsx", 4010, "-", 0},
		{"192.0.2.7 anna GET http://www.example.com/a 200", 4002, "-", 0},
		{"query for www.example.com type AAAA from 192.0.2.7", 4003, "-", 0},
		{"SQL injection attack blocked from 192.0.2.7", 2004, "-", 0},
	} {
		var e ocsf.Event
		New(Options{Generic: true}).Normalize(&collector.Record{Raw: c.line, Received: received}, &e)
		user := e.Text(ocsf.UserName)
		if user == "" {
			user = "-"
		}
		if e.Class != c.class || user != c.user || e.Num(ocsf.StatusID) != c.outcome {
			t.Errorf("%s\n got class %d user %s outcome %d, want %d %s %d", c.line, e.Class, user, e.Num(ocsf.StatusID), c.class, c.user, c.outcome)
		}
	}
}
