package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// startTLS is the name of the extended operation (RFC 4511, 4.14.1).
const startTLS = "1.3.6.1.4.1.1466.20037"

// askForTLS asks a server to go on in TLS. go-ldap's own StartTLS hides why a
// certificate was not accepted, and takes the socket away from framed.
func askForTLS(socket net.Conn) error {
	operation := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "")
	operation.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, startTLS, ""))
	request := ber.NewSequence("")
	request.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
	request.AppendChild(operation)
	if _, err := socket.Write(request.Bytes()); err != nil {
		return err
	}
	// ReadPacket takes no byte more than the answer has: what follows is TLS.
	answer, err := ber.ReadPacket(&framed{Conn: socket})
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if err := ldap.GetLDAPError(answer); err != nil {
		return fmt.Errorf("the server refuses: %w", plain(err))
	}
	return nil
}

// advise adds what to do about a handshake that failed.
func advise(err error) error {
	var (
		unknown  x509.UnknownAuthorityError
		invalid  *tls.CertificateVerificationError
		protocol tls.RecordHeaderError
		alert    *net.OpError
	)
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w: check directory.tls.ca", err)
	case errors.As(err, &invalid):
		return fmt.Errorf("%w: check directory.servers against the names in the server's certificate, and its dates", err)
	case errors.As(err, &protocol):
		return fmt.Errorf("%w: the server does not speak TLS there", err)
	case errors.As(err, &alert) && alert.Op == "remote error": // crypto/tls has no type for it that is not QUIC's
		return fmt.Errorf("%w: the server must offer TLS 1.2 or newer, and accept directory.tls.certificate if it asks for one", err)
	}
	return err
}

// request is what a server has said in the handshake about a certificate of ours.
type request struct {
	made     bool // it asked for one
	answered bool // it was given one
}

// answer gives the server our certificate if it is one of those that it accepts, as crypto/tls does by itself.
func (r *request) answer(config *tls.Config) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		r.made = true
		for i := range config.Certificates {
			if asked.SupportsCertificate(&config.Certificates[i]) == nil {
				r.answered = true
				return &config.Certificates[i], nil
			}
		}
		return new(tls.Certificate), nil
	}
}

// advise adds that the server may have hung up for want of a certificate that it accepts: with TLS 1.3 it
// does so after the handshake, and some say nothing at all.
func (r *request) advise(err error) error {
	var answer *ldap.Error
	switch answered := errors.As(err, &answer) && answer.ResultCode < ldap.ErrorNetwork; {
	case !r.made || answered:
		return err
	case r.answered:
		return fmt.Errorf("%w: it may not accept directory.tls.certificate", err)
	}
	return fmt.Errorf("%w: it asks for a certificate of an authority that it trusts: check directory.tls.certificate", err)
}
