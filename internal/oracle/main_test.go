package oracle

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"net/http"
	"os"
	"sync"
	"testing"
)

var (
	histories = flag.Int("histories", 60, "how many random histories the oracle judges")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first of them; those of the others follow")
	goOn      = flag.Bool("go-on", false, "go on behind a history that went wrong")
	tell      = flag.Bool("tell", false, "tell each history, and not only one that went wrong")
)

func TestMain(m *testing.M) {
	flag.Parse()
	// The client of Kiteworks goes wherever the default transport goes.
	http.DefaultTransport.(*http.Transport).DialContext = dial
	os.Exit(m.Run())
}

// keyPair signs for all histories: making one takes long.
var keyPair = sync.OnceValues(func() (*rsa.PrivateKey, []byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
})
