package normalize

import "strings"

// auditType returns the name of a record's type where the line tells its number, as
// the kernel does when no daemon listens ("type=1400", "UNKNOWN[1334]"): linux,
// include/uapi/linux/audit.h and the audit daemon's msg_typetab.h.
func auditType(typ string) string {
	n := typ
	if v, ok := strings.CutPrefix(typ, "UNKNOWN["); ok {
		n = strings.TrimSuffix(v, "]")
	}
	if len(n) != 4 || digits(n) != 4 {
		return typ
	}
	if name := auditTypes[n]; name != "" {
		return name
	}
	return typ
}

var auditTypes = map[string]string{
	"1100": "USER_AUTH", "1101": "USER_ACCT", "1102": "USER_MGMT", "1103": "CRED_ACQ", "1104": "CRED_DISP", "1105": "USER_START", "1106": "USER_END", "1107": "USER_AVC",
	"1108": "USER_CHAUTHTOK", "1109": "USER_ERR", "1110": "CRED_REFR", "1111": "USYS_CONFIG", "1112": "USER_LOGIN", "1113": "USER_LOGOUT", "1114": "ADD_USER", "1115": "DEL_USER",
	"1116": "ADD_GROUP", "1117": "DEL_GROUP", "1118": "DAC_CHECK", "1119": "CHGRP_ID", "1123": "USER_CMD", "1124": "USER_TTY", "1125": "CHUSER_ID", "1126": "GRP_AUTH",
	"1127": "SYSTEM_BOOT", "1128": "SYSTEM_SHUTDOWN", "1129": "SYSTEM_RUNLEVEL", "1130": "SERVICE_START", "1131": "SERVICE_STOP",
	"1200": "DAEMON_START", "1201": "DAEMON_END", "1202": "DAEMON_ABORT", "1203": "DAEMON_CONFIG",
	"1300": "SYSCALL", "1302": "PATH", "1303": "IPC", "1305": "CONFIG_CHANGE", "1306": "SOCKADDR", "1307": "CWD", "1309": "EXECVE", "1319": "TTY", "1320": "EOE",
	"1325": "NETFILTER_CFG", "1326": "SECCOMP", "1327": "PROCTITLE", "1334": "BPF", "1400": "AVC", "1401": "SELINUX_ERR", "1403": "MAC_POLICY_LOAD", "1404": "MAC_STATUS",
	"1405": "MAC_CONFIG_CHANGE", "1700": "ANOM_PROMISCUOUS", "1701": "ANOM_ABEND", "2100": "ANOM_LOGIN_FAILURES", "1501": "AVC", "1502": "AVC", "1503": "AVC", "1505": "AVC",
}
