package work

func (p *Pool) run(ctx context.Context, job Job) error {
	start := time.Now()
	err := p.handler(ctx, job)
	log.Printf("job %s took %s", job.ID, time.Since(start))
	return err
}
