package report

import (
	"fmt"
	"os"
	"strings"
)

func Report(rows []string) {
	for _, row := range rows {
		fmt.Fprintln(os.Stdout, strings.TrimSpace(row))
	}
}
