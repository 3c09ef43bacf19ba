package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ibmI reads IBM i (AS/400) as agents send it in CEF: the history log QHST with a
// message id as name, the audit journal QAUDJRN with T- and the entry's type, file
// and database monitors (IBM i, Security reference, Layout of audit journal entries).
var ibmI = &Parser{
	Name: "ibmi", Vendor: "IBM", Product: "IBM i",
	Devices: "ibm",
	Parse:   parseIBMi,
}

var ibmIKeys = NewKeys(`
@user          suser
@device.host   shost
@process       sproc
@src           src
@src.port      spt
@file          filePath fname
@message       msg
status_detail  reason
@command       cmd
@keep          act fileType cat entryTypeField evtAggregation pgmName updatedColumnNames rowDataBefore rowDataAfter changedData objName
`)

func parseIBMi(l *Line) bool {
	if l.Form != CEF || l.Device.Product != "IBM i" {
		return false
	}
	l.Apply(ibmIKeys)
	l.put(ocsf.ProductVersion, ocsf.Text(l.Device.Version), brandWeight)
	l.put(ocsf.LogName, ocsf.Text(l.Device.ID), brandWeight)
	e, log, name, msg := l.E, l.Device.ID, l.Device.Name, l.Get("msg")
	code := name
	if strings.IndexByte(code, ' ') > 0 {
		code = log
	}
	l.put(ocsf.EventCode, ocsf.Text(code), brandWeight)
	l.applySeverity(l.Device.Severity, brandWeight)
	switch {
	case log == "QSYS-QHST":
		l.scanText(msg)
		switch {
		case name == "CPF1124", name == "CPF1164": // a job started, ended
			e.Class, e.Activity = ocsf.ProcessActivity, 1
			if name == "CPF1164" {
				e.Activity = 2
			}
		case strings.HasPrefix(name, "CPF22"), name == "CPIAD0B", name == "CPI3E34", name == "CPIAD09", name == "CPF1393": // sign-on, connections of servers
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			if strings.HasPrefix(name, "CPF22") || name == "CPF1393" {
				l.setOutcome(ocsf.Failure, brandWeight)
			} else {
				l.setOutcome(ocsf.Success, weakWeight)
			}
		}
	case log == "QSYS-QAUDJRN":
		switch strings.TrimPrefix(name, "T-") {
		case "PW", "VP": // password or user not valid
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
			l.setOutcome(ocsf.Failure, brandWeight)
		case "JS", "PS":
			e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		case "AF": // authority failure
			l.setAction(ocsf.Denied, dispUnauthorized, brandWeight)
			l.setOutcome(ocsf.Failure, brandWeight)
		case "CP": // user profile
			e.Class, e.Activity = ocsf.AccountChange, ocsf.Other
		case "CD": // command
			e.Class, e.Activity = ocsf.ProcessActivity, 1
			if i := strings.LastIndex(msg, " - "); i > 0 {
				l.put(ocsf.ProcessCmd, ocsf.Text(msg[i+3:]), brandWeight)
			}
		case "CO":
			e.Class, e.Activity = ocsf.FileActivity, 1
		case "DO":
			e.Class, e.Activity = ocsf.FileActivity, 4
		case "SV": // system value
			e.Class, e.Activity = ocsf.ConfigChange, ocsf.Other
		}
	case strings.HasPrefix(log, "DB2"):
		e.Class, e.Activity = ocsf.DatastoreActivity, ocsf.Other
		l.Set(ocsf.SrcHostname, l.Get("shost")) // the job runs on the machine itself
		library, _, _ := strings.Cut(l.Get("fname"), "/")
		l.Set(ocsf.DatabaseName, library)
		switch l.Get("act") {
		case "READ", "SELECT":
			e.Activity = 1
		case "UPDATE":
			e.Activity = 2
		case "INSERT", "WRITE":
			e.Activity = 5
		case "DELETE":
			e.Activity = 7
		}
	case strings.HasPrefix(log, "IFS"):
		e.Class, e.Activity = ocsf.FileActivity, ocsf.Other
		if strings.Contains(l.Get("act"), "Write") {
			e.Activity = 3
		}
	}
	return true
}
