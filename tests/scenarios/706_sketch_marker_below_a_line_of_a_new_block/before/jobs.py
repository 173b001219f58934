class Queue:
    def take(self):
        job = self.jobs.pop()
        job.start()
        return job

    def close(self):
        self.jobs = []
