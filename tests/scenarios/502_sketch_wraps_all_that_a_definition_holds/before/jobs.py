class Queue:
    def take(self):
        job = self.jobs.pop()
        job.start()


def drain(queue):
    queue.take()
    queue.close()


def report(queue):
    print(queue.size)
