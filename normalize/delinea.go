package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// delinea reads the audit events of the Delinea Platform (Secret Server, Privileged
// Remote Access, Identity): JSON with source, actor, target and eventType, and the
// flat form of exports with "Event type" (Delinea Platform, Audit events).
var delinea = &Parser{
	Name: "delinea", Vendor: "Delinea",
	Keys:    "eventMessageId eventDateTime Service engine_id",
	Devices: "thycotic_software delinea delinea_software",
	Parse:   parseDelinea,
}

var delineaKeys = NewKeys(`
@time                      eventDateTime
@message                   displayMessage
@user                      actor.name notes.byUser
user.uid                   actor.id
user.full_name             actor.displayName notes.byUserDisplayName
user.email_addr            actor.email
user_result.name           notes.delegatedUserName
session.uid                sessionId
@src                       source.host.network.ipAddress notes.ipAddress additionalAttributes.ClientIPAddress source.host.network.address
@src.port                  source.host.network.port
@src.mac                   source.host.network.macAddress
src_endpoint.domain        source.host.network.domain
@src.host                  source.host.machineName source.name
@dst                       target.host.network.ipAddress target.host.network.address
@dst.port                  target.host.network.port
@dst.mac                   target.host.network.macAddress
dst_endpoint.hostname      target.host.machineName
dst_endpoint.name          target.containerName notes.containerName
http_request.user_agent    source.host.client.userAgent
metadata.product.name      service.type notes.product
metadata.product.version   service.version
metadata.event_code        eventType.id eventType.internalName
metadata.uid               eventMessageId
metadata.tenant_uid        tenantId
api.operation              eventType.name
@device.host               notes.machineName
@keep                      source.host.network.addressType target.host.network.addressType eventType.level notes.eventActionId notes.eventLevel
@keep                      notes.eventTime notes.eventQueueId notes.userId notes.targetUserName notes.machineTimeZone processedTime
@keep                      actor.delegatedUserId actor.delegatedUserName additionalAttributes.Level additionalAttributes.Started level
@keep                      target.displayName target.name target.id source.id notes.delegatedUserId notes.targetUserId notes.eventDataObject
@keep                      source.host.network.name target.host.network.name source.displayName source.host.network.geo.timeZone
`)

func parseDelinea(l *Line) bool {
	if l.Device.Vendor != "" { // Secret Server's CEF says all with CEF's own keys
		l.Apply(nil)
		l.device()
		l.texts()
		return true
	}
	if l.Form == JSON && l.Get("engine_id") != "" && l.Get("msg") != "" && l.Get("level") != "" {
		return l.delineaEngine()
	}
	event := l.Get("eventType.name")
	flat := l.Get("Event type")
	if l.Form != JSON || !strings.HasPrefix(event, "Delinea.") && !strings.HasPrefix(flat, "Delinea.") {
		return false
	}
	e := l.E
	if flat != "" {
		event = flat
		l.put(ocsf.EventCode, ocsf.Text(flat), brandWeight)
		l.put(ocsf.ProductName, ocsf.Text(l.Get("Service")), brandWeight)
		l.put(ocsf.Message, ocsf.Text(l.Get("Action")), brandWeight)
		l.applyUser(meaning{read: readUser, weight: brandWeight}, l.Get("Initiated by"))
		l.put(ocsf.DstName, ocsf.Text(l.Get("Target")), brandWeight)
		l.applyTime(l.Get("Date"), brandWeight)
		for i := range l.KV {
			l.keepKey(l.lookup(l.KV[i].Key).name, l.KV[i].Val)
		}
	} else {
		l.Apply(delineaKeys)
	}
	switch {
	case strings.Contains(event, "Login"), strings.Contains(event, "AuthSession"), strings.Contains(event, "Logout"):
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		switch {
		case strings.Contains(event, "Logout"), strings.Contains(event, "SessionEnd"):
			e.Activity = ocsf.Logoff
		case strings.Contains(event, "Fail"), strings.Contains(event, "Denied"):
			l.setOutcome(ocsf.Failure, brandWeight)
		}
	case strings.HasSuffix(event, ".Launched") && strings.Contains(firstOfTexts(l.Get("Action"), l.Get("displayMessage")), " using "):
		l.delineaLaunch(firstOfTexts(l.Get("Action"), l.Get("displayMessage")))
	case strings.Contains(event, ".User."):
		e.Class, e.Activity = ocsf.AccountChange, ocsf.Other
	default:
		e.Class, e.Activity = ocsf.APIActivity, delineaActivity(event)
		l.put(ocsf.APIOperation, ocsf.Text(event), brandWeight)
	}
	return true
}

// delineaActivity is the activity of API Activity by the event's last word.
func delineaActivity(event string) uint8 {
	switch event[strings.LastIndexByte(event, '.')+1:] {
	case "Created", "Added":
		return 1
	case "Viewed", "Launched", "Copied", "Retrieved":
		return 2
	case "Updated", "Changed", "Edited":
		return 3
	case "Deleted", "Removed":
		return 4
	}
	return ocsf.Other
}

// delineaLaunch reads a remote session that was opened, "Launched by user bob from
// secret S as root to web1:22 at SITE using ssh."
func (l *Line) delineaLaunch(s string) {
	e := l.E
	e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
	if i := strings.LastIndex(s, " to "); i > 0 {
		to := firstWord(s[i+4:])
		l.facts.weight[ocsf.DstName] = 0
		l.applyHost(meaning{read: readHost, side: dstSide, weight: brandWeight}, to)
		if j := strings.LastIndex(s[:i], " as "); j > 0 {
			l.keepKey("account", s[j+4:i])
		}
	}
	switch proto := strings.ToLower(strings.TrimRight(after(s, " using "), ". ")); proto {
	case "ssh":
		e.Class = ocsf.SSHActivity
	case "rdp":
		e.Class, e.Activity = ocsf.RDPActivity, 1
	default:
		l.putText(ocsf.AppProtocol, proto, brandWeight)
	}
}

// delineaEngine reads the log of an engine, which connects a site to the platform.
func (l *Line) delineaEngine() bool {
	l.Apply(nil)
	e := l.E
	l.put(ocsf.ProductName, ocsf.Text("Platform Engine"), brandWeight)
	l.put(ocsf.SrcUID, ocsf.Text(l.Get("engine_id")), brandWeight)
	l.applyURL(l.Get("tenant_url"), brandWeight)
	l.put(ocsf.DstHostname, ocsf.Text(e.Text(ocsf.URLHostname)), brandWeight)
	l.putText(ocsf.DstHostname, l.Get("host"), brandWeight)
	if v := l.Get("http_status"); digits(v) == 3 {
		l.Set(ocsf.HTTPCode, v[:3])
	}
	e.Class, e.Activity = ocsf.NetworkActivity, ocsf.Other
	if v := l.Get("error"); v != "" && v != "null" {
		l.put(ocsf.StatusDetail, ocsf.Text(v), brandWeight)
		l.setOutcome(ocsf.Failure, brandWeight)
		e.Activity = ocsf.NetFail
	}
	if e.Has(ocsf.HTTPCode) || e.Has(ocsf.URLHostname) {
		e.Class, e.Activity = ocsf.HTTPActivity, ocsf.Other
	}
	return true
}
