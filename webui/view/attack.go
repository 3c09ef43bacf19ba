package view

import (
	_ "embed"
	"strings"
)

// Tactic is a stage of an attack as MITRE ATT&CK (Enterprise) names it.
type Tactic struct {
	ID    string // as signatures tag it: "credential-access"
	Name  string
	Short string // for where there is little room
	Mean  string // what the attacker wants there, in a few words
}

// Tactics are the stages in the order in which ATT&CK lists them.
var Tactics = []Tactic{
	{"reconnaissance", "Reconnaissance", "Recon", "looks the site over"},
	{"resource-development", "Resource development", "Prepare", "prepares its tools"},
	{"initial-access", "Initial access", "Access", "tries to get in"},
	{"execution", "Execution", "Execute", "runs its own code"},
	{"persistence", "Persistence", "Persist", "makes sure to come back"},
	{"privilege-escalation", "Privilege escalation", "Rights", "wants more rights"},
	{"defense-evasion", "Defense evasion", "Evasion", "hides"},
	{"credential-access", "Credential access", "Passwords", "is after passwords"},
	{"discovery", "Discovery", "Discovery", "looks around inside"},
	{"lateral-movement", "Lateral movement", "Lateral", "goes from host to host"},
	{"collection", "Collection", "Collect", "gathers data"},
	{"command-and-control", "Command and control", "Control", "is steered from outside"},
	{"exfiltration", "Exfiltration", "Exfiltrate", "carries data out"},
	{"impact", "Impact", "Impact", "does damage"},
}

// TacticName returns the name of a tactic, or its id when it is not known.
func TacticName(id string) string {
	id = strings.ReplaceAll(strings.ToLower(id), "_", "-")
	for _, t := range Tactics {
		if t.ID == id {
			return t.Name
		}
	}
	return id
}

// attack.txt names techniques, one a line: "T1110 Brute Force", sub-techniques
// below theirs as ".001 Password Guessing".
//
//go:embed attack.txt
var attackText string

var techniqueNames = readTechniques(attackText)

func readTechniques(text string) map[string]string {
	names := map[string]string{}
	base := ""
	for line := range strings.Lines(text) {
		id, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case !ok || id[0] == '#':
		case id[0] == '.':
			names[base+id] = names[base] + ": " + name
		default:
			base = id
			names[id] = name
		}
	}
	return names
}

// TechniqueName returns the name of a technique ("T1110.001" is "Brute Force:
// Password Guessing"), of its parent where only that is known, else "".
func TechniqueName(id string) string {
	if n, ok := techniqueNames[id]; ok {
		return n
	}
	base, _, _ := strings.Cut(id, ".")
	return techniqueNames[base]
}
