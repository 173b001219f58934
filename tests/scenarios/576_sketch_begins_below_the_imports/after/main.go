package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/a", a)
	mux.HandleFunc("/b", b)
	mux.HandleFunc("/c", c)
	http.ListenAndServe(":80", mux)
}
