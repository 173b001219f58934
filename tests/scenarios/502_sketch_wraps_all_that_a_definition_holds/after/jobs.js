export class Queue {
  take() {
    if (this.jobs.length) {
      const job = this.jobs.pop();
      job.start();
    }
  }

  close() {
    this.jobs = [];
  }
}
