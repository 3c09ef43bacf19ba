package normalize

import (
	"strconv"
	"strings"

	"picket/normalize/ocsf"
)

// windowsEvent is what an event of Windows is by its number.
type windowsEvent struct {
	class    ocsf.Class
	activity uint8
	outcome  int8 // 0 when the event's own keywords tell
	severity ocsf.Severity
}

// windowsLog is a group of channels or providers whose numbers are one space.
type windowsLog uint8

const (
	otherLog windowsLog = iota
	securityLog
	systemLog
	sysmonLog
	powershellLog
	defenderLog
	taskLog
	terminalLog
	connectionLog
	applicationLog
	firewallLog
	applockerLog
	wmiLog
	bitsLog
	dnsServerLog
	dnsClientLog
	adfsLog
	smbServerLog
	printLog
)

// windowsLogs tells the log by a part of the channel's or the provider's name.
var windowsLogs = [...]struct {
	part string
	log  windowsLog
}{
	{"AD FS", adfsLog}, {"Sysmon", sysmonLog}, {"Security-Auditing", securityLog}, {"Eventlog", securityLog}, {"PowerShell", powershellLog},
	{"Windows Defender", defenderLog}, {"TaskScheduler", taskLog}, {"LocalSessionManager", terminalLog}, {"RemoteConnectionManager", connectionLog},
	{"Windows Firewall", firewallLog}, {"AppLocker", applockerLog}, {"WMI-Activity", wmiLog}, {"Bits-Client", bitsLog}, {"DNSServer", dnsServerLog},
	{"DNS Server", dnsServerLog}, {"DNS-Server", dnsServerLog}, {"DNS-Client", dnsClientLog}, {"SMBServer", smbServerLog}, {"PrintService", printLog},
	{"Microsoft Antimalware", defenderLog}, {"Antivirus", defenderLog},
}

func windowsLogOf(channel, provider string) windowsLog {
	switch channel {
	case "Security":
		if provider != "" && strings.HasPrefix(provider, "AD FS") {
			return adfsLog
		}
		return securityLog
	case "System":
		return systemLog
	case "Application":
		return applicationLog
	}
	for _, name := range [...]string{channel, provider} {
		for i := range windowsLogs {
			if name != "" && strings.Contains(name, windowsLogs[i].part) {
				return windowsLogs[i].log
			}
		}
	}
	return otherLog
}

// windowsTable holds, a line a kind: log, class, activity, outcome (+ success,
// - failure, . as the event says), severity (. for the event's level), and the
// numbers. Sources: Microsoft, Events to monitor and Advanced security audit
// policy settings; Sysinternals, Sysmon events; the manifests' documentation.
const windowsTable = `
security 1008 1  .  4  1102
security 1008 7  .  3  1100
security 1008 5  .  .  1105
security 1008 99 .  3  1101 1104 1108
security 3002 1  +  .  4624 4648 4778 4801 4803 5378
security 3002 1  -  .  4625 4825
security 3002 2  +  .  4634 4647 4779 4800 4802
security 3002 1  .  .  4776 4774 4775 4777 5632 5633 4626 4649 4820 4821 4822 4823 4824
security 3002 3  .  .  4768 4772
security 3002 4  .  .  4769 4773
security 3002 5  .  .  4770
security 3002 6  -  .  4771
security 3002 1  +  .  6272 6278
security 3002 1  -  .  6273 6274 6275 6276
security 3001 9  +  3  4740 6279
security 3001 12 +  .  4767 6280
security 3003 1  +  .  4672 4964
security 3003 1  .  .  4673 4674 4675 4703
security 3001 1  +  .  4720 4741
security 3001 2  +  .  4722
security 3001 3  .  .  4723
security 3001 4  .  .  4724 4794
security 3001 5  +  .  4725
security 3001 6  +  .  4726 4743
security 3001 99 .  .  4738 4742 4781 4765 4766 4780 4782 4793 5376 5377 5379 5380 5381 5382
security 3005 1  +  .  4704 4717
security 3005 2  +  .  4705 4718
security 3006 3  +  .  4728 4732 4746 4751 4756 4761
security 3006 4  +  .  4729 4733 4747 4752 4757 4762
security 3006 5  +  .  4730 4734 4748 4753 4758 4763
security 3006 6  +  .  4727 4731 4744 4749 4754 4759 4783 4790
security 3006 99 +  .  4735 4737 4745 4750 4755 4760 4764 4784 4785 4786 4787 4788 4789 4791
security 3004 2  .  .  4798
security 3006 99 .  .  4799
security 1007 1  +  .  4688 4696
security 1007 2  +  .  4689
security 1006 1  .  .  4698
security 1006 3  .  .  4699
security 1006 4  .  .  4700
security 1006 5  .  .  4701
security 1006 2  .  .  4702
security 201004 1 +  3  4697
security 201002 2 .  .  4657
security 201003 1 .  .  4656 4661 4662 4663 4658 4690 4691 4664 4985 5051
security 1001 4  .  .  4660
security 1001 7  .  .  4670 4907 4911 4913
security 5019 99 .  3  4719 4739 4713 4706 4707 4716 4864 4865 4866 4867 4902 4904 4905 4906 4908 4912 4715 4817 4826 4614 4610 4611 4622
security 5019 99 .  .  4946 4947 4948 4949 4950 4951 4952 4953 4954 4956 4957 4958 4944 4945 5024 5025 5027 5028 5029 5030 5032 5033 5034 5035 5037
security 3004 3  .  .  5136 5169
security 3004 1  .  .  5137
security 3004 8  .  .  5138
security 3004 5  .  .  5139
security 3004 4  .  .  5141
security 4006 99 .  .  5140 5142 5143 5144 5145 5168
security 4001 1  +  .  5156 5158
security 4001 7  +  .  5154
security 4001 5  -  .  5150 5151 5152 5153 5155 5157 5159 5031
security 1010 1  .  .  6416 6419 6420 6421 6422 6423 6424
security 3004 1  .  .  4886 4887 4898
security 3004 99 .  .  4868 4869 4870 4871 4872 4873 4874 4875 4876 4877 4878 4879 4880 4881 4882 4883 4884 4885 4888 4889 4890 4891 4892 4893 4894 4895 4896 4897 4899 4900
security 5019 99 .  .  4616 4608 4609 4612 4615 4618 4621 4697
system 1008 1  .  4  104
system 1008 6  .  .  6005
system 1008 7  .  .  6006
system 201004 1 .  3  7045
system 201004 2 .  .  7040
system 201004 4 .  .  7031 7034 7023 7024 7032
system 201004 99 . .  7036 7035 7000 7001 7009 7011 7022 7026 7030 7038 7039 7041 7042 7043
system 3002 1  +  .  7001
application 1007 2 -  .  1000 1001 1002 1026
application 6002 1 .  .  11707 1033 1040 1042
application 6002 2 .  .  11724 1034
sysmon 1007 1  .  .  1
sysmon 1001 6  .  .  2
sysmon 4001 1  .  .  3
sysmon 201004 99 . .  4
sysmon 1007 2  .  .  5
sysmon 1002 1  .  .  6
sysmon 1005 1  .  .  7
sysmon 1007 4  .  .  8
sysmon 1001 2  .  .  9
sysmon 1007 3  .  .  10
sysmon 1001 1  .  .  11 15 29
sysmon 201001 1 .  .  12
sysmon 201002 2 .  .  13
sysmon 201001 5 .  .  14
sysmon 5019 99 .  .  16
sysmon 201003 99 . .  17 24
sysmon 201003 1 .  .  18
sysmon 201003 99 . .  19 20 21
sysmon 4003 1  .  .  22
sysmon 1001 4  .  .  23 26 28
sysmon 1007 99 .  3  25
sysmon 1001 99 -  3  27
powershell 1009 1 . .  4104
powershell 1007 99 . .  4103 4105 4106 800 600 40961 40962 53504
powershell 1007 1 . .  400
powershell 1007 2 . .  403
defender 2004 1 .  4  1006 1015 1116 2050
defender 2004 2 +  4  1007 1117 1011
defender 2004 2 -  4  1008 1118 1119 1012
defender 2004 1 .  3  1120 1121 1122 1123 1124 1125 1126 1127 1128 1129 1133 1134 3007
defender 5019 99 . 4  5001 5010 5012 5008
defender 5019 99 . 3  5007 5004 5013 5000 5009 5011 1013
defender 6007 1  .  .  1000
defender 6007 2  .  .  1001
defender 6007 3  .  .  1002
defender 6007 6  -  .  1005
task 1006 1  .  .  106
task 1006 2  .  .  140
task 1006 3  .  .  141
task 1006 5  .  .  142
task 1006 6  +  .  100 107 108 110 118 119 129 200 319
task 1006 99 +  .  102 201
task 1006 99 -  3  101 103 202 203 111 104
terminal 3002 1 +  .  21 22 25
terminal 3002 2 +  .  23 24
terminal 3002 99 . .  39 40 41 42
connection 3002 1 . .  1149
connection 4005 99 . . 261 131 1158 20521
firewall 5019 99 . .  2002 2003 2004 2005 2006 2010 2033 2052 2071 2073 2082 2097
applocker 1007 1 +  .  8002
applocker 1007 1 .  3  8003
applocker 1007 1 -  4  8004 8007
applocker 1009 1 +  .  8005
applocker 1009 1 .  3  8006
wmi 201003 1 .  .  5857 5858 5859 5860 5861
bits 1006 1  .  .  3 16403
bits 4010 99 .  .  59 60 61 4
dnsserver 4003 1 . .  256 260 279 280
dnsserver 4003 2 . .  257 258 259 261
dnsserver 5019 99 . . 512 513 514 515 516 517 518 519 520 521 522 523 525 526 527 528 529 530 531 536 537 540 541 561 562 563 567 568 770 771
dnsclient 4003 1 . .  3006 3008 3010 3020
adfs 3002 1  +  .  1200 1202 299 324
adfs 3002 1  -  .  1201 1203 411 342 516
adfs 3002 2  +  .  1206 1207
smbserver 3002 1 -  3  551 552
smbserver 4006 99 . .  1006 1009 1020 3000
print 1001 99 .  .  307 316 808 811
`

var windowsLogNames = map[string]windowsLog{
	"security": securityLog, "system": systemLog, "sysmon": sysmonLog, "powershell": powershellLog, "defender": defenderLog, "task": taskLog,
	"terminal": terminalLog, "connection": connectionLog, "application": applicationLog, "firewall": firewallLog, "applocker": applockerLog,
	"wmi": wmiLog, "bits": bitsLog, "dnsserver": dnsServerLog, "dnsclient": dnsClientLog, "adfs": adfsLog, "smbserver": smbServerLog, "print": printLog,
}

// windowsEvents is windowsTable by log and number.
var windowsEvents = func() map[uint32]windowsEvent {
	m := map[uint32]windowsEvent{}
	for _, line := range strings.Split(windowsTable, "\n") {
		f := strings.Fields(line)
		if len(f) < 6 {
			continue
		}
		log, ok := windowsLogNames[f[0]]
		if !ok {
			panic("normalize: no Windows log " + f[0])
		}
		class, _ := strconv.Atoi(f[1])
		activity, _ := strconv.Atoi(f[2])
		w := windowsEvent{class: ocsf.Class(class), activity: uint8(activity)}
		switch f[3] {
		case "+":
			w.outcome = ocsf.Success
		case "-":
			w.outcome = ocsf.Failure
		}
		if f[4] != "." {
			w.severity = ocsf.Severity(f[4][0] - '0')
		}
		for _, id := range f[5:] {
			n, _ := strconv.Atoi(id)
			if k := uint32(log)<<24 | uint32(n); m[k].class == 0 {
				m[k] = w
			}
		}
	}
	return m
}()

// windowsEventOf returns what is known of event id of a log.
func windowsEventOf(log windowsLog, id int) (windowsEvent, bool) {
	if id < 0 || id >= 1<<24 {
		return windowsEvent{}, false
	}
	w, ok := windowsEvents[uint32(log)<<24|uint32(id)]
	return w, ok
}
