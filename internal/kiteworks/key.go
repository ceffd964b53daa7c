package kiteworks

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// ParseKey reads an RSA private key in PEM, PKCS#1 or PKCS#8. The error never
// shows any of the text.
func ParseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("private key: no PEM block found: want -----BEGIN PRIVATE KEY-----")
	}
	if block.Type == "RSA PRIVATE KEY" {
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("private key: the PKCS#1 block does not decode; is it encrypted?")
		}
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key: the %s block does not decode as PKCS#8; is it encrypted?", block.Type)
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("private key: want RSA, have %T: Kiteworks takes RSA public keys only", key)
	}
	return rsaKey, nil
}
