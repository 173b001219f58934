package a

import (
	"fmt"
	"os"
	"strings"
	m "math"
)

func f() { fmt.Println(os.Args) }
