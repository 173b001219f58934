class Queue:
    def take(self):
        with self.lock:
            self.taken += 1
            job = self.jobs.pop()
            job.start()
            return job

    def close(self):
        self.jobs = []
