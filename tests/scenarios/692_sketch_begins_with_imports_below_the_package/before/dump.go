// Package dump prints stores.
package dump

import (
	"fmt"
	"time"
)

// Keys prints the keys.
func Keys(s *Store) {
	for _, key := range s.Keys() {
		fmt.Println(key)
	}
}
