export class Scheduler {
  /**
   * @param marbles A diagram.
   * @param values What the letters stand for.
   */
  createCold<T = string>(marbles: string, values?: { [marble: string]: T }): Cold<T> {
    if (marbles.indexOf("^") !== -1) {
      throw new Error("cold observable cannot have subscription offset");
    }
    const cold = new Cold<T>(this.parse(marbles, values), this);
    this.colds.push(cold);
    return cold;
  }

  private parse<T>(marbles: string, values?: { [marble: string]: T }): Message[] {
    const messages: Message[] = [];
    return messages;
  }
}
