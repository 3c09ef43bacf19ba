package normalize

// arista reads EOS: the name of the agent as program and then a message of Cisco's
// form (Arista, EOS System Messages): "Ebra: %LINEPROTO-5-UPDOWN: …".
var arista = &Parser{
	Name: "arista", Vendor: "Arista", Product: "EOS",
	Apps: `Ebra Aaa Bgp Rib Stp StpTxRx Lldp Lag LagAgent ConfigAgent Cli Fru Launcher PowerManager Thermostat Xcvr PhyEthtool Snmp Mlag Vxlan Acl Ospf Ospf3 Isis
		ProcMgr-worker ProcMgr SuperServer Sysdb SystemInitMonitor PortSec EventMgr StageMgr Ntp Dot1x IgmpSnooping PimBidir Pim Capi Arp Strata SandFabric Sand
		Fhrp ElectionMgr`,
	Parse: func(l *Line) bool {
		if len(l.Body) < 8 || !ciscoShape(l.Body) {
			return false
		}
		return l.switchMessage()
	},
}
