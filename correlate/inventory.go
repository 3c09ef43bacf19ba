package correlate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
)

// Asset is what the site has told about one of its hosts.
type Asset struct {
	Address netip.Addr // the zero Addr when only a name is known
	Name    string
	Role    string // in the site's own words, see [Asset.hub]
	Worth   string // low, medium, high or critical
}

// Inventory is what the site has told about its hosts. It is immutable; the
// zero Inventory knows nothing.
type Inventory struct {
	byAddr map[netip.Addr]*Asset
	byName map[string]*Asset // lower case: the whole name and its first label
}

// NewInventory indexes assets. Of two with the same address or name the first
// is taken.
func NewInventory(assets []Asset) *Inventory {
	in := &Inventory{byAddr: map[netip.Addr]*Asset{}, byName: map[string]*Asset{}}
	for i := range assets {
		a := assets[i]
		a.Address = a.Address.Unmap()
		if a.Address.IsValid() && in.byAddr[a.Address] == nil {
			in.byAddr[a.Address] = &a
		}
		name := hostName(a.Name)
		for _, n := range []string{name, shortName(name)} {
			if n != "" && in.byName[n] == nil {
				in.byName[n] = &a
			}
		}
	}
	return in
}

// ReadAssets reads the columns address,name,role,worth (a heading, any order,
// more columns are passed over), comma separated.
func ReadAssets(r io.Reader) ([]Asset, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	c.TrimLeadingSpace = true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimPrefix(strings.TrimSpace(h), "\ufeff"))] = i
	}
	if _, ok := at["address"]; !ok {
		return nil, errors.New("assets: line 1: no column address")
	}
	var out []Asset
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		a := Asset{Name: get("name"), Role: get("role"), Worth: strings.ToLower(get("worth"))}
		if s := get("address"); s != "" {
			if a.Address, err = netip.ParseAddr(s); err != nil {
				line, _ := c.FieldPos(0)
				return nil, fmt.Errorf("assets: line %d: address %q: want an IP address", line, s)
			}
		}
		out = append(out, a)
	}
}

// asset finds what is known of a host by its address or name.
func (in *Inventory) asset(k key) *Asset {
	if in == nil || k.Kind != hostKey {
		return nil
	}
	if k.Addr.IsValid() {
		return in.byAddr[k.Addr]
	}
	if a := in.byName[k.Name]; a != nil {
		return a
	}
	return in.byName[shortName(k.Name)]
}

// same returns the one key under which a host is known, so that an address and
// a name of the same asset meet.
func (in *Inventory) same(k key) key {
	a := in.asset(k)
	if a == nil {
		return k
	}
	if a.Address.IsValid() {
		return key{Kind: hostKey, Addr: a.Address}
	}
	return key{Kind: hostKey, Name: shortName(hostName(a.Name))}
}

// hub reports whether so many parties share this host that its name on two
// findings says nothing about a connection between them, and why.
func (in *Inventory) hub(k key) (string, bool) {
	a := in.asset(k)
	if a == nil {
		return "", false
	}
	role := strings.ToLower(a.Role)
	for _, h := range hubRoles {
		if strings.Contains(role, h) {
			return a.Role, true
		}
	}
	return "", false
}

// hubRoles are the words by which roles of shared hosts are known.
var hubRoles = []string{"dns", "nat", "domain controller", "proxy", "load balancer", "vpn", "gateway", "relay", "jump", "terminal server", "citrix", "resolver", "dhcp"}

// scanner reports whether the site runs this host to scan its own network.
func (in *Inventory) scanner(k key) bool {
	a := in.asset(k)
	if a == nil {
		return false
	}
	role := strings.ToLower(a.Role)
	return strings.Contains(role, "scanner") && !strings.Contains(role, "unauthori")
}

// worth returns what the host is worth: 0 unknown, 1 low to 4 critical.
func (in *Inventory) worth(k key) int {
	a := in.asset(k)
	if a == nil {
		return 0
	}
	switch a.Worth {
	case "low":
		return 1
	case "medium":
		return 2
	case "high":
		return 3
	case "critical":
		return 4
	}
	return 0
}

// hostName writes a host's name as names are compared.
func hostName(s string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
}

// shortName is the first label of a host's name.
func shortName(s string) string {
	short, _, _ := strings.Cut(s, ".")
	return short
}

// internal reports whether an address belongs to the site by its nature:
// private, unique local, link-local or loopback (RFC 1918, 4193, 3927), or
// shared by a carrier (RFC 6598).
func internal(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.Is4() && carrier.Contains(a)
}

var carrier = netip.MustParsePrefix("100.64.0.0/10")

// outside reports whether an address is a single host on the Internet. The
// nets of documentation and benchmarks count as the Internet.
func outside(a netip.Addr) bool {
	return a.IsValid() && !internal(a) && !a.IsMulticast() && !a.IsUnspecified() && a != broadcast
}

var broadcast = netip.MustParseAddr("255.255.255.255")
