package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// The dictionary of meanings: keys that their words alone do not explain. A
// line is a meaning and the keys that have it, in lower case; a key is looked up
// as it stands (in lower case) and again without separators, so that src_ip is
// under srcip. A dot is between parts of a path. What stands here is common to
// vendors; what only one of them says is in the file of that brand.
//
// Sources: ArcSight's CEF and QRadar's LEEF dictionaries, W3C extended logs, the
// Elastic Common Schema, Zeek, netfilter, and what vendors document.
const dictionary = `
@src             downstream_remote_address src sourceaddress saddr srcaddr sip src_ip srcip sourceip source.ip source.address client.ip client.address cip c-ip clientip clientaddress
@src             id.orig_h orig_h rhost remotehost remoteaddr ipsrc callingstationid ruser_ip peerip attackerip offenderip client_addr
@remote          remoteip remoteaddress remote_addr
@remote.port     remoteport
@src             loginip userip accessip fromip sourcehostip hostip user_ip initiatorip callerip client_address srcipaddress ipaddressclient ipsource clntip adminipaddress identsrc
@src             clientpublicip request.remote_ip request.client_ip requestclientip ippeer source_address src_addr sourceipaddress access_device.ip accessdeviceip suspectip privateip_client publicipv4 cliip cltip cltsip originatingip x-originating-ip sourceips cs-ip clientsourceip principalip actorip ipchain.ip senderip senderipaddress connectingip fromipaddress ip_client srchostip offender.ip attacker.ip suspect.ip initiator.ip sourceipv4 sourceipv6 srcipv4 srcipv6 requesterip requestip
@dst             dst destinationaddress daddr dstaddr dip dst_ip dstip destinationip dest_ip destip destination.ip destination.address server.ip server.address
@dst             s-ip downstream_local_address id.resp_h resp_h ipdst targetip serverip serveraddress remoteserver dd_dst_ip destaddr destipaddress dstipaddress destinationipaddress resolverip dnsserverip victimip victim.ip srvip srvdip edgeserverip peerdestinationip targetipaddress target.ip target.address destinationipv4 destinationipv6 dstipv4 dstipv6 responderip toip recipientip dnsresolverip serverhostip upstreamip upstream_addr backendip
@device          dvc deviceaddress device.ip host.ip observer.ip agent.ip nasipaddress nas-ip-address deviceip deviceipaddress origin fw gatewayip managementip hostaddress
@nat.src         sourcetranslatedaddress natsrcip natip translatedip transip snatip srctransip xlatesrc postnatsourceip postnatsourceaddress natsource source.nat.ip srcpostnat
@nat.src         translatedsrcip srcxlatedip natsourceip natsourceaddress srcnatip nat_src nat_source transsrc newconnsrcip nataddress natsrc srcnat srcmappedip client.nat.ip sourcenatip trans_src
@nat.dst         destinationtranslatedaddress natdstip tranip dnatip xlatedst destination.nat.ip natdestinationip natdestination natdestinationaddress dstpostnat
@nat.dst         translateddstip natdst nat_dst dstnatip newconndestip transdst dstmappedip server.nat.ip postnatdestinationip dstxlatedip trans_dst
@nat.src.port    sourcetranslatedport natsport translatedport transport_nat natsrcport srcxlateport natsourceport trans_src_port transsrcport xlatesport snatport srcpostnatport
@nat.dst.port    destinationtranslatedport natdport natdstport natdestinationport trans_dst_port transdstport xlatedport dnatport dstpostnatport
@src.port        spt sourceport sport srcport s_port src_port source.port client.port id.orig_p orig_p clientport rport c-port s-port-src sourceporticmptype l4srcport request.remote_port clntport fromport cltsport initiatorport initport originport sourceportnumber srcportnumber
@dst.port        dpt destinationport dport dstport d_port dst_port dest_port destport destination.port server.port id.resp_p resp_p serverport s-port targetport l4dstport dd_dst_port toport serviceport srvdport responderport respport destinationportnumber dstportnumber
@src.mac         smac sourcemacaddress srcmac source.mac clientmac src_mac client.mac orig_l2_addr callingstation sourcemac mastersrcmac srchwaddr usermac stamac clientmacaddress endpointmac hwsender senderhwaddr identmac
@dst.mac         dmac destinationmacaddress dstmac destination.mac dst_mac resp_l2_addr destmac server.mac masterdstmac dsthwaddr hwdest
@device.mac      dvcmac devicemacaddress host.mac
@src.host        shost sourcehostname srchost srchostname source.domain source.host clienthostname client.domain clientname srcname workstationname workstation source.hostname rhostname helo client_name clientfqdn sourcefqdn srcfqdn clientmachinename remotehostname client_host identhostname
@src.host        callingworkstation machinenameclient sourceworkstation clientcomputername sourcehost sourcedomainname client.hostname computer_name_src
@dst.host        dhost destinationhostname dsthost dsthostname destination.domain destination.host destinationdnsdomain server.domain dstname desthost targethost targethostname serverhostname destination.hostname targetservername destinationfqdn dstfqdn destfqdn targetfqdn targetmachinename serverfqdn remoteurlhost
@device.host     dvchost devicehostname host.name host.hostname agent.hostname agent.name observer.hostname observer.name devname devicename computername computer machinename sourcehostfqdn
@device.host     _system_name logsource syslog_hostname loghost syslogserver originhost gcap reportinghost hostname_s observer.gcap.hostname sysname winlog.computer_name agenthostname nodename system.computer event.system.computer beat.hostname
@device.host     device.hostname device.name endpointname endpointhostname machine.name computer.name sensor.hostname device_name host_name server_name box devicehost computerdnsname agentcomputername logsourcename reportingdevice reporter reportername reportingdevicename sensorname gatewayname firewallname fw_name appliancename nodehostname agentrealtimeinfo.agentcomputername endpoint.name clientcomputer affectedhost affecteddevice affectedcomputer impacteddevice hostidentifier devhostname deviceinfo.hostname asset.hostname assetname host_hostname dvcfqdn log_source logsourcehost logsourceidentifier
@bare.host       host hostname
@src.iface       deviceinboundinterface srcintf srcif ininterface inif iif in_iface iniface inboundinterface srcinterface ingressinterface sourceinterface source.interface observer.ingress.interface.name inputinterface ifname connrecvif recvif srczone_if inputint ifin ininf srcinf fromif packetincominginterface sourceinf
@dst.iface       deviceoutboundinterface dstintf dstif outinterface outif oif out_iface outiface outboundinterface dstinterface egressinterface destinationinterface observer.egress.interface.name outputinterface conndestif destif outputint ifout outinf dstinf toif packetoutgoinginterface destinationinf
src_endpoint.zone srczone sourcezone fromzone zone_src ingresszone inzone srcsecurityzone source_zone srcintfrole connrecvzone recvzone
dst_endpoint.zone dstzone destinationzone tozone zone_dst egresszone outzone destsecurityzone destination_zone dstintfrole conndestzone destzone
@user            user username usr user.name usrname userid user_id cs-username login loginname account accountname adminname uname xauthuser sysuser user_name userprincipalname principal userlogin samaccountname
@user            logname loginid who owneruser upn eventuser dbuser db_user clientuser authuser webuser account_name accountid user-name remoteuser ruser client_user requestuser user.id usernameid source_user actorusername loggeduser loggedinuser lastloggedinuser loggedonuser serverprincipalname alternateid user.alternateid device_username principal.user.userid sessionuser authenticateduser vpnuser vpnusername clientusername dbusername databaseuser user_principal_name user.user_name useraccount targetusernameaccount cs-user osuser oracleuser ur_normalized
@actor           suser sourceusername subjectusername source.user.name actor initiatedby byuser performedby srcuser admin administrator operator callerusername actor.user.name actorname adminuser subject.user subjectuser requestedby createdby modifiedby changedby by_user initiatinguser adminname actor.alternateid principalemail authenticationinfo.principalemail callername performer changedbyuser initiatedby.user.userprincipalname actor.email actoremail actor.username initiator.name initiatorname initiatorusername modifiedbyuser
@actor           winlog.event_data.subjectusername user.effective.name client.user.name creator author userinfo.name who.name
@target          duser destinationusername targetusername dstuser target_user user.target.name destination.user.name targetuser affecteduser objectuser impactedusername targetaccount target.user.name set_id accountidtarget
user.email_addr  useremail user.email emailaddress upnmail mail email user_email
user.domain      ntdom sntdom user.domain userdomain targetdomainname domainname_user accountdomain targetuserdomain logondomain
actor.user.domain subjectdomainname subjectuserdomain
user.uid         usersid targetusersid targetsid duid subjectusersid user.uid sid
user.full_name   fullname user.full_name displayname userfullname usercn
group.name       groupname group.name usergroup group memberof
@proto           l4 proto protocol transport ipprotocol network.transport protoid transportprotocol ip_protocol l4proto protocolname connipproto protocolid dd_proto ipproto prot transport_protocol
app_name         app applicationname application appname network.application appid_name applicationprotocolname product_app
connection_info.uid flow_id flowid sessionid_net connectionid connid sessid conn_id network.session_id
connection_info.community_uid communityid network.community_id
connection_info.direction direction devicedirection network.direction flowdirection dir trafficdirection connectiondirection
traffic.bytes_out sentbyte bytesout bytessent bytes_sent sbytes bytestoserver bytes_toserver flow.bytes_toserver source.bytes sentbytes bytes_out clientbytes orig_bytes txbytes cs-bytes requestsize requestlength reqsize outbytes src_bytes origsent sentdata http_request_bytes total_bytes_send tx_bytes bytes_sent_src client.bytes sent network.sent_bytes bytesfromclient clientrequestbytes srcbytes sourcebytes upbytes uploadbytes uploadedbytes totalbytessent bytestotalout bytes_uploaded requestbodysize
traffic.bytes_in rcvdbyte bytesin bytesreceived bytes_received rbytes dbytes bytestoclient bytes_toclient flow.bytes_toclient destination.bytes rcvdbytes bytes_in serverbytes resp_bytes rxbytes sc-bytes responsesize respsize responselength inbytes dst_bytes termsent http_response_bytes total_bytes_recv rx_bytes server.bytes body_bytes_sent bytes_served rcvd recv network.received_bytes edgeresponsebytes edgeresponsebodybytes dstbytes destinationbytes downbytes downloadbytes downloadedbytes totalbytesreceived bytes_downloaded responsebodysize responsebytes
traffic.bytes     bytes network.bytes totalbytes total_bytes
traffic.packets_out sentpkt packetssent pktssent packets_sent flow.pkts_toserver source.packets orig_pkts
traffic.packets_in rcvdpkt packetsreceived pktsreceived packets_received flow.pkts_toclient destination.packets resp_pkts
@in              in
@out             out
@action          act action deviceaction fwaction ruleaction accesscontrolruleaction filteraction utmaction policyaction actiontaken event.disposition fw_action disposition verdict responseaction vpn_action threatactiontaken reqaction resaction
@action          s-action alert.action antigenaaction firewallaction ips_action actionresult waf_action finalaction action_name block_action accessdecision secondactiontaken
@outcome         outcome result eventoutcome event.outcome authresult authenticationresult operationresult loginresult successful success auth_success authstatus auth_result resultcode_text opresult loginstatus auditresult keywords_outcome
@status          status state statusmessage
status_detail    eventresultdetails reason failurereason statusreason failreason denyreason blockreason rejectreason subreason deny_reason cause causedescription errormessage
@severity        severity sev level loglevel priority alertseverity eventseverity threatseverity severitylevel syslogseverity log.level severityname risklevel eventpriority crlevel crseverity threatlevel cp_severity vendorseverity event_level rule.level winlog.level log_level levelname alertlevel evtseverity syslogpriority severitytext alert.severity_text riskrating msgseverity syslog_severity
metadata.log_level pri
@utc             utctime gmttime utctimestamp timeutc timestamputc datetimeutc gmtdatetime utcdatetime
@time            rt eventtime timestamp @timestamp time datetime devicereceipttime devtime eventtimestamp timegenerated eventdate systemtime event.created_time utctime logtime generatedtime generateddate receipttime published isotimestamp detectedat occurredat eventdatetime activitydatetime createddatetime detectiondate detectiontimestamp generatedtimestamp loggedat messagetime whencreated creationdate eventcreationtime clienttimestamp edgestarttimestamp requestreceivedtimestamp timereported event.timestamp event.time logdate logdatetime dateandtime timecreated eventcreated identifiedat firstdetected observedat contexttimestamp
@time            event.system.timecreated.systemtime eventcreatedtime detecttime detectiontime detected_at occurred occured firstpacketsecond event_time alert_time @event_create_date localtime time_generated event_date timeoccurred timereceived_event ts createdat eventoccurred detecteddate vectra_timestamp timestamp_detected creationtime
@drop            date_unused
@date            date
@clock           time_of_day
@zone            tz timezone zoneoffset dtz timezoneoffset devicetimezone
start_time       start starttime begintime event.start flow.start begin start_time
end_time         end endtime event.end flow.end end_time
duration         duration_ms
@url             request requesturl url uri requesturi cs-uri urloriginal url.original url.full http.url requesturlpath http_url httpurl fullurl httprequest.uri objecturl targeturl threaturl requested_url request_uri urlname http.request.uri request.uri iurl uristr webpage remoteurl accessedurl blockedurl clickedurl phishingurl maliciousurl requesturi_full clientrequesturi url_string siteurl attackedurl resourceurl landingurl http.request.url
url.path         cs-uri-stem urlpath url.path uripath uristem requestpath http_path request.path clientrequestpath requesturipath
url.query_string cs-uri-query urlquery url.query querystring uriquery requestquery request.query httpquery http.query querystr
@url.host        cs-host :authority authority requested_server_name url.domain http.hostname httphost http_host request.host host_header httphostname vhost virtualhost urldomain url.hostname http.http_host req_host hostheader web_domain request_host requesthostname request.hostname http.host httphostheader dst_host_web fqdn_requested webhost serverhost servernameindication_host clientrequesthost requesthost x-host urlhostname requestedhost requestdomain
tls.sni          sni tls.sni tlssni servernameindication tls.client.server_name ssl_sni server_name_indication
url.categories   cat_web urlcategory urlcat webcategory catdesc url_category
http_request.referrer referer referrer requestcontext cs-referer cs(referer) http.request.referrer http_refer http_referer requestreferer http.http_refer referralurl refererurl
http_request.user_agent useragent user-agent cs-user-agent cs(user-agent) requestclientapplication user_agent.original http_user_agent http.http_user_agent agent httpagent http_agent browser_ua clientapplication useragentstring request_user_agent devua headers.user-agent request.headers.user-agent user_agent rawuseragent useragent.rawuseragent browser browsertype callersupplieduseragent clientuseragent browseragent http.useragent clientrequestuseragent actinguseragent ua http.request.user_agent
http_request.http_method requestmethod method httpmethod cs-method http.http_method http_method reqmethod http.request.method request_method request.method verb httpverb clientrequestmethod httprequestmethod http.verb
http_request.version cs-version httpversion http.version
http_request.x_forwarded_for xforwardedfor x-forwarded-for xff http_x_forwarded_for
http_response.content_type contenttype content_type respcontenttype
@status          statuscode sc-status httpstatus http.status http.response.status_code http_status responsecode httpstatuscode status_code respcode resp_status http_retcode response_code httpresponsecode httpresponse responsestatus returncode response.status rcode_http http_code status_http edgeresponsestatus originresponsestatus scstatus http.status_code responsestatuscode
query.hostname   dnsquery query qname queryname dns.question.name dns.rrname rrname dns_req dnsname query_name dns.query dns_query dnsrequest qryname questionname domainname_dns dns.queries.rrname dnshost requested_domain querieddomain dnsqueryname dnsquestion domainqueried requesteddomain query.name querydomain queryhostname dnshostname_query
query.type       qtypename qtype_name querytype dns.question.type dns.rrtype rrtype dns_reqtype dnstype dnsquerytype query_type dnsrecordtype dnsqtype dns.queries.rrtype qtype querytypename dnsquerytypename question_type query.type recordtype dnsqtypename
query.class      qclassname qclass_name dns.question.class
rcode            rcode rcodename rcode_name dns.rcode dns.response_code dnsresponsecode dnsresponse dns_resp responsecodename dnsresponsecodename dnsrcode
@file            fname filename file file.name filepath file.path fullpath targetfilename filefullpath path oldfilename targetfile objectfilename filenamefull fileinfo.filename smtp.attachment_filenames infectedfile fullfilepath file_path file_name originalfilename attachmentname resourcefile virusfile filenameandpath fpath targetpath sourcefilename documentname targetfilepath filefullname quarantinedfile detectedfile suspiciousfile downloadedfile originalfile attachment attachmentfilename attachmentfilenames process_file
file.size        fsize filesize file.size fileinfo.size
@hash            filehash md5 sha1 sha256 sha512 hash hashes file.hash.md5 file.hash.sha1 file.hash.sha256 file.hash.sha512 sha2 filemd5 filesha1 filesha256 fileinfo.md5 fileinfo.sha1 fileinfo.sha256 md5hash sha1hash sha256hash file_hash filehashsha256 analyticscksum hash256 checksum md5string sha1string sha256string filecontenthash contenthash attachmentsha256 attachmentmd5 file.md5 file.sha1 file.sha256 hash_md5 hash_sha1 hash_sha256 objectsha256 objecthash
@process.hash    process.hash.md5 process.hash.sha1 process.hash.sha256 processhash processmd5 processsha256 sourceprocess.hashmd5 processsha1 process_hash process.sha256 process.md5
file.mime_type   mimetype contentmimetype
@hint            filetype
@weakcode        id
@process         sproc sourceprocessname process proc image exe newprocessname processname process.name process.executable executable app_path imagepath procname program comm processpath proctitle_exe applicationpath process_name processimagename sourceprocess.processimagename programname sourceimage callerprocessname processimage initiatingprocessfilename process_path image_name imagefile process.image actingprocessname initiatingprocess originatorprocess processfilename processfilepath processexecutable actingprocess imagefilename basefilename process.exe
@parent          parentimage parentprocessname parentprocess process.parent.name process.parent.executable parentprocesspath pprocess parent_process_name parentname parent_image parentbasefilename parentfilename parentexecutable parentprocessimage parent.name creatorprocessname parentprocesspathname
@command         commandline cmdline cmd process.command_line proc_cmdline command process.commandline processcommandline command_line exec_command cmd_line executedcommand commandexecuted processcmdline
@parent.command  parentcommandline process.parent.command_line parentcmdline
process.pid      pid processid process.pid newprocessid
process.parent_process.pid ppid parentprocessid process.parent.pid
exit_code        exitcode
firewall_rule.name rulename policyname rule aclname accesslist accessgroup policy firewallrule accesscontrolrulename rulelabel rule.name urlfilterrule matchedrule fwrule fw_rule applied_policy securityrule policy_name rule_name rule_label reqrulelabel accessrule policyrule triggeredrule rulematched acl filterrule matched_policy triggeredrulename matchedrulename networkrulename access_policy policydisplayname accesspolicyname ruledisplayname wafrulename filteringrule dlp_rule firewallrulename securitypolicy
firewall_rule.uid ruleid policyid rule.id ruleuid rulenumber ruleno policynumber accesspolicyid fw_rule_id policyuuid rulenum rule_id rule_uid poluuid aclid tracker terminatingruleid wafruleid networkrulenumber matchedruleid triggeredruleid firewallruleid
firewall_rule.category applist
@signature       alert.signature
finding_info.title signature threatname threat virusname virus attackname attack malwarename malware vulnerabilityname signaturename threat_name alertname alert_name detectionname detection ips_signature attackid_name protectionname intrusionname infectionname detection_name rulemsg signame vuln_name malware_name alerttitle threatdescription title finding name_alert iprepattack alarmname detectname detectionrule_name model.name malware.name threat.name alert.name vulnerability.name detection.title alertdisplayname viruses infection threat_title attack_signature ioc_name signature_string malopname incidentname incidenttitle displaymessage_threat rulethreat
finding_info.uid signatureid alert.signature_id sid sigid threatid attackid virusid signature_id protectionid vulnid detection_id detectionid gid_sid malwareid ipssignatureid alert_id incidentid
finding_info.types alert.category threatcategory threattype attacktype classification threatclass virustype malwaretype signaturecategory attackcategory subcategory_threat detectiontype
metadata.event_code eventid event_id event.code logid eventcode msgid messageid evtid event.id log_id signatureevent log.id eventtypeid event.system.eventid winlog.event_id windowseventid externalid_event typecomputedmap eventnumber msgno messagenumber event_code mnemonic logcode sigid_event errorcode_event eventcodeid eventmessageid signatureid_event
metadata.original_event_uid externalid eventuid eventrecordid recordnumber recordid event.uuid eventguid uuid log_uid loguid eventuniqueid event.system.eventrecordid winlog.record_id
metadata.product.vendor_name vendor devicevendor observer.vendor vendorname product.vendor eventvendor product_vendor dvcvendor
metadata.product.name productname deviceproduct observer.product product product.name observer.type_name eventproduct productdisplayname analyzername
metadata.product.version productversion deviceversion observer.version product.version agentversion
metadata.log_name channel winlog.channel event.system.channel logname_src log.name
metadata.log_provider providername winlog.provider_name event.system.provider.name event.provider sourcename_provider provider.name sourcename
device.uid       devid deviceid deviceexternalid device_id serialnumber serialno serial devicesn device.id host.id agentid sensorid agent.id machineid device_sn deviceserial
device.os.name   os osname host.os.name operatingsystem device.os os_name
device.model     devicemodel
@mail.from       sendermailfromaddress senderaddress envelopefrom envelope-from mailfrom mail_from smtp.mail_from emailfrom email.from.address sender from_address fromaddress return-path returnpath emailsender smtpfrom mailfromaddress header_from sendername_address from_email smtp_from orig_sender headerfrom senderfromaddress senderemail fromheader mail.from message.from envelopesender p2senderaddress p1senderaddress mailsender smtpmailfrom sender.address sender.email
@mail.to         recipientaddress recipient recipients rcptto rcpt_to smtp.rcpt_to mailto emailto email.to.address toaddress emailrecipient smtpto to_address to_email rcpt orig_to emailrecipients mail_to toaddresses recipientemailaddress recipientemail mail.to message.to enveloperecipient mailrecipient smtprcptto recipients.address recipient.email rcpts
@from            from
@to              to
email.subject    subject emailsubject email.subject mailsubject messagesubject subj email.title mail.subject
email.message_uid messageid_mail email.message_id message-id internetmessageid internetmsgid messageidheader networkmessageid
email.uid        queueid qid queue_id
smtp_hello       smtp.helo ehlo
session.uid      sessionid session_id sid_session logonid targetlogonid session ses
actor.session.uid subjectlogonid
auth_protocol    authenticationpackagename authproto authmethod authenticationmethod authtype auth_method
logon_type_id    logontype
service.name     servicename service.name
api.operation    operationname apicall apimethod apioperation apiname
database.name    databasename dbname
src_endpoint.location.country srccountry sourcecountry source.geo.country_name source.geo.country_iso_code srclocation sourcelocation clientcountry sourcegeolocation
dst_endpoint.location.country dstcountry destinationcountry destination.geo.country_name destination.geo.country_iso_code dstlocation destinationlocation destinationgeolocation
src_endpoint.vlan_uid srcvlan vlan vlanid
reg_key.path     targetobject registrykey registry.path registrypath objectname_reg
@message         msg message description logdesc desc messagetext details detail message_text eventdescription info summary event.original log_description logmessage auditmessage text msgtext msg_str infos operationmessagetext full_message short_message eventmessage reasonmessage eventdetails additionalinfo logtext
@event           eventtype event_type eventname event_name event.action event.type operation event activity auditaction eventtypename activityname methodname actiontype event_simplename
@event           eventaction auditevent operation_name event_category_name activitytype activitydisplayname eventtypedisplayname action_id auditactiontype requestedaction commandname
@name            name
@hint            type subtype category cat logtype subcategory eventcategory event.category event.dataset event.module devicefacility log_type log_subtype logsubtype eventclass class task taskcategory facility module kind subsystem deviceeventcategory devicecategory sourcetype objecttype featurename component iris-event-type _path alert_type alert_subtype transaction
`

// exactKeys is the dictionary by key.
var exactKeys = func() map[string]meaning {
	m := map[string]meaning{}
	for _, line := range strings.Split(dictionary, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		mean, err := parseMeaning(f[0])
		if err != nil {
			mean = meaning{read: readNothing}
		}
		for _, k := range f[1:] {
			if f[0] == "@weakcode" {
				m[k] = meaning{read: readPlain, field: ocsf.EventCode, weight: 2}
				continue
			}
			mean.weight = exactWeight
			if weakKeys[k] {
				mean.weight = 50
			}
			if k == "policy" { // of the rule that a rule belongs to, where both are told
				mean.weight = 45
			}
			if f[0] == "finding_info.title" || f[0] == "finding_info.uid" {
				mean.read = readSigned
			}
			if _, ok := m[k]; !ok {
				m[k] = mean
			}
		}
	}
	return m
}()

// weakKeys may mean something else; a better key wins over them.
var weakKeys = wordSet(`from to status state title detection hostip userip origin fw path group sid subject app owner session level
 host.name agent.hostname agent.name observer.name admin administrator operator computer box priority cmd command service program process file url uri
 creationtime name threat attack reason query ts timegenerated policy rule acl user.id userid user_id account hash messageid externalid uuid
 email mail sysuser clientuser device serial rt_ who id info details detail description desc summary text agent.ip host.ip
 observer.ip event.id helo class_ remoteuser incidentid alert_id detection_id user_ip hostip logname uname severitytext successful success exe comm winlog.level sourceimage callerprocessname sourceprocessname
 logonid sender recipient request requestcontext method agent sent rcvd recv ua browser browsertype logtime logdatetime logdate loggedat timereceived creationdate name host displayname reporter log_source asset_name assetname attachment infection initiatingprocess alternateid creationdate whencreated event_date externalid eventguid logid msgid log_id localtime observer.hostname devicename`)
