package app

import (
	"encoding/json"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// ManagementHandler answers on the management address: whether the process lives, whether it can serve, its metrics, and
// on request its profiles.
func (a *App) ManagementHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /alive", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /ready", a.answerReady)
	_ = a.registry.Register(collectors.NewGoCollector())
	_ = a.registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}))
	if a.Config.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	}
	return mux
}

// answerReady tells whether the node can serve, and why not.
func (a *App) answerReady(w http.ResponseWriter, r *http.Request) {
	var reasons []string
	if !a.ready.Load() {
		reasons = append(reasons, "the node is starting or stopping")
	}
	if err := a.DB.Ping(r.Context()); err != nil {
		reasons = append(reasons, "the database does not answer")
	}
	trouble, backup := a.keyState.get()
	if trouble != "" {
		reasons = append(reasons, "the keyset of the node is not the one in use; the log says why")
	}
	var warnings []string
	if advice := a.backupAdvice(backup); advice != "" {
		warnings = append(warnings, advice)
	}
	w.Header().Set("Content-Type", "application/json")
	if len(reasons) > 0 {
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(struct {
		Ready    bool     `json:"ready"`
		Reasons  []string `json:"reasons,omitempty"`
		Warnings []string `json:"warnings,omitempty"`
	}{len(reasons) == 0, reasons, warnings})
}
