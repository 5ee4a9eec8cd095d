package load

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Password is what the administrator of a started server has.
const Password = "For-Measurements-Only-1"

// Server is a server process on loopback.
type Server struct {
	Binary   string
	Data     string       // folder
	Database string       // URL; "" is the SQLite file in Data
	Env      []string     // beside that of this process
	HTTP     *http.Client // asks whether it is ready
	Manage   string       // URL of the management address, once it was started
	URL      string       // public URL

	addresses []string // HTTPS, HTTP, management; kept when it is started again
	cmd       *exec.Cmd
	ended     chan struct{}
	failure   error // why it ended; read after ended is closed
}

// Start starts the process with the quick start. It is not ready yet. Started again, it has the same addresses.
func (s *Server) Start(ctx context.Context) error {
	if s.addresses == nil {
		if err := s.place(ctx); err != nil {
			return err
		}
	}
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the process has its own handle
	args := append([]string{"serve", "--quickstart", "--listen", s.addresses[0], "--http", s.addresses[1],
		"--management", s.addresses[2], "--public-url", s.URL}, s.Where()...)
	cmd := exec.Command(s.Binary, args...) //nolint:gosec,noctx // the program that was just built; it ends by Stop or Kill
	cmd.Env = append(append(os.Environ(), "HORIZON_ADMIN_PASSWORD="+Password), s.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { s.failure = cmd.Wait(); close(ended) }()
	s.cmd, s.ended = cmd, ended
	return nil
}

// Where are the flags that name data and database to every command.
func (s *Server) Where() []string {
	if s.Database == "" {
		return []string{"--data", s.Data}
	}
	return []string{"--data", s.Data, "--database", s.Database}
}

// LogFile is where the output of the process goes.
func (s *Server) LogFile() string { return filepath.Clean(s.Data) + ".log" }

// Directory is the URL of the ACME directory of the quick start.
func (s *Server) Directory() string { return s.URL + "/acme/quickstart/directory" }

// PID is the number of the process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// place finds three free addresses.
func (s *Server) place(ctx context.Context) error {
	var listeners []net.Listener
	defer func() {
		for _, l := range listeners {
			_ = l.Close()
		}
	}()
	for range 3 {
		var c net.ListenConfig
		l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		listeners = append(listeners, l)
		s.addresses = append(s.addresses, l.Addr().String())
	}
	_, port, err := net.SplitHostPort(s.addresses[0])
	s.URL, s.Manage = "https://localhost:"+port, "http://"+s.addresses[2]
	return err
}

// pause is the time between two questions whether it is ready.
const pause = 2 * time.Millisecond

// Ready waits until the process says that it is ready.
func (s *Server) Ready(ctx context.Context) error {
	for {
		if s.isReady(ctx) {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended before it was ready (%w): %s", errors.Join(s.failure, io.EOF), s.lastWords())
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("waiting for the server: %w: %s", ctx.Err(), s.lastWords())
		}
	}
}

func (s *Server) isReady(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Manage+"/ready", nil)
	if err != nil {
		return false
	}
	w, err := s.HTTP.Do(r)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, w.Body)
	_ = w.Body.Close()
	return w.StatusCode == http.StatusOK
}

const maxWords = 2000

// lastWords are the end of its output.
func (s *Server) lastWords() string {
	b, err := os.ReadFile(s.LogFile())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-maxWords):])
}

// Stop asks the process to end, and waits for it.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-s.ended
	if s.failure != nil {
		return fmt.Errorf("stopping the server: %w: %s", s.failure, s.lastWords())
	}
	return nil
}

// Kill ends the process at once (SIGKILL), and waits until it is gone. It reports a process that had ended by itself.
func (s *Server) Kill() error {
	if err := s.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("killing the server: %w: %s", err, s.lastWords())
	}
	<-s.ended
	return nil
}

// Roots are what a client of the process and of its CA has to trust.
func (s *Server) Roots() (*x509.CertPool, error) {
	b, err := os.ReadFile(filepath.Join(s.Data, "quickstart", "ca.pem"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("the roots of the quick start are not PEM")
	}
	return pool, nil
}
