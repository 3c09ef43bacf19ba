package normalize

import (
	"strings"
	"testing"
)

// vendorKeys are keys that makers document for their logs, with what they mean
// there. None of them needs a table of its own maker: the dictionary or the words
// of the key must tell.
const vendorKeys = `
@src          srcip src_ip SourceIp sourceIPAddress SrcIpAddr src.ip.address source.ip ClientIP c-ip clientIp client_ip callerIpAddress httpRequest.clientIp ClientSrcIP principal.ip actor_ip
@src          clientIPAddress initiatorIp InitiatorIP source_address sourceAddress SourceAddress attackerAddress attacker_ip clt_sip suspect_ip userIp access_device.ip protoPayload.requestMetadata.callerIp
@src          requestClientIp client.ipAddress src_ip_addr ip_src srcIPv4 sourceIPv6 SrcIPv6 cliIP c_ip client_ipaddr login_ip loginIp logon_ip origin_ip originating_ip x-originating-ip senderIP sender_ip
@dst          dstip dst_ip dest_ip DestinationIp DstIpAddr dst.ip.address destination.ip ServerIP s-ip server_ip destinationAddress DestinationAddress targetAddress target_ip srv_dip victim_ip target.ip
@dst          destIPAddress destination_ip_address dstIPv4 serverIpAddress EdgeServerIP responderIp ResponderIP destinationIPv6 resolver_ip dns_server_ip
@src.port     srcport src_port SourcePort SrcPortNumber src.port.number sourcePort client_port ClientSrcPort clientPort spt clt_sport initiatorPort src_prt
@dst.port     dstport dst_port dest_port DestinationPort DstPortNumber dst.port.number server_port ServerPort dpt destPort targetPort s-port responderPort service_port
@nat.src      natsrcip NATSourceIP natSourceIp SrcNatIpAddr xlatesrc transip sourceTranslatedAddress NATSource nat_source_address nat-source-address source_nat_ip translated_src_ip mapped_src_ip postNATSourceIP
@nat.dst      NATDestinationIP DstNatIpAddr xlatedst destinationTranslatedAddress NATDestination nat-destination-address destination_nat_ip translated_dst_ip
@nat.src.port natsport NATSourcePort SrcNatPortNumber xlatesport transport_nat sourceTranslatedPort nat-source-port
@nat.dst.port NATDestinationPort DstNatPortNumber xlatedport destinationTranslatedPort nat-destination-port
@src.mac      srcmac src_mac SrcMacAddr sourceMacAddress clientMac client_mac smac sourceMac
@dst.mac      dstmac dst_mac DstMacAddr destinationMacAddress dmac destMac
@src.host     SrcHostname src_host sourceHostName shost clientHostname client_hostname workstationName SrcFQDN src_fqdn
@dst.host     DstHostname dest_host destinationHostName dhost server_hostname dest_fqdn DstFQDN targetHostName
@src.iface    srcintf in_iface SrcInterfaceName deviceInboundInterface inboundInterface ingress_interface src_intf packet-incoming-interface InboundInterface ifin ingressInterface
@dst.iface    dstintf out_iface DstInterfaceName deviceOutboundInterface outboundInterface egress_interface dst_intf packet-outgoing-interface OutboundInterface egressInterface
src_endpoint.zone srczone source-zone-name SrcZone from_zone FromZone IngressZone src_zone source_zone
dst_endpoint.zone dstzone destination-zone-name DstZone to_zone ToZone EgressZone dst_zone
@user         user username user_name UserName userName usr login loginName account_name accountName cs-username UserId userPrincipalName db_user auth_user userIdentity.userName server_principal_name samAccountName
@user         user.username device_username logged_user login_user vpn_user userLogin ActorUsername principal.user.userid user.alternateId
@actor        suser SubjectUserName initiatedBy.user.userPrincipalName actor.alternateId admin adminUser initiated_by operator changed_by performedBy actor.user.name protoPayload.authenticationInfo.principalEmail
@target       duser TargetUserName TargetUsername target_user targetUser destination.user.name target.user.name affectedUser
@proto        proto protocol ip_protocol NetworkProtocol IPProtocol network.transport transport protocol-id ipProto trans_proto
@action       act action DvcAction dvc_action deviceAction firewall_action policy_action SecurityAction action_taken actionTaken enforcement_action ruleAction sensor_action
@outcome      outcome result EventResult event.outcome outcome.result auth_result login_result eventOutcome
status_detail reason EventResultDetails failure_reason failureReason outcome.reason error_message deny_reason status_reason
@severity     severity EventSeverity threat_severity risk_level alertSeverity event_severity log.level severityLevel
@time         timestamp @timestamp eventTime event_time TimeGenerated deviceReceiptTime rt generated_time timeCreated published isotimestamp createdDateTime created_at detectedAt occurred_at event_timestamp eventDateTime activityDateTime
@utc          utctime UtcTime gmttime GMTTime time_utc utc_time
@url          url request requestURL http_url uri cs-uri url.original targetUrl request_url RemoteUrl HttpUrl requested_url
url.path      cs-uri-stem url.path request_path ClientRequestPath urlPath uri_path
url.query_string cs-uri-query url.query request_query httpMessage.query request.query queryString
@url.host     url.domain cs-host ClientRequestHost http_host http.host requestHost url_host vhost httpMessage.host UrlHostname x-host request.headers.host
http_request.http_method method cs-method request_method ClientRequestMethod requestMethod HttpRequestMethod http.request.method httpRequest.httpMethod http_method httpMethod verb
@status       sc-status status_code http_status EdgeResponseStatus response_status HttpStatusCode httpStatus http.response.status_code statusCode response_code
http_request.user_agent userAgent user_agent cs(User-Agent) ClientRequestUserAgent requestClientApplication HttpUserAgent user_agent.original http_user_agent useragent client.userAgent.rawUserAgent protoPayload.requestMetadata.callerSuppliedUserAgent ua request_user_agent
http_request.referrer referer referrer ClientRequestReferer http_referer cs(Referer) HttpReferrer request_referer
query.hostname QueryName dns.question.name DnsQuery dns_query qname rrname dns_name query_name dnsquery queried_domain
query.type    qtype query_type DnsQueryTypeName dns.question.type rrtype dns_reqtype
@file         fname filename file_name FileName file.path TargetFilename filePath attachment_name file_path TargetFileName attachmentName
@hash         sha256 md5 sha1 fileHash file_hash SHA256HashData SHA256String MD5String file.hash.sha256 sha256_hash TargetFileSHA256 hash_sha256 file_sha1
@process      process_name ProcessName image Image process.name InitiatingProcessFileName ImageFileName processImage ActingProcessName src.process.name actor_process_image_name ProcessImageName newProcessName
@command      CommandLine cmdline process_cmdline process.command_line InitiatingProcessCommandLine src.process.cmdline ProcessCommandLine actor_process_command_line commandLine
@parent       ParentImage parent_process_name process.parent.name ParentProcessName parentProcessName ParentBaseFileName parent_name
firewall_rule.name rule rule_name ruleName policy policy_name policyName NetworkRuleName access_rule acl policy-name rule.name matched_rule securityRuleName
firewall_rule.uid ruleId rule_id policyid policyId NetworkRuleNumber rule_number terminatingRuleId WAFRuleID rule.id
finding_info.title signature threat_name ThreatName alert_name alertName attack_name DetectName signature_name vulnerability_name virus_name malware_name infectionName threatInfo.threatName model.name detection.name
@event        event_type eventType eventName event_name EventType operation Operation event.action methodName activity ActionType event_simpleName EVENT_TYPE
metadata.event_code event_id eventId EventID event.code signature_event msg_id logid
traffic.bytes_out bytes_sent sentBytes bytes_out SrcBytes sentbyte bytesOut cs-bytes source.bytes requestsize src_bytes tx_bytes bytes_from_client client_bytes_sent ClientRequestBytes network.sent_bytes bytesSent outBytes
traffic.bytes_in bytes_received receivedBytes bytes_in DstBytes rcvdbyte bytesIn sc-bytes destination.bytes responsesize dst_bytes rx_bytes bytes_to_client EdgeResponseBytes network.received_bytes bytesReceived inBytes response_body_size
@mail.from    sender from_address mail_from email.from.address SenderAddress sender_address envelope_from headerFrom from_email SenderFromAddress smtp_from sender_email
@mail.to      recipient recipients to_address rcpt_to email.to.address RecipientAddress recipient_address envelope_to toAddresses to_email RecipientEmailAddress recipient_email
email.subject subject email_subject email.subject mail_subject message_subject EmailSubject
@device.host  hostname_s computerName Computer dvchost DvcHostname deviceHostName device_name host.name agent_hostname ComputerName observer.hostname LogSourceName log_source_name reporting_device endpoint.name agentComputerName DeviceName endpointName agent.hostname sensor_name firewall_name machine_name
metadata.product.vendor_name vendor deviceVendor EventVendor observer.vendor vendor_name device_vendor product_vendor VendorName
metadata.product.name product deviceProduct EventProduct observer.product product_name device_product productName
`

func TestVendorKeys(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(vendorKeys), "\n") {
		f := strings.Fields(line)
		want, err := parseMeaning(f[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range f[1:] {
			got := resolveKey(k)
			if want.field != 0 && got.read == readSigned {
				got.read = want.read
			}
			if got.read != want.read || got.side != want.side || got.field != want.field {
				t.Errorf("%-40s is %v, want %s", k, meaningName(got), f[0])
			}
		}
	}
}

// meaningName is the name of a meaning as tables write it.
func meaningName(m meaning) string {
	if m.read == readPlain || m.read == readSigned {
		return m.field.Path()
	}
	for name, x := range namedMeanings {
		if x.read == m.read && x.side == m.side && x.field == m.field {
			return name
		}
	}
	return "nothing"
}
