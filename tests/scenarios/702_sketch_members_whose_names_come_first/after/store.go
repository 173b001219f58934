package store

type Backend interface {
	Load(ctx context.Context, key string) ([]byte, error)
	Save(ctx context.Context, key string, value []byte) error
	Delete(ctx context.Context, key string) (bool, error)
	Keys(ctx context.Context, prefix string) ([]string, error)
}

type Entry struct {
	Key   string
	Value []byte
	Hits  int
	Misses int
}
