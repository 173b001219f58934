export class Metrics {
  private unit = 'ms';

  counts(ids: string[]): number {
    return this.service.counts(ids);
  }

  sums(ids: string[]): number {
    return this.client.sums(ids);
  }
}
