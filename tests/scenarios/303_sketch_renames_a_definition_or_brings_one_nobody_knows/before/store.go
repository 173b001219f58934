package store

import (
	"errors"
	"fmt"
	"sync"
)

var ErrGone = errors.New("gone")

type Store struct {
	mu    sync.Mutex
	items map[string]string
	limit int
}

func New(limit int) *Store {
	return &Store{
		items: map[string]string{},
		limit: limit,
	}
}

func (s *Store) Get(key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.items[key]
	if !ok {
		return "", ErrGone
	}
	return value, nil
}

func (s *Store) Put(key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) >= s.limit {
		return fmt.Errorf("full: %d", s.limit)
	}
	s.items[key] = value
	return nil
}

func (s *Store) Each(visit func(key, value string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, value := range s.items {
		visit(key, value)
	}
}
