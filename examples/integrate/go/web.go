package main

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
)

// random returns 256 bits that nobody can guess.
func random() string {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(secret)
}

func cookie(r *http.Request, name string) string {
	if found, err := r.Cookie(name); err == nil {
		return found.Value
	}
	return ""
}

// setCookie: behind https call them __Host-handover and __Host-session.
func setCookie(w http.ResponseWriter, name, value string, site http.SameSite, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, Secure: true, SameSite: site, MaxAge: age,
	})
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
