class Worker:
    def process(self, job):
        handler = self.handlers[job.kind]
        if handler is None:
            return

        handler(job)

    def run(self):
        job = self.next()
        try:
            self.process(job)
        except KeyError:
            job.fail()
        self.done(job)

    def save(self):
        text = self.dump()
        self.path.write_text(text)

    def stop(self):
        self.stopped = True
