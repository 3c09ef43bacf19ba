package normalize

import "strings"

// hint is a set of kinds of events that words of a line speak of.
type hint uint64

const (
	hintAuth hint = 1 << iota
	hintLogoff
	hintFinding
	hintDNS
	hintDHCP
	hintHTTP
	hintMail
	hintVPN
	hintConfig
	hintAccount
	hintGroup
	hintProcess
	hintFile
	hintRegistry
	hintSSH
	hintFTP
	hintNetwork
	hintSystem
	hintSession
	hintMalware
	hintDelete
	hintCreate
	hintFlow
	hintModule
	hintDatabase
	hintJob
	hintPassword
	hintLock
	hintService
	hintDriver
	hintLogin // the act itself: login, authentication, not what serves it
	hintOpen
	hintClose
	hintStart
	hintStop
	hintInstall
	hintError
	hintLog
	hintRDP
	hintUpload
	hintDownload
	hintThreat      // what attackers do or bring, not what finds it
	hintDetected    // phrases: attack detected
	hintNewPassword // password changed
	hintTried       // login failed
	hintPlaced      // the word means something beside its neighbours
	hintCleared     // log cleared
	hintCrash
	hintAudit
	hintHealth // of links, neighbours and parts of a device
	hintMember // added to a group
	hintEnable
	hintDisable
)

// hintWords are the words that tell the kind of an event.
var hintWords = func() map[string]hint {
	m := map[string]hint{}
	add := func(h hint, words string) {
		for _, w := range strings.Fields(words) {
			m[w] |= h
		}
	}
	add(hintAuth, `login logon logged authentication authenticate authenticated authenticating auth authn authenticator signin kerberos radius tacacs ldap saml sso
		mfa otp preauth pam credentials authfailure loginfailed loginsuccess logins signon passcode authorization authz unlock aaa`)
	add(hintAuth|hintLogin, `login logon logins logons signin signon authentication authenticate authenticated authenticating auth authn preauth authfailure
		loginfailed loginsuccess`)
	add(hintAuth|hintLogin|hintLogoff, `logout logoff signout logouts`)
	add(hintOpen, `opened established built connected connect opening`)
	add(hintClose, `closed close closing teardown ended disconnected disconnect disconnecting torn`)
	add(hintStart, `started starting start startup booted boot booting restarted restarting restart initialized resuming`)
	add(hintStop, `stopped stopping stop shutdown exiting exited terminated terminating crashed halted aborting killed`)
	add(hintInstall, `installed uninstalled`)
	add(hintError, `error errors exception panic fatal`)
	add(hintLog, `log logs logging logfile syslog journal`)
	add(hintRDP, `rdp xrdp`)
	add(hintUpload, `upload uploaded stor stored put`)
	add(hintDownload, `download downloaded retr retrieved`)
	add(hintPassword, `password passwd pwd`)
	add(hintSession, `session sessions disconnect disconnected`)
	add(hintFinding, `ips ids virus malware trojan ransomware exploit intrusion attack threat threats anomaly infected infection phishing spyware botnet signature
		detection suspicious malicious worm backdoor cve waf antivirus av dlp violation sandbox webshell scanner portscan`)
	add(hintMalware, `virus malware trojan ransomware infected infection spyware worm`)
	add(hintThreat, `virus malware trojan ransomware exploit intrusion attack attacks threat threats phishing spyware botnet worm backdoor webshell portscan scan scanning sweep
		flood flooding spoof spoofing spoofed ddos dos bruteforce brute-force injection rootkit cryptominer`)
	add(hintPlaced, `logged signed log sign logging signing as using with`)
	add(hintCrash, `exception panic segfault traceback coredump oom`)
	add(hintHealth, `neighbor neighbour neighbors adjacency ospf bgp eigrp isis hsrp vrrp stp spanning spantree bpdu rootchange lacp lldp cdp duplex fan fans psu
		voltage temperature raid battery ups chassis transceiver sfp linkdown linkup updown synchronized synchronised stratum ntp ntpd chronyd watchdog flapping failover`)
	add(hintAudit, `audit auditlog`)
	add(hintEnable, `enabled enable unlocked`)
	add(hintDisable, `disabled disable`)
	add(hintDNS, `dns query queries named resolver rpz nxdomain`)
	add(hintDHCP, `dhcp dhcpd dhcpdiscover dhcpoffer dhcprequest dhcpack dhcpnak dhcprelease dhcpinform dhcpdecline lease leases dhcpexpire dhcpv`)
	add(hintHTTP, `http https web webfilter url proxy urls waf httpd nginx apache`)
	add(hintMail, `mail email smtp smtpd imap imaps spam spf dkim dmarc postfix recipient sendmail exim mta mailer qmgr spamassassin greylisted`)
	add(hintVPN, `vpn ipsec ike ikev tunnel sslvpn l2tp pptp wireguard openvpn anyconnect strongswan charon globalprotect openconnect`)
	add(hintConfig, `config configuration configured reconfigured commit committed settings setting edit edited modified configure upgrade upgraded
		updated update firmware reconfigure saved restored`)
	add(hintAccount, `account accounts useradd userdel usermod`)
	add(hintGroup, `group groups groupadd membership member`)
	add(hintProcess, `process processes exec execve executed execution launched command cmd sudo spawned powershell`)
	add(hintFile, `file files folder directory fileinfo filename`)
	add(hintRegistry, `registry regkey`)
	add(hintModule, `dll module library`)
	add(hintDriver, `driver`)
	add(hintSSH, `ssh sshd`)
	add(hintFTP, `ftp ftpd vsftpd proftpd sftp tftp`)
	add(hintNetwork, `network connection traffic flow packet tcp udp icmp firewall nat conn netflow interface acl`)
	add(hintFlow, `traffic flow netflow conn`)
	add(hintSystem, `system cpu memory disk fan temperature uptime started stopped reboot restart shutdown kernel hardware power license interface link hb ntp`)
	add(hintDelete, `delete deleted remove removed destroyed del`)
	add(hintCreate, `create created add added new`)
	add(hintDatabase, `database sql mysql postgres postgresql mssql oracle mongodb db2`)
	add(hintJob, `job task scheduled cron crond`)
	add(hintLock, `locked lockout`)
	add(hintService, `service services daemon`)
	return m
}()

// hintsOf returns what the words of s speak of. It looks at the first 400 bytes.
func hintsOf(s string) hint {
	var h hint
	var b [24]byte
	user, name := false, strings.IndexByte(s, ' ') < 0 // user.create, DeleteUser
	s = s[:min(len(s), 400)]
	for i := 0; i < len(s); {
		w, end := piece(s, i)
		if len(w) >= 2 {
			if f := foldWord(&b, w); f != nil {
				h |= senseOf(f).hint
				user = user || string(f) == "user"
			}
		}
		i = end
	}
	if user && name && h&(hintCreate|hintDelete) != 0 && h&hintGroup == 0 {
		h |= hintAccount
	}
	return h
}

// piece returns the next run of letters in s from i, ended by a change from small
// to capital letters too, and where it ends.
func piece(s string, i int) (string, int) {
	for i < len(s) && !letter(s[i]) {
		i++
	}
	j := i
	for j < len(s) && letter(s[j]) {
		j++
		if j < len(s) && lower(s[j-1]) && upper(s[j]) {
			break // camelCase
		}
	}
	return s[i:j], j
}

// compound reports whether w is made of words: login_failed, AuthReject.
func compound(w string) bool {
	if fileName(w) {
		return false // its words are anybody's
	}
	if strings.IndexAny(w, "_-./") > 0 {
		return true
	}
	for i := 1; i < len(w); i++ {
		if lower(w[i-1]) && upper(w[i]) {
			return true
		}
	}
	return false
}

// fileName reports whether w ends as files do.
func fileName(w string) bool {
	i := strings.LastIndexByte(w, '.')
	return i > 0 && len(w)-i <= 6 && extensions[strings.ToLower(w[i+1:])]
}
