// Package dump prints stores.
package dump

import (
	"fmt"
	"os"
	"time"
)

// Keys prints the keys.
func Keys(s *Store) {
	for _, key := range s.Keys() {
		fmt.Println(key)
	}
}

// Values prints the values.
func Values(s *Store) {
	for _, value := range s.Values() {
		fmt.Fprintln(os.Stdout, value)
	}
}
