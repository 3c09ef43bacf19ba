package normalize

import "picket/normalize/ocsf"

// Parsers are the brands that are known, in the order in which they are asked
// when several may know a line. Brands whose keys say all are no Go but mapping
// files, which the appliance hands in (see LoadMappings and configs/mappings).
var Parsers = []*Parser{
	fortigate, ciscoASA, arista, ciscoSwitch, panos, filterlog, suricata, netfilter,
	infoblox, // before apache: NIOS logs as httpd
	sshd, pam, sudo, bind, dnsmasq, openvpn, nginx, apache, squid, haproxy,
	harfangLab, // before windows, whose events it wraps
	windows,
	postfix, exim, dovecot,
	vmware, f5, citrix,
	stormshieldSES, checkpoint, ciscoISE, wallix, asterisk, strongswan, modsecurity, ciscoESA, umbrella,
	dhcpd, auditd, snort, freeradius, openldap, accounts,
	sonicWall, sophosXG, sophosUTM, juniper, mikrotik, iis,
	zscaler, fortimail, zeek, wazuh,
	systemd, kernel, unbound, mysql, postgresql, oracleDB, mssql, ftpd, sftpGo, cowrie, openCanary, dionaea,
	symantec, darktrace, vectra, claroty, veeam, tenable, systancia, clavister, siteMinder, pingFederate, rsaSecurID, huawei, comware, procurve, qnap, synology,
	delinea, gatewatcher, ibmI, proxmox, exchange, samba,
	meraki, watchguard,
	stormshieldSNS, ciscoWSA, proxySG, skyhigh, forcepoint,
	awsWAF, cloudflare, imperva, netskope, ubika, unifi, hostapd,
	barracuda, // behind symantec, of which "Security risk found" is
	fortiCEF, aruba, clearPass, dell, ciscoWLC, barracudaWAF, firepower,
}

// product says who made what wrote the line, unless the line says so itself.
func (l *Line) product(vendor, product string) {
	if vendor != "" {
		l.put(ocsf.ProductVendor, ocsf.Text(vendor), exactWeight-1)
	}
	if product != "" {
		l.put(ocsf.ProductName, ocsf.Text(product), exactWeight-1)
	}
}
