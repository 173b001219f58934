class Worker:
    def process(self, job):
        with self.lock:
            handler = self.handlers[job.kind]
            if handler is None:
                return

            handler(job)

    def run(self):
        job = self.next()
        if job is not None:
            try:
                self.process(job)
            except KeyError:
                job.fail()
            self.done(job)

    def save(self):
        try:
            text = self.dump()
            self.path.write_text(text)
        except OSError as error:
            log.error("%s", error)
            raise

    def stop(self):
        self.stopped = True
