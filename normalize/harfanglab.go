package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// harfangLab reads the EDR's JSON: telemetry of processes, connections, names,
// libraries, files and the registry, alerts, and events of Windows as its agent
// read them, which are left to windows and get the agent's name and time only
// (HarfangLab EDR, Log forwarding).
var harfangLab = &Parser{
	Name: "harfanglab", Vendor: "HarfangLab", Product: "HarfangLab EDR",
	Keys:  "@event_create_date process_unique_id agent.agentid log_slug alert_unique_id log_name event_data.SubjectUserSid",
	Parse: parseHarfangLab,
}

var harfangLabKeys = NewKeys(`
@time                     @event_create_date detection_date alert_time log_creation_date
@device.host              agent.hostname
device.uid                agent.agentid agent_id
device.os.name            agent.osproducttype
device.os.version         agent.osversion
device.domain             agent.domainname agent.dnsdomainname
@process                  process.image_name image_name process_image_path process_imagename imagepath
@command                  process.commandline commandline process_commandline
process.pid               process.pid pid
process.uid               process.process_unique_id process_unique_id
process.working_directory process.current_directory current_directory
process.integrity         process.integrity_level integrity_level
@parent                   process.parent_image parent_image
@parent.command           process.parent_commandline parent_commandline
process.parent_process.pid process.ppid ppid
process.parent_process.uid process.parent_unique_id parent_unique_id
@user                     process.username username user_name target_username
user.uid                  process.usersid usersid user_sid
finding_info.uid          alert_unique_id
finding_info.title        rule_name
finding_info.desc         msg
finding_info.analytic.uid rule_id
metadata.event_code       event_id
query.hostname            requested_name
query.type                query_type
@src                      saddr source_address ip_address address
@src.port                 sport port
@dst                      daddr
@dst.port                 dport
@proto                    transport_protocol
connection_info.direction direction
@file                     event_path detection.file_path details_file.target_filename written_file_path
@hash                     written_file_hashes.md5 written_file_hashes.sha1 written_file_hashes.sha256
@hash                     detection.file_hashes.md5 detection.file_hashes.sha1 detection.file_hashes.sha256
file.size                 written_file_size
@url                      source_url url
reg_value.path            target_object details_registry.target_object
reg_value.data            details details_registry.details
script.script_content.value details_powershell.PowershellCommand
@outcome                  success
api.operation             action_title
http_request.http_method  request_method
url.path                  request_path
@status                   response_status_code
@severity                 level
@keep                     id auth_type hashes.md5 hashes.sha1 hashes.sha256
@keep                     @timestamp ingestion_date utc_time log_type type operation event_type status method host password path rule_content
@keep                     alert_type alert_subtype library_path groups object_type
@keep                     process.ancestors process.grandparent_image process.grandparent_commandline referrer_url
@keep                     agent.ipaddress agent.dnsdomain agent.version event.original eventlog.sigma_rule_content eventlog.level process.status
`)

func parseHarfangLab(l *Line) bool {
	kind := l.Get("log_type")
	stamp, agent := l.Get("@event_create_date"), l.Get("agent.agentid")
	if l.Form != JSON || stamp == "" && agent == "" && l.Get("log_slug") == "" || kind == "" && agent == "" && l.Get("alert_type") == "" {
		return false
	}
	if kind == "eventlog" {
		return l.harfangLabWindows(stamp)
	}
	l.Apply(harfangLabKeys)
	e := l.E
	l.Set(ocsf.LogName, kind)
	get := func(a, b string) string {
		if v := l.Get(a); v != "" {
			return v
		}
		return l.Get(b)
	}
	image := get("process_image_path", "image_name")
	switch operation := l.Get("operation"); {
	case kind == "alert", l.Get("alert_type") != "", kind == "threat":
		e.Class, e.Activity = ocsf.DetectionFinding, 1
		if s := l.Get("status"); s == "closed" || s == "false_positive" {
			e.Activity = 3
		}
	case kind == "auditlog", l.Get("log_slug") != "":
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(l.Get("request_method"))
	case kind == "authentication":
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
		if t := l.Get("auth_type"); strings.Contains(t, "close") || strings.Contains(t, "logoff") {
			e.Activity = ocsf.Logoff
		}
	case l.Get("requested_name") != "":
		e.Class, e.Activity = ocsf.DNSActivity, ocsf.DNSQuery
		l.Set(ocsf.SrcHostname, l.Get("agent.hostname"))
	case l.Get("url") != "" && l.Get("method") != "":
		l.put(ocsf.HTTPMethod, ocsf.Text(l.Get("method")), brandWeight)
		l.Set(ocsf.SrcHostname, l.Get("agent.hostname"))
		l.Set(ocsf.DstHostname, l.Get("host"))
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(l.Get("method"))
	case l.Get("daddr") != "" || l.Get("transport_protocol") != "":
		e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetOpen
		if l.Get("daddr") == "" {
			e.Activity = 7 // listens
		}
	case get("library_path", "imagepath") != "" && l.Get("commandline") == "":
		path := get("library_path", "imagepath")
		e.Class, e.Activity = ocsf.ModuleActivity, 1
		l.put(ocsf.ModulePath, ocsf.Text(path), brandWeight)
		l.put(ocsf.ModuleName, ocsf.Text(path[strings.LastIndexAny(path, `/\`)+1:]), brandWeight)
		for _, k := range [...]string{"hashes.md5", "hashes.sha1", "hashes.sha256"} {
			if h := l.Get(k); hashHex(h) {
				e.AddHash(ocsf.ModuleHashes, h)
			}
		}
		l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight + 1}, image)
	case l.Get("target_object") != "":
		e.Class, e.Activity = ocsf.RegistryValue, ocsf.Other
		switch t := l.Get("event_type"); {
		case t == "SetValue":
			e.Activity = 2
		case strings.Contains(t, "Delete"):
			e.Activity = 4
		}
		if o := l.Get("target_object"); strings.IndexByte(o, '\\') > 0 {
			l.put(ocsf.RegValueName, ocsf.Text(o[strings.LastIndexByte(o, '\\')+1:]), brandWeight)
		}
	case l.Get("event_path") != "":
		e.Class, e.Activity = ocsf.FileActivity, harfangLabFile(operation)
	case kind == "process", l.Get("commandline") != "":
		e.Class, e.Activity = ocsf.ProcessActivity, 1
		for _, k := range [...]string{"hashes.md5", "hashes.sha1", "hashes.sha256"} {
			if h := l.Get(k); hashHex(h) {
				e.AddHash(ocsf.ProcessHashes, h)
			}
		}
	}
	return true
}

// harfangLabWindows reads an event of Windows that the agent has read.
func (l *Line) harfangLabWindows(stamp string) bool {
	if !parseWindows(l) {
		return false
	}
	l.E.Parser = windows.Name
	l.product(windows.Vendor, windows.Product)
	l.applyTime(stamp, brandWeight+1)
	if host := l.Get("agent.hostname"); host != "" && host != l.Get("computer_name") {
		l.logger(host)
	}
	return true
}

// harfangLabFile is the activity of a file by the agent's word for it.
func harfangLabFile(operation string) uint8 {
	switch operation {
	case "create", "download":
		return 1
	case "read", "open":
		return 2
	case "write", "update", "modify":
		return 3
	case "delete", "remove":
		return 4
	case "rename":
		return 5
	}
	return ocsf.Other
}
