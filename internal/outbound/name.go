package outbound

import (
	"bufio"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// canonical returns a host name in lower case with a dot at its end. It takes what can stand in the DNS for a service:
// letters, digits, hyphens and underscores; names in other scripts must come as A-labels.
func canonical(name string) (string, error) {
	s := strings.ToLower(strings.TrimSuffix(name, "."))
	if s == "" || len(s) > 253 {
		return "", fail(StepCheck, name, badTarget, "not a host name", nil)
	}
	for label := range strings.SplitSeq(s, ".") {
		if !validLabel(label) {
			return "", fail(StepCheck, name, badTarget, "not a host name", nil)
		}
	}
	return s + ".", nil
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, c := range label {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// local reports whether a canonical name is under localhost.
func local(name string) bool {
	return name == "localhost." || strings.HasSuffix(name, ".localhost.")
}

// metadataNames lead to a cloud provider's credentials; they matter where a proxy resolves.
var metadataNames = map[string]bool{
	"metadata.google.internal.": true, "metadata.goog.": true, "metadata.": true,
	"instance-data.": true, "instance-data.ec2.internal.": true, "metadata.azure.internal.": true,
}

// checkName refuses names that some resolvers would read as addresses (127.1, 0x7f000001), and those of metadata services.
func checkName(name string) error {
	c, err := canonical(name)
	if err != nil {
		return err
	}
	labels := strings.Split(strings.TrimSuffix(c, "."), ".")
	last := labels[len(labels)-1]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || digits(last) {
		return fail(StepCheck, name, badTarget, "neither a host name nor an address", nil)
	}
	if metadataNames[c] {
		return fail(StepCheck, name, Refused, "the name of a cloud metadata service", nil)
	}
	return nil
}

// splitTarget takes host:port apart. Unlike the standard library it wants a number, and knows no service names.
func splitTarget(address string) (host string, port int, err error) {
	i := strings.LastIndexByte(address, ':')
	if i < 0 {
		return "", 0, fail(StepCheck, address, badTarget, "not host:port", nil)
	}
	host = address[:i]
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	} else if strings.ContainsAny(host, ":[]") {
		return "", 0, fail(StepCheck, address, badTarget, "an IPv6 address stands in brackets", nil)
	}
	n, err := strconv.ParseUint(address[i+1:], 10, 16)
	if err != nil || n == 0 || host == "" {
		return "", 0, fail(StepCheck, address, badTarget, "not host:port", err)
	}
	return host, int(n), nil
}

const maxHosts = 1 << 20

// fromHosts returns the addresses of a canonical name in a file of the form of /etc/hosts. The file is read anew each
// time, as it may change; one that cannot be read knows nothing.
func fromHosts(file, name string) []netip.Addr {
	if file == "" {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	var all []netip.Addr
	lines := bufio.NewScanner(io.LimitReader(f, maxHosts))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) < 2 || !listed(fields[1:], name) {
			continue
		}
		if a, err := netip.ParseAddr(fields[0]); err == nil {
			all = append(all, a)
		}
	}
	return all
}

func listed(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(strings.TrimSuffix(n, ".")+".", name) {
			return true
		}
	}
	return false
}
