package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// ciscoESA reads the Secure Email Gateway's consolidated event log, in CEF
// (Cisco, AsyncOS for Email, Logging: Consolidated Event Logs).
var ciscoESA = &Parser{
	Name: "ciscoesa", Vendor: "Cisco", Product: "Secure Email Gateway",
	Devices: "cisco ironport",
	Keys:    "ESAMID ESAICID",
	Parse:   parseCiscoESA,
}

var ciscoESAKeys = NewKeys(`
@mail.from             suser
@mail.to               duser
email.subject          msg
@src                   src sourceAddress
@src.host              shost sourceHostName
@device                dvc deviceAddress
@device.host           dvchost
smtp_hello             ESAHeloDomain ESAHeloIP
email.message_uid      ExternalMsgID
email.uid              ESAMID
connection_info.uid    ESAICID
device.uid             deviceExternalId
end_time               endTime_
start_time             startTime_
@time                  endTime startTime
firewall_rule.name     MailPolicy ESAMailPolicy ESAMFPolicy ESAMailFlowPolicy MFPolicy SenderGroup
@action                act ESAFinalActionDetails
src_endpoint.location.country SenderCountry
connection_info.direction deviceDirection
tls.version            ESATLSInProtocol
tls.cipher             ESATLSInCipher
@drop                  deviceInboundInterface_
`)

func parseCiscoESA(l *Line) bool {
	if l.Get("ESAMID") == "" && l.Get("ESAICID") == "" && !strings.Contains(l.Device.Product, "Email") {
		return false
	}
	l.Apply(ciscoESAKeys)
	e := l.E
	if s := strings.Trim(l.Get("msg"), "' "); s != "" {
		e.Set(ocsf.EmailSubject, ocsf.Text(s))
	}
	if id := strings.Trim(e.Text(ocsf.EmailMessageID), "'<> "); id != "" {
		e.Set(ocsf.EmailMessageID, ocsf.Text(id))
	}
	l.device()
	if v := l.Get("deviceDirection"); v == "0" {
		e.SetInt(ocsf.EmailDirection, 1)
	} else if v == "1" {
		e.SetInt(ocsf.EmailDirection, 2)
	}
	e.Delete(ocsf.Direction)
	if a := l.Get("act"); a != "" {
		switch strings.ToUpper(a) {
		case "DQ", "QUARANTINED":
			l.facts.actionWeight = 0
			l.setAction(ocsf.Denied, dispQuarantined, brandWeight)
		case "DELIVERED":
			l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
		case "DROPPED", "BOUNCED", "ABORTED":
			l.facts.actionWeight = 0
			l.setAction(ocsf.Denied, dispDropped, brandWeight)
		}
	}
	e.Class, e.Activity = ocsf.EmailActivity, 3
	return true
}
