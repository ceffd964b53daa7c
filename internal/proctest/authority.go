package proctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a certificate authority that nobody but its test trusts.
type Authority struct {
	PEM []byte // its certificate

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes an authority that is valid for a day.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	template := certificate("proctest authority")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	a := &Authority{certificate: template, key: newKey(t)}
	der := a.sign(t, template, a.key)
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.certificate, a.PEM = parsed, encode("CERTIFICATE", der)
	return a
}

// File writes the authority's certificate and returns the path.
func (a *Authority) File(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	Write(t, path, a.PEM)
	return path
}

// Issue writes ca.pem, server.pem and server.key for 127.0.0.1 into dir and returns the first's path.
func (a *Authority) Issue(t testing.TB, dir string) string {
	t.Helper()
	template := certificate("127.0.0.1")
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	ca := filepath.Join(dir, "ca.pem")
	Write(t, ca, a.PEM)
	a.write(t, template, filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key"))
	return ca
}

// IssueClient writes a client's certificate with a common name, and its key, and returns their paths.
func (a *Authority) IssueClient(t testing.TB, name string) (certificateFile, keyFile string) {
	t.Helper()
	template := certificate(name)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	dir := t.TempDir()
	certificateFile, keyFile = filepath.Join(dir, "client.pem"), filepath.Join(dir, "client.key")
	a.write(t, template, certificateFile, keyFile)
	return certificateFile, keyFile
}

// write signs a certificate for a new key and writes both.
func (a *Authority) write(t testing.TB, template *x509.Certificate, certificateFile, keyFile string) {
	t.Helper()
	key := newKey(t)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	Write(t, certificateFile, encode("CERTIFICATE", a.sign(t, template, key)))
	Write(t, keyFile, encode("PRIVATE KEY", secret))
}

func (a *Authority) sign(t testing.TB, template *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func certificate(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(24 * time.Hour),
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
