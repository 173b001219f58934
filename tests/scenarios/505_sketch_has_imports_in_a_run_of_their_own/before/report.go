package report

import (
	"fmt"
	"os"
)

func Report(rows []string) {
	for _, row := range rows {
		fmt.Fprintln(os.Stdout, row)
	}
}
