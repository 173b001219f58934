var Trie = class {
  size = 0;
  build() {
    return this.size;
  }

  insert(path) {
    const groups = [];
    for (;;) {
      path = path.replace(/\{[^}]+\}/g, (m) => {
        groups.push(m);
        return "@";
      });
      if (!groups.length) {
        break;
      }
    }
    return groups;
  }
};
