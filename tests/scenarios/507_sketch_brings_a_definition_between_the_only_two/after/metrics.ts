export class Metrics {
  private unit = 's';

  counts(ids: string[]): number {
    return this.service.counts(ids);
  }

  /** Tells the client. */
  update(id: string): void {
    this.client.update(id);
    this.changed = true;
  }

  sums(ids: string[]): number {
    return this.client.sums(ids);
  }
}
