package work

func (p *Pool) run(ctx context.Context, job Job) error {
	start := time.Now()
	n, err := p.handler(ctx, job)
	p.total += n
	log.Printf("job %s took %s", job.ID, time.Since(start))
	return err
}
