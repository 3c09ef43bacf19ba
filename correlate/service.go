package correlate

import "strings"

// serviceWord turns the name of a program or protocol into the word that people
// use for what it serves.
func serviceWord(s string) string {
	l := strings.ToLower(s)
	for _, w := range serviceWords {
		if strings.Contains(l, w.part) {
			return w.word
		}
	}
	return s
}

var serviceWords = []struct{ part, word string }{
	{"sshd", "SSH"}, {"openssh", "SSH"}, {"dropbear", "SSH"}, {"ssh", "SSH"},
	{"rdp", "RDP"}, {"termsrv", "RDP"}, {"terminalserv", "RDP"},
	{"vsftpd", "FTP"}, {"proftpd", "FTP"}, {"ftp", "FTP"},
	{"dovecot", "mail"}, {"imap", "mail"}, {"pop3", "mail"}, {"postfix", "mail"}, {"exim", "mail"}, {"smtp", "mail"},
	{"openvpn", "VPN"}, {"ssl-vpn", "VPN"}, {"sslvpn", "VPN"}, {"anyconnect", "VPN"}, {"globalprotect", "VPN"}, {"vpn", "VPN"},
	{"security-auditing", "Windows"}, {"windows", "Windows"}, {"kerberos", "Kerberos"}, {"ntlm", "Windows"}, {"radius", "RADIUS"},
	{"nginx", "HTTP"}, {"apache", "HTTP"}, {"httpd", "HTTP"}, {"smb", "SMB"}, {"cifs", "SMB"}, {"telnet", "Telnet"},
}

func serviceOfPort(p int64) string {
	switch p {
	case 21:
		return "FTP"
	case 22:
		return "SSH"
	case 23:
		return "Telnet"
	case 25, 465, 587:
		return "mail"
	case 53:
		return "DNS"
	case 80, 8080:
		return "HTTP"
	case 88:
		return "Kerberos"
	case 135:
		return "RPC"
	case 139, 445:
		return "SMB"
	case 389, 636:
		return "LDAP"
	case 443, 8443:
		return "HTTPS"
	case 1433:
		return "SQL Server"
	case 3306:
		return "MySQL"
	case 3389:
		return "RDP"
	case 5432:
		return "PostgreSQL"
	case 5900:
		return "VNC"
	case 5985, 5986:
		return "WinRM"
	}
	return ""
}
