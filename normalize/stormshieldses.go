package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// stormshieldSES reads Stormshield Endpoint Security Evolution's agent: JSON with
// TypeComputedMap for the kind and SpecificData for the rest.
var stormshieldSES = &Parser{
	Name: "stormshieldses", Vendor: "Stormshield", Product: "Endpoint Security",
	Keys:  "TypeComputedMap ServerReserved AttributesComputedBitMap",
	Parse: parseStormshieldSES,
}

var stormshieldSESKeys = NewKeys(`
metadata.event_code     TypeComputedMap
@time                   Timestamp
metadata.original_event_uid EventGuid
@process                SpecificData.CreatedProcess.ProcessImageName SpecificData.SourceProcess.ProcessImageName SpecificData.TargetProcess.ProcessImageName
@command                SpecificData.CreatedProcess.ProcessCommandLine SpecificData.SourceProcess.ProcessCommandLine
process.pid             SpecificData.CreatedProcess.PID SpecificData.SourceProcess.PID
process.uid             SpecificData.CreatedProcess.ProcessGuid SpecificData.SourceProcess.ProcessGuid
@user                   SpecificData.CreatedProcess.UserNameLookup SpecificData.SourceProcess.UserNameLookup SpecificData.UserNameLookup
user.domain             SpecificData.CreatedProcess.UserDomainLookup SpecificData.SourceProcess.UserDomainLookup SpecificData.UserDomainLookup
user.uid                SpecificData.CreatedProcess.User SpecificData.SourceProcess.User SpecificData.User
@process.hash           SpecificData.CreatedProcess.HashMd5 SpecificData.CreatedProcess.HashSha1 SpecificData.CreatedProcess.HashSha256
@src                    SpecificData.LocalAddress
@src.port               SpecificData.LocalPort
@dst                    SpecificData.RemoteAddress
@dst.port               SpecificData.RemotePort
firewall_rule.uid       SpecificData.Action.RuleGuid
policy.uid              SpecificData.Action.PolicyGuid
file_result.path        SpecificData.Details.SourcePath
@device.host            ComputerName HostName
@keep                   Type Severity Attributes Version SpecificData.Path SpecificData.Operation SpecificData.SourceProcess.HashMd5 SpecificData.SourceProcess.HashSha1 SpecificData.SourceProcess.HashSha256
@keep                   SpecificData.Protocol SpecificData.ErrorCode SpecificData.Action.Blocked
`)

func parseStormshieldSES(l *Line) bool {
	kind := l.Get("TypeComputedMap")
	if kind == "" || l.Form != JSON {
		return false
	}
	l.Apply(stormshieldSESKeys)
	e := l.E
	path := l.Get("SpecificData.Path")
	if p := l.Get("SpecificData.FilePath"); path == "" {
		path = p
	}
	class, _ := sesClass(kind)
	created := l.Get("SpecificData.CreatedProcess.ProcessImageName") != "" && class != ocsf.DetectionFinding // of which the source is the culprit
	if class == ocsf.DetectionFinding {
		l.sesCulprit()
	}
	if p := l.Get("SpecificData.SourceProcess.ProcessImageName"); created { // the source is the parent
		l.put(ocsf.ParentPath, ocsf.Text(p), brandWeight)
		l.put(ocsf.ParentCmd, ocsf.Text(l.Get("SpecificData.SourceProcess.ProcessCommandLine")), brandWeight)
		for _, f := range [...]ocsf.Field{ocsf.ProcessName, ocsf.ProcessPath, ocsf.ProcessFilePath, ocsf.ProcessCmd, ocsf.ProcessPID, ocsf.UserUID} {
			l.facts.weight[f] = 0 // the created one is what the event is about
		}
		l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, l.Get("SpecificData.CreatedProcess.ProcessImageName"))
		l.put(ocsf.ProcessCmd, ocsf.Text(l.Get("SpecificData.CreatedProcess.ProcessCommandLine")), brandWeight)
		l.Set(ocsf.ProcessPID, l.Get("SpecificData.CreatedProcess.PID"))
		l.Set(ocsf.UserUID, l.Get("SpecificData.CreatedProcess.User"))
		l.facts.userWeight[0] = 0
		l.applyUser(meaning{read: readUser, weight: brandWeight}, l.Get("SpecificData.CreatedProcess.UserNameLookup"))
	}
	for _, k := range [...]string{"SpecificData.SourceProcess.HashMd5", "SpecificData.SourceProcess.HashSha1", "SpecificData.SourceProcess.HashSha256"} {
		if v := l.Get(k); hashHex(v) && !created {
			e.AddHash(ocsf.ProcessHashes, v)
		}
	}
	e.Class, e.Activity = sesClass(kind)
	if p := l.Get("SpecificData.TargetResourcePath"); strings.HasSuffix(kind, "KillProcess") {
		l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, p)
		l.Set(ocsf.ProcessPID, l.Get("SpecificData.ProcessPID"))
		path = ""
	}
	if e.Class == ocsf.PeripheralActivity {
		l.sesPeripheral()
	}
	if e.Class == ocsf.AppLifecycle {
		l.put(ocsf.AppApplication, ocsf.Text("Endpoint Security agent"), brandWeight)
	}
	switch e.Class {
	case ocsf.RegistryKey, ocsf.RegistryValue:
		l.put(ocsf.RegKeyPath, ocsf.Text(path), brandWeight)
		if e.Class == ocsf.RegistryValue {
			l.put(ocsf.RegValuePath, ocsf.Text(path), brandWeight)
			l.put(ocsf.RegValueName, ocsf.Text(l.Get("SpecificData.ValueName")), brandWeight)
		}
	default:
		l.applyFile(path, brandWeight)
	}
	if e.Class == ocsf.DetectionFinding {
		l.put(ocsf.FindingTitle, ocsf.Text(kind), brandWeight)
	}
	switch l.Get("SpecificData.Action.Blocked") {
	case "true":
		l.setAction(ocsf.Denied, dispBlocked, brandWeight)
	case "false":
		l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
	}
	if n := l.Get("Severity"); len(n) == 1 && n[0] <= '7' && n[0] >= '0' { // syslog's numbers
		e.Severity, l.facts.severityWeight = syslogSeverity[n[0]-'0'], brandWeight
	}
	return true
}

// sesCulprit makes the process that did it the one the finding is about, whatever
// it created or disguised.
func (l *Line) sesCulprit() {
	p := "SpecificData.SourceProcess."
	name := l.Get(p + "ProcessImageName")
	if name == "" {
		return
	}
	for _, f := range [...]ocsf.Field{ocsf.ProcessName, ocsf.ProcessPath, ocsf.ProcessFilePath, ocsf.ProcessCmd, ocsf.ProcessPID, ocsf.ProcessUID} {
		l.facts.weight[f] = 0
	}
	l.E.Delete(ocsf.ProcessHashes)
	l.applyProcess(meaning{read: readProcess, side: procSide, weight: brandWeight}, name)
	l.put(ocsf.ProcessCmd, ocsf.Text(l.Get(p+"ProcessCommandLine")), brandWeight)
	l.Set(ocsf.ProcessPID, l.Get(p+"PID"))
	l.Set(ocsf.ProcessUID, l.Get(p+"ProcessGuid"))
}

// sesPeripheral reads the device that was plugged in or spoken to.
func (l *Line) sesPeripheral() {
	usb := "SpecificData.UsbDeviceInfo."
	l.put(ocsf.PeripheralName, ocsf.Text(firstOfTexts(l.Get(usb+"ProductName"), l.Get("SpecificData.ConnectedDeviceInfo.DeviceName"))), brandWeight)
	l.put(ocsf.PeripheralVendor, ocsf.Text(l.Get(usb+"VendorName")), brandWeight)
	l.put(ocsf.PeripheralSerial, ocsf.Text(l.Get(usb+"SerialNumber")), brandWeight)
	l.put(ocsf.PeripheralClass, ocsf.Text("USB"), weakWeight)
	if l.Get("SpecificData.ConnectedDeviceInfo.DeviceName") != "" {
		l.E.Set(ocsf.PeripheralClass, ocsf.Text("Bluetooth"))
	}
}

// sesClass is the class of a kind of event by the words in its name.
func sesClass(kind string) (ocsf.Class, uint8) {
	activity := func(of ...string) uint8 {
		for i := 0; i+1 < len(of); i += 2 {
			if strings.Contains(kind, of[i]) {
				return of[i+1][0] - '0'
			}
		}
		return ocsf.Other
	}
	switch {
	case strings.HasPrefix(kind, "RegistryKey"):
		return ocsf.RegistryKey, activity("Create", "1", "Read", "2", "Write", "3", "Delete", "4", "Rename", "5")
	case strings.HasPrefix(kind, "RegistryValue"):
		return ocsf.RegistryValue, activity("Read", "1", "Write", "2", "Delete", "4")
	case strings.HasPrefix(kind, "File"), strings.HasPrefix(kind, "RawVolume"), strings.HasPrefix(kind, "AgentRemediationRemoveFile"), strings.HasPrefix(kind, "AgentRemediationExtract"):
		return ocsf.FileActivity, activity("Create", "1", "Read", "2", "Write", "3", "Delete", "4", "Remove", "4", "Rename", "5", "Execute", "2")
	case kind == "ProcessExecution":
		return ocsf.ProcessActivity, 1
	case kind == "ProcessExit", strings.HasSuffix(kind, "KillProcess"):
		return ocsf.ProcessActivity, 2
	case kind == "ProcessAccess", kind == "LrpcAccess":
		return ocsf.ProcessActivity, 3
	case strings.HasPrefix(kind, "NetworkAccess"), strings.HasPrefix(kind, "Firewall"):
		return ocsf.NetworkActivity, activity("Connect", "1", "Accept", "1", "Bind", "7", "Listen", "7")
	case strings.HasPrefix(kind, "AgentOperation"), strings.HasSuffix(kind, "Hollowing"), strings.HasSuffix(kind, "Guard"), strings.HasSuffix(kind, "Spoofing"), kind == "HeapSpray",
		strings.HasPrefix(kind, "SetWindowsHook"), strings.Contains(kind, "PrivilegeEscalation"), strings.Contains(kind, "Malicious"), kind == "DriverLoading", kind == "Keylogging", kind == "StackPivot", kind == "AgentRemediationExecutePowershellScript":
		return ocsf.DetectionFinding, 1
	case strings.Contains(kind, "UninstallAgent"), strings.HasPrefix(kind, "AgentUninstall"):
		return ocsf.AppLifecycle, 2
	case strings.Contains(kind, "InstallAgent"), strings.HasPrefix(kind, "AgentInstall"):
		return ocsf.AppLifecycle, 1
	case strings.Contains(kind, "UpdateAgent"), strings.HasPrefix(kind, "AgentUpdate"), strings.HasPrefix(kind, "AgentPatch"):
		return ocsf.AppLifecycle, 8
	case kind == "AgentStart", kind == "StartAgent":
		return ocsf.AppLifecycle, 3
	case kind == "AgentStop", kind == "StopAgent":
		return ocsf.AppLifecycle, 4
	case strings.HasPrefix(kind, "NewConfiguration"):
		return ocsf.ConfigChange, ocsf.Other
	case strings.HasPrefix(kind, "Usb"), strings.HasPrefix(kind, "Bluetooth"):
		return ocsf.PeripheralActivity, 1
	}
	return ocsf.BaseEvent, ocsf.Other
}
