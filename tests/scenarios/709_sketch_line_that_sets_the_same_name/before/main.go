package main

func main() {
	addr := flag.String("addr", ":8080", "listen address")
	s := newServer(logger)
	logger.Printf("listening on %s", *addr)
	serve(*addr, s.router)
}
