package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/a", a)
	mux.HandleFunc("/b", b)
	http.ListenAndServe(":80", mux)
}
