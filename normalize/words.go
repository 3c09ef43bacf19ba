package normalize

import "strings"

// words are the words that vendors make their keys of, with their roles.
var words = func() map[string]word {
	m := map[string]word{}
	add := func(x word, list string) {
		for _, w := range strings.Fields(list) {
			m[w] |= x
		}
	}
	add(wSrc, `src source sources client clt cli orig originator originating origin attacker initiator initiating from sender caller requester requestor foreign calling
		ingress inbound srce incoming inside scr attackers clientside clnt clients`)
	add(wDst, `dst dest destination destinations server srv target tgt victim to resp responder responding recipient rcpt receiver recipients callee called egress outbound
		dstn outgoing outside dests serverside tos upstream backend`)
	add(wTarget, `target tgt effective new`)
	add(wActor, `subject actor admin administrator operator performer initiator caller by author`)
	add(wNat, `nat natted translated trans xlate xlated mapped postnat masqueraded snat masq translation natip postnapt`)
	add(wNat|wDst, `dnat`)
	add(wLocal, `local laddr lip lport my own`)
	add(wRemote, `remote peer rhost rip rport faddr other`)
	add(wRemote|wIP, `rip raddr rhost remoteip remoteaddr`)
	add(wLocal|wIP, `lip laddr`)
	add(wRemote|wPort, `rport`)
	add(wLocal|wPort, `lport`)
	add(wDev, `device dev host agent observer sensor computer machine endpoint appliance gateway dvc reporter collector node firewall fw box probe hostname workstation system`)
	add(wIP, `ip ips ipaddr ipaddress ipaddresses ipv4 ipv6 ip4 ip6 inet ipadr ipadress ipnum`)
	add(wAddr, `address addr addresses adr addrs adress`)
	add(wPort, `port ports prt portnumber`)
	add(wMac, `mac macaddr macaddress hwaddr lladdr ethaddr hardwareaddress bssid macs`)
	add(wHost, `host hostname computer workstation machine fqdn hostnames computername servername dns hosts machinename workstationname netbios`)
	add(wName, `name names nm title label fullname`)
	add(wID, `id ids uid uuid guid number no num identifier key`)
	add(wUser, `user users username usr login account acct logon principal upn userid loginid usernames loginname logname accountname ruser suser duser employee userprincipalname samaccountname logonname who owner`)
	add(wIface, `interface intf iface ifname nic intfname interfaces ifc`)
	add(wIface, `if`)
	add(wZone, `zone zones`)
	add(wBytes, `bytes byte octets octet bytecount volume`)
	add(wPkts, `packets packet pkts pkt pckts`)
	add(wSent, `sent send out tx transmitted toserver uploaded upload snd outgoing outbound up cs`)
	add(wRcvd, `received recv rcvd receive in rx toclient downloaded download rec recvd incoming inbound sc rcv`)
	add(wFile, `file filename files fname attachment attachments filepath object document filenames`)
	add(wPath, `path fullpath directory folder dir location pathname`)
	add(wHash, `hash md5 sha1 sha256 sha512 checksum digest sha hashes filehash sha384 md5sum sha1sum sha256sum sha2 hash256`)
	add(wProc, `process proc image exe executable program procname binary comm processname imagename initiatingprocess`)
	add(wCmd, `cmd cmdline command commandline commands cmds`)
	add(wParent, `parent ppid parentprocess parentimage grandparent`)
	add(wURL, `url uri urls uris requesturl link href`)
	add(wHTTP, `http https web httprequest`)
	add(wReq, `request req requests`)
	add(wResp, `response resp reply responses respond`)
	add(wMethod, `method verb requestmethod`)
	add(wStatus, `status state statuscode stat rc retcode`)
	add(wCode, `code codes`)
	add(wUA, `useragent ua agentstring requestclientapplication clientapplication`)
	add(wQuery, `query qry querystring qname question queried`)
	add(wRule, `rule policy acl accesslist accessgroup rulename policyname ruleid policyid rules policies rulenum firewallrule applist profile`)
	add(wSig, `signature sig threat virus malware attack vulnerability vuln exploit virusname threatname attackname detection malwarename signatures alertname infection alert alarm`)
	add(wEvent, `event evt log message msg eventid logid msgid events logevent`)
	add(wSev, `severity sev level priority prio pri criticality urgency risk lvl`)
	add(wAction, `action act disposition verdict decision actions disp acts`)
	add(wResult, `result outcome success results succeeded`)
	add(wReason, `reason cause failurereason why`)
	add(wProto, `protocol proto transport ipproto protocols ipprotocol prot prtcl`)
	add(wApp, `application app service svc appname apps servicename services`)
	add(wTime, `time timestamp date datetime eventtime ts occurred occured created detected generated logged timegenerated creationtime when timems utc utctime logtime times
		createdat timecreated datestamp dt systemtime updated modified issued recorded`)
	add(wDNS, `dns question query qname rrname`)
	add(wType, `type types kind subtype typ qtype rrtype eventtype querytype subtypes typename class`)
	add(wMail, `mail email mailfrom rcptto mailbox emails smtp envelope`)
	add(wMail|wSrc, `mailfrom envelopefrom`)
	add(wMail|wDst, `rcptto envelopeto mailto`)
	add(wVendor, `vendor manufacturer`)
	add(wProduct, `product`)
	add(wVersion, `version ver`)
	add(wMsg, `message msg description desc details detail text msgtext summary logdesc full short`)
	add(wSess, `session sess`)
	add(wGroup, `group groups grp role roles`)
	add(wDomain, `domain domainname realm workgroup`)
	add(wCountry, `country countryname countrycode geo`)
	add(wOther, `category cat count cnt length len duration size port_range total elapsed timezone tz offset subnet netmask mask prefix city region latitude longitude lat lon asn org
		organization model serial sn language os platform score confidence enabled flag flags index sequence seq interval bits ttl window weight rank rate width height
		comment notes note reputation tags tag schema format encoding cipher key vlan mtu expiry expires signed issuer fingerprint vdom geoip as latency delay
		context bias lifetime limit threshold max min avg default family labels scope algorithm zonebias hits per num`)
	add(wStart, `start begin started first starttime begintime`)
	add(wEnd, `end stop ended last finish endtime stoptime`)
	add(wValue, `lookup computed value val string str data raw info current the entry field primary main of object effective true translated original item`)
	add(wHow, `original raw last previous old prev orig alt alternate other ingested second secondary related first ephemeral`)
	add(wValue, `conn connection flow network net http_ ev record rec session_ my x meta common dd id_ ip_`)
	for _, w := range strings.Fields("start begin started end stop ended finish starttime endtime begintime stoptime") {
		m[w] |= wTime
	}
	for _, w := range strings.Fields("starttime endtime eventtime") {
		m[w] |= wTime
	}
	// A word's role elsewhere is not its role here.
	m["orig"] &^= wHow
	m["translated"] &^= wValue
	m["object"] &^= wFile
	m["effective"] &^= wValue
	m["number"] = wID
	m["num"] = wID
	m["key"] = wOther
	m["first"], m["last"] = wHow|wStart, wHow|wEnd
	m["location"] = wOther
	m["utc"] = wTime
	m["system"] = wDev
	m["other"] = wOther
	m["up"] = wOther
	m["by"] = wActor
	m["at"] = wTime
	m["updated"] |= wHow
	m["modified"] |= wHow
	m["v4"], m["v6"] = wValue, wValue
	m["new"] = wTarget
	m["class"] = wType
	m["full"], m["short"] = wValue, wValue
	m["volume"] = wOther
	m["profile"] = wOther
	return m
}()
