package appliance

import (
	"fmt"
	"io"

	"github.com/VictoriaMetrics/metrics"
)

// writeMetrics writes a status in the text form of Prometheus.
func writeMetrics(w io.Writer, s *Status) {
	counter := func(name string, n uint64) { metrics.WriteCounterUint64(w, name, n) }
	gauge := func(name string, n float64) { metrics.WriteGaugeFloat64(w, name, n) }
	for _, in := range s.Inputs {
		label := fmt.Sprintf("{input=%q}", in.Name)
		counter("picket_received_total"+label, in.Received)
		counter("picket_stored_total"+label, in.Stored)
		counter("picket_filtered_total"+label, in.Filtered)
		counter(fmt.Sprintf("picket_dropped_total{input=%q,reason=\"full\"}", in.Name), in.DroppedFull)
		counter(fmt.Sprintf("picket_dropped_total{input=%q,reason=\"kernel\"}", in.Name), in.DroppedKernel)
		gauge("picket_in_flight"+label, float64(in.InFlight))
		counter("picket_received_bytes_total"+label, in.Bytes)
		counter("picket_truncated_total"+label, in.Truncated)
		counter("picket_malformed_total"+label, in.Malformed)
		counter("picket_refused_total"+label, in.Refused)
		counter("picket_not_understood_total"+label, in.NotUnderstood)
		up := 1.0
		if in.Down != "" {
			up = 0
		}
		gauge("picket_input_up"+label, up)
	}
	gauge("picket_queue_length", float64(s.Queue.Length))
	gauge("picket_queue_peak", float64(s.Queue.Peak))
	gauge("picket_store_events", float64(s.Store.Events))
	gauge("picket_store_bytes", float64(s.Store.Bytes))
	gauge("picket_store_budget_bytes", float64(s.Store.Budget))
	gauge("picket_store_segments", float64(s.Store.Segments))
	gauge("picket_store_damaged_blocks", float64(s.Store.Damaged))
	counter("picket_store_sequence", s.Store.Last)
	gauge("picket_disk_free_bytes", float64(s.Store.Free))
	gauge("picket_signatures", float64(s.Rules.Loaded))
	gauge("picket_signatures_failed", float64(len(s.Rules.Failed)))
	counter("picket_signatures_throttled_total", s.Rules.Throttled)
	counter("picket_findings_total", s.Findings)
	counter("picket_findings_hidden_total", s.Hidden)
	counter("picket_findings_inhibited_total", s.Inhibited)
	gauge("picket_noise_controls", float64(s.Controls))
	counter("picket_evicted_total", s.Evicted)
	gauge("picket_incidents_open", float64(s.Open))
	gauge("picket_sources", float64(s.Sources.Total))
	gauge("picket_sources_silent", float64(len(s.Sources.Silent)))
	if u := s.Uplink; u != nil {
		up := 0.0
		if u.Connected {
			up = 1
		}
		gauge("picket_uplink_connected", up)
		gauge("picket_uplink_oldest_seconds", float64(u.Age)/1000)
		gauge("picket_uplink_backlog", float64(u.Backlog))
		counter("picket_uplink_lost_total", u.Lost)
		for _, l := range u.Lanes {
			label := fmt.Sprintf("{lane=%q}", l.Name)
			counter("picket_uplink_sent_sequence"+label, l.Sent)
			counter("picket_uplink_receipted_sequence"+label, l.Receipted)
			counter("picket_uplink_bytes_total"+label, l.Bytes)
		}
	}
	gauge("picket_clock_error_seconds", float64(s.Clock.ErrorMicros)/1e6)
	for _, c := range s.Certs {
		gauge(fmt.Sprintf("picket_certificate_seconds_left{use=%q}", c.Use), float64(c.NotAfter-s.Now)/1000)
	}
	gauge("picket_resident_memory_bytes", float64(s.RSS))
	metrics.WriteProcessMetrics(w)
}
