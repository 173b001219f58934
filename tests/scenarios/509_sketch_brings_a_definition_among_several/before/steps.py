def run(job):
    job.check()
    job.start()


class Log:
    def read(self):
        return self.lines

    # ---- writing ----

    def write(self, line):
        self.lines.append(line)
