package a

import (
	"fmt"
	"os"
)

func f() { fmt.Println(os.Args) }
