import { readFile } from "fs/promises";
import { parse } from "./parse.js";

const LIMIT = 8;
const handlers = {
  start: () => {
    console.log("start");
  },
  stop: () => {
    console.log("stop");
  },
};

export class Queue {
  constructor(name) {
    this.name = name;
    this.jobs = [];
    this.running = 0;
  }

  push(job) {
    this.jobs.push(job);
    this.next();
    return this;
  }

  async next() {
    if (this.running >= LIMIT) {
      return;
    }
    const job = this.jobs.shift();
    if (!job) {
      return;
    }
    this.running += 1;
    try {
      await job.run();
    } finally {
      this.running -= 1;
      this.next();
    }
  }

  clear() {
    this.jobs = [];
    this.running = 0;
  }
}

export async function load(path) {
  const text = await readFile(path, "utf8");
  const rows = parse(text);
  return rows.filter((row) => row.length);
}
