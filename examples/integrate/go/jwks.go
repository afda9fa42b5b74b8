package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// golang-jwt verifies, but fetches no keys: this is the step between.

const (
	keysFresh    = 5 * time.Minute  // what authms's Cache-Control says
	keysCooldown = 30 * time.Second // so that invented kids make no traffic
)

var errUnknownKey = errors.New("unknown kid")

type keySet struct {
	lock    sync.Mutex
	known   map[string]*ecdsa.PublicKey
	fetched time.Time
}

var keys keySet

// find returns the key of that kid, and fetches the set when it is old, or the kid is new to us.
func (k *keySet) find(kid any) (*ecdsa.PublicKey, error) {
	id, _ := kid.(string)
	k.lock.Lock()
	defer k.lock.Unlock()
	age := time.Since(k.fetched)
	if age > keysFresh || k.known[id] == nil && age > keysCooldown {
		known, err := fetchKeys()
		if err != nil {
			return nil, fmt.Errorf("%w: %v", errUnavailable, err)
		}
		k.known, k.fetched = known, time.Now()
	}
	if key := k.known[id]; key != nil {
		return key, nil
	}
	return nil, errUnknownKey
}

func fetchKeys() (map[string]*ecdsa.PublicKey, error) {
	answer, err := caller.Get(issuer + "/.well-known/jwks.json")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var set struct {
		Keys []struct{ Kid, Alg, Crv, X, Y string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil || answer.StatusCode != 200 {
		return nil, fmt.Errorf("no key set: %d, %v", answer.StatusCode, err)
	}
	known := map[string]*ecdsa.PublicKey{}
	for _, key := range set.Keys {
		x, errX := base64.RawURLEncoding.DecodeString(key.X)
		y, errY := base64.RawURLEncoding.DecodeString(key.Y)
		if key.Alg != "ES256" || key.Crv != "P-256" || errX != nil || errY != nil {
			continue // not for the one algorithm that we allow
		}
		known[key.Kid] = &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
	}
	return known, nil
}
