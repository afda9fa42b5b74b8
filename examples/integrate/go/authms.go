package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// What a web application needs of authms: redeem a ticket, verify a token, refresh, sign out.

var (
	issuer       = os.Getenv("AUTHMS_URL") // byte for byte
	clientID     = os.Getenv("CLIENT_ID")
	clientSecret = os.Getenv("CLIENT_SECRET")
	caller       = http.Client{Timeout: 3 * time.Second}

	// errRefused: authms said no, asking again changes nothing.
	errRefused = errors.New("refused")
	// errUnavailable: no answer that counts, the outcome is unknown, or it is too early.
	errUnavailable = errors.New("unavailable")
)

const (
	tries       = 3 // the last begins within the 10 seconds in which a refresh can be repeated
	longestWait = time.Second
	leeway      = time.Minute
)

// Tokens is what a redemption and a refresh answer.
type Tokens struct {
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	ExpiresIn int    `json:"expires_in"`
}

// post asks again after a 5xx, a broken connection or silence; each of our requests is safe to repeat.
func post(path string, body map[string]string, dress func(*http.Request)) (tokens Tokens, err error) {
	data, _ := json.Marshal(body)
	wait := time.Duration(0)
	for attempt := 0; attempt < tries; attempt++ {
		if wait > longestWait {
			wait = longestWait
		}
		time.Sleep(wait)
		wait = 100 * time.Millisecond << attempt
		request, err := http.NewRequest("POST", issuer+"/api/v1"+path, bytes.NewReader(data))
		if err != nil {
			return tokens, err
		}
		request.Header.Set("Content-Type", "application/json")
		dress(request)
		answer, err := caller.Do(request)
		if err != nil {
			continue // no answer: whether it was done is unknown
		}
		err = json.NewDecoder(answer.Body).Decode(&tokens)
		answer.Body.Close()
		switch after, _ := strconv.Atoi(answer.Header.Get("Retry-After")); {
		case answer.StatusCode == 200 && err == nil:
			return tokens, nil
		case answer.StatusCode == 429:
			return tokens, errUnavailable
		case answer.StatusCode >= 300 && answer.StatusCode < 500:
			return tokens, errRefused
		case time.Duration(after)*time.Second > wait:
			wait = time.Duration(after) * time.Second
		}
	}
	return tokens, errUnavailable
}

// redeem trades the ticket for tokens. The Idempotency-Key is new for each redemption and kept over its retries.
func redeem(ticket, verifier string) (Tokens, error) {
	key := random()
	return post("/auth/ticket/signin", map[string]string{"ticket": ticket, "verifier": verifier}, func(r *http.Request) {
		r.SetBasicAuth(clientID, clientSecret)
		r.Header.Set("Idempotency-Key", key)
	})
}

// refresh gets the next pair of tokens; the former refresh token is used up.
func refresh(token string) (Tokens, error) {
	return post("/auth/refresh", map[string]string{"refresh_token": token}, func(*http.Request) {})
}

// logout ends the session at authms; either token is enough.
func logout(tokens Tokens) error {
	_, err := post("/auth/logout", map[string]string{"refresh_token": tokens.Refresh}, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+tokens.Access)
	})
	return err
}

// Never the algorithm that the token itself names; times are checked below, with a leeway.
var parser = jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation())

// verify returns the claims of an access token that authms issued for this client.
func verify(token string) (*jwt.RegisteredClaims, error) {
	claims := &jwt.RegisteredClaims{}
	parsed, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return keys.find(t.Header["kid"]) })
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if parsed.Header["typ"] == "at+jwt" && claims.Subject != "" && claims.VerifyIssuer(issuer, true) &&
		claims.VerifyAudience(clientID, true) && claims.VerifyExpiresAt(now.Add(-leeway), true) &&
		claims.VerifyNotBefore(now.Add(leeway), false) {
		return claims, nil
	}
	return nil, errors.New("no access token for this client")
}
