class Option {
  implies(values) {
    let given = values;
    if (typeof values === 'string') {
      given = { [values]: true };
    }
    this.implied = Object.assign(this.implied || {}, given);
    return this;
  }

  argParser(fn) {
    this.parseArg = fn;
    return this;
  }
}
