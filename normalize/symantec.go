package normalize

import "strings"

// symantec reads what Symantec Endpoint Protection Manager sends: columns, most of
// them with a name, others known by their place (Broadcom, External Logging
// settings and log event severity levels for Endpoint Protection Manager). Names
// differ between versions: Server and Server Name, User and User Name.
var symantec = &Parser{
	Name: "symantec", Vendor: "Symantec", Product: "Endpoint Protection",
	Apps:   "SymantecServer",
	Begins: []string{"Site: ", "Scan ID: ", "Virus found,", "Security risk found,", "Potential risk found,", "Forced SONAR threat detected,", "Compressed File,", "Commercial application detected,", "SONAR "},
	Next:   ` -._,`,
	Shape:  symantecShape,
	Parse:  parseSymantec,
}

// symantecShape knows logs of clients by the column behind the client's name.
func symantecShape(s string) bool {
	i := strings.IndexByte(s[:min(len(s), 64)], ',')
	if i <= 0 {
		return false
	}
	rest := s[i+1:]
	switch {
	case strings.HasPrefix(rest, "Category: "), strings.HasPrefix(rest, "Local Host"), strings.HasPrefix(rest, "Event Description: "), strings.HasPrefix(rest, "[SID: "):
		return true
	}
	// "B" is rarer than a comma, and is looked for in every line of columns.
	return strings.Contains(rest, "Begin: ") && strings.Contains(rest, ",Begin: ") && (strings.Contains(rest, ",Rule: ") || strings.Contains(rest, ",Intrusion ID: "))
}

var symantecKeys = NewKeys(`
@device.host        Computer_name Computer
@device             IP_Address
finding_info.title  Risk_name CIDS_Signature_string
finding_info.uid    CIDS_Signature_ID
finding_info.types  Category_type
@file               File_path
@hash               Application_hash SHA-256 MD-5
file.size           File_size_(bytes)
@user               User_Name User Admin User1
user.domain         Domain_Name Domain
@action             Actual_action Action
firewall_rule.name  Rule
@process            Application
@url                Intrusion_URL Download_site
@time               Event_time Begin
@src.host           Source_Computer_Name Source_computer
@src                Source_Computer_IP Source_IP
count               Occurrences
@message            Event_Description
metadata.product.feature.name Source
@keep               Site Server_Name Server Category Group_Name Group Location Local_Host_IP Local_Host Local_Port Local_Host_MAC Remote_Host_IP Remote_Host_Name
@keep               Remote_Port Remote_Host_MAC Requested_action Secondary_action Disposition Confidence Prevalence Scan_ID Scan_Type Threats Infected Total_files
@keep               Omitted Command Duration_(seconds) End_Time End Event_Insert_Time Inserted Last_update_time Intrusion_ID Hash_type Company_name Application_name
@keep               Application_type Application_version Category_set Description URL_Tracking_Status First_Seen Sensitivity Web_domain Downloaded_by Device_ID Action_Type User2
`)

func parseSymantec(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	l.KV = l.KV[:0]
	l.columns(s, ',')
	if len(l.KV) < 3 {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	plain := l.symantecColumns()
	if l.Head.App != "SymantecServer" && len(l.KV)-len(plain) < 2 {
		l.KV, l.Form = l.KV[:0], Text
		return false
	}
	l.Apply(symantecKeys)
	l.symantecKind(plain)
	return true
}

// symantecColumns makes pairs of the columns that have a name and returns the
// others: "Event time: 2026-03-02 08:00:00" is a pair, "Inbound" is not.
func (l *Line) symantecColumns() (plain []string) {
	l.Form = KeyValue
	for i := range l.KV {
		kv := &l.KV[i]
		v := strings.TrimSpace(kv.Val)
		k, rest, ok := strings.Cut(v, ":")
		if !ok || k == "" || len(k) > 40 || !upper(k[0]) || rest != "" && rest[0] != ' ' || strings.Count(k, " ") > 3 {
			plain = append(plain, v)
			kv.Key, kv.Val = "", ""
			continue
		}
		kv.Key, kv.Val = l.spacedKey(k), strings.TrimSpace(rest)
	}
	return plain
}

// symantecKind settles what log the line is of.
func (l *Line) symantecKind(plain []string) {
	switch {
	case l.Get("Risk_name") != "" || l.Get("Actual_action") != "":
		l.symantecRisk(plain)
	case l.Get("Scan_ID") != "":
		l.symantecScan(plain)
	case l.Get("Site") != "":
		l.symantecServer(plain)
	default:
		l.symantecClient(plain)
	}
}
