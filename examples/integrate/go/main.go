// Application B: signs its users in with tickets that the portal hands over.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const renewBefore = time.Minute // before the access token ends

// Session is our own: the tokens never reach the browser.
type Session struct {
	lock    sync.Mutex
	tokens  Tokens
	subject string
	renewAt time.Time
}

var sessions sync.Map // by cookie; a real application keeps them where all of its processes find them

func (s *Session) take(tokens Tokens) error {
	if tokens.Access == "" {
		return errRefused // a second factor is asked for: sign in again
	}
	claims, err := verify(tokens.Access)
	if err != nil {
		return err
	}
	// By our own clock: expires_in is right even where the clocks disagree.
	s.tokens, s.subject = tokens, claims.Subject
	s.renewAt = time.Now().Add(time.Duration(tokens.ExpiresIn)*time.Second - renewBefore)
	return nil
}

func (s *Session) end() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	return logout(s.tokens)
}

// signedIn returns whose session is behind the cookie, if it lives at authms, too.
func signedIn(cookie string) (subject string, err error) {
	found, _ := sessions.Load(cookie)
	session, ok := found.(*Session)
	if !ok {
		return "", errRefused
	}
	session.lock.Lock() // one refresh at a time, however many tabs ask
	defer session.lock.Unlock()
	if time.Now().After(session.renewAt) {
		tokens, err := refresh(session.tokens.Refresh)
		if err == nil {
			err = session.take(tokens)
		}
		if err != nil {
			if errors.Is(err, errRefused) {
				sessions.Delete(cookie)
			}
			return "", err
		}
	}
	return session.subject, nil
}

func home(w http.ResponseWriter, r *http.Request) {
	subject, err := signedIn(cookie(r, "session"))
	switch {
	case errors.Is(err, errRefused):
		answer(w, 401, `Not signed in. <a href="/start">Sign in</a>`)
	case err != nil:
		answer(w, 503, "try again in a moment")
	default:
		answer(w, 200, "Signed in as "+subject+`. <form method="post" action="/logout"><button>Sign out</button></form>`)
	}
}

// start ties what the portal hands over to this browser: only it holds the verifier.
func start(w http.ResponseWriter, r *http.Request) {
	verifier := random()
	proof := sha256.Sum256([]byte(verifier))
	setCookie(w, "handover", verifier, http.SameSiteNoneMode, 300) // None: the portal's form comes from another site
	redirect(w, os.Getenv("PORTAL_URL")+"/handover?proof="+base64.RawURLEncoding.EncodeToString(proof[:]))
}

func signin(w http.ResponseWriter, r *http.Request) {
	verifier := cookie(r, "handover")
	if verifier == "" {
		answer(w, 400, `This sign-in was not begun here. <a href="/start">Sign in</a>`)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	tokens, err := redeem(r.PostFormValue("ticket"), verifier)
	session := &Session{}
	if err == nil {
		err = session.take(tokens)
	}
	switch {
	case errors.Is(err, errRefused):
		answer(w, 400, `This link does not work any more. <a href="/start">Sign in</a>`)
	case err != nil:
		answer(w, 503, "try again in a moment")
	default:
		id := random() // always a new one
		sessions.Store(id, session)
		setCookie(w, "session", id, http.SameSiteLaxMode, 0)
		setCookie(w, "handover", "", http.SameSiteNoneMode, -1)
		redirect(w, "/")
	}
}

func signout(w http.ResponseWriter, r *http.Request) {
	found, ok := sessions.LoadAndDelete(cookie(r, "session")) // here at once, whatever authms answers
	setCookie(w, "session", "", http.SameSiteLaxMode, -1)
	if ok && errors.Is(found.(*Session).end(), errUnavailable) {
		answer(w, 503, "try again in a moment")
		return
	}
	redirect(w, "/")
}

// whoami is for callers that bring an access token themselves: nobody is asked, the token is verified here.
func whoami(w http.ResponseWriter, r *http.Request) {
	claims, err := verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	switch {
	case errors.Is(err, errUnavailable):
		answer(w, 503, "try again in a moment")
	case err != nil:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, 401, "no valid token")
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(200)
		_ = json.NewEncoder(w).Encode(map[string]string{"sub": claims.Subject})
	}
}

func main() {
	routes := map[string]http.HandlerFunc{
		"GET /": home, "GET /start": start, "GET /api/whoami": whoami, "POST /signin": signin, "POST /logout": signout,
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if route := routes[r.Method+" "+r.URL.Path]; route != nil {
			route(w, r)
		} else {
			answer(w, 404, "nothing here")
		}
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), app))
}
