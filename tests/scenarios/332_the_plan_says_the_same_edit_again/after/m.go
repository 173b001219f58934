package m

import "os"

func run() {
	start()
	wait()
}
