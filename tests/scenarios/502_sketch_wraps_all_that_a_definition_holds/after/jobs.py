class Queue:
    def take(self):
        with self.lock:
            job = self.jobs.pop()
            job.start()


def drain(queue):
    if queue.is_open:
        queue.take()
        queue.close()


def report(queue):
    print(queue.size)
