package correlate

import "strings"

// tactics are those of ATT&CK for enterprises, as Sigma tags them, in the order
// in which an attack goes through them.
var tactics = []struct{ tag, name string }{
	{"reconnaissance", "Reconnaissance"}, {"resource-development", "Resource Development"},
	{"initial-access", "Initial Access"}, {"execution", "Execution"}, {"persistence", "Persistence"},
	{"privilege-escalation", "Privilege Escalation"}, {"defense-evasion", "Defense Evasion"},
	{"credential-access", "Credential Access"}, {"discovery", "Discovery"}, {"lateral-movement", "Lateral Movement"},
	{"collection", "Collection"}, {"command-and-control", "Command and Control"}, {"exfiltration", "Exfiltration"},
	{"impact", "Impact"},
}

func tacticRank(tag string) int {
	for i, t := range tactics {
		if t.tag == tag {
			return i
		}
	}
	return -1
}

// attackTags reads Sigma's tags: attack.t1110.001, attack.credential-access
// (also with an underscore, as older rules write it).
func attackTags(tags []string) (techniques, inTactics []string) {
	for _, t := range tags {
		t, ok := strings.CutPrefix(strings.ToLower(t), "attack.")
		if !ok {
			continue
		}
		if len(t) > 4 && t[0] == 't' && t[1] >= '0' && t[1] <= '9' {
			techniques = appendNew(techniques, strings.ToUpper(t))
			continue
		}
		if t = strings.ReplaceAll(t, "_", "-"); tacticRank(t) >= 0 {
			inTactics = appendNew(inTactics, t)
		}
	}
	return techniques, inTactics
}

// deviceWords tell, from the words in which devices report an attack, what kind
// of attack it is. The first that is found counts; what people fear most comes
// first.
var deviceWords = []struct {
	words     string // any of these, separated by |
	kind      deviceKind
	technique string
	tactic    string
}{
	{"ransom", malware, "T1486", "impact"},
	{"command and control|command-and-control|c&c|c2 |cnc|callback|check-in|checkin|beacon|botnet|spyware|phone home|phone-home", callback, "T1071", "command-and-control"},
	{"dns tunnel", callback, "T1071.004", "command-and-control"},
	{"coin|miner|cryptomin", malware, "T1496", "impact"},
	{"mimikatz|credential dump|lsass", malware, "T1003", "credential-access"},
	{"webshell|web shell|web-shell", attempt, "T1505.003", "persistence"},
	{"phish", attempt, "T1566", "initial-access"},
	{"trojan|malware|virus|worm|backdoor| rat |rootkit|loader|downloader|dropper|keylogger|stealer|infected", malware, "T1204.002", "execution"},
	{"brute force|brute-force|bruteforce|password guess|login attempt", attempt, "T1110", "credential-access"},
	{"sql injection|sqli|cross site|cross-site|xss|traversal|file inclusion|web application|web-application", attempt, "T1190", "initial-access"},
	{"denial of service|denial-of-service|ddos|flood|amplification", attempt, "T1498", "impact"},
	{"exfiltrat|data leak|data loss|dlp", malware, "T1048", "exfiltration"},
	{"psexec|lateral|eternalblue|smb exploit", attempt, "T1210", "lateral-movement"},
	{"privilege escalation|privilege gain|administrator privilege", attempt, "T1068", "privilege-escalation"},
	{"port scan|portscan|network scan|sweep|reconnaissance|probe|information leak", scan, "T1046", "discovery"},
	{"powershell|script|macro|shellcode", attempt, "T1059", "execution"},
	{"exploit|overflow|remote code|code execution|cve-|vulnerab|attempted-admin|attempted user", attempt, "T1190", "initial-access"},
}

// deviceKind is what kind of attack a device reports.
type deviceKind uint8

const (
	otherAttack deviceKind = iota
	malware                // something runs on a host of the site
	callback               // a host of the site calls somebody who commands it
	attempt                // somebody tries
	scan
)

// callbackTechniques are the techniques of malware that calls home by a word in
// the text: over HTTP where it says so, over DNS where it says that.
func callbackTechnique(text string) string {
	switch {
	case strings.Contains(text, "dns"):
		return "T1071.004"
	case strings.Contains(text, "http"):
		return "T1071.001"
	}
	return "T1071"
}

func appendNew(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}
