package normalize

import "strings"

// ifaceKinds are what names of interfaces begin with: of Linux and the BSDs, of
// Cisco and those that copied it, of Juniper, Palo Alto Networks, Huawei.
var ifaceKinds = wordSet(`eth ens enp eno enx em igb igc ix ixl ixv bge bce vtnet vmx hn re rl xn vr wm bxe mlx mvneta ovpns ovpnc ipsec gif gre wg tun tap ppp pppoe
 wan lan opt port ethernet fastethernet gigabitethernet tengigabitethernet tengige hundredgige twentyfivegige fortygige gi fa te eth-trunk xgigabitethernet ge xe et ae
 irb vlan vlanif bond br lagg agg ae tunnel loopback lo wlan wlp ath vethernet port-channel po serial dialer internal vti vni npu`)

// ifaceName reports whether v is written as the name of an interface: a kind and
// a number, with slashes, points or colons in it: eth0, ethernet1/22.301, ge-0/0/1.0.
func ifaceName(v string) bool {
	if len(v) < 3 || len(v) > 32 || !letter(v[0]) {
		return false
	}
	i := 0
	for i < len(v) && (letter(v[i]) || v[i] == '-') {
		i++
	}
	if i == len(v) || !digit(v[i]) {
		return false
	}
	for j := i; j < len(v); j++ {
		if c := v[j]; !digit(c) && c != '/' && c != '.' && c != ':' && !(lower(c) && v[0] == 'e') {
			return false
		}
	}
	var b [24]byte
	return ifaceKinds[strings.TrimSuffix(string(foldWord(&b, v[:i])), "-")]
}
