export class Queue {
  take() {
    const job = this.jobs.pop();
    job.start();
  }

  close() {
    this.jobs = [];
  }
}
