class Option {
  implies(values) {
    this.implied = Object.assign(this.implied || {}, values);
    return this;
  }

  argParser(fn) {
    this.parseArg = fn;
    return this;
  }
}
