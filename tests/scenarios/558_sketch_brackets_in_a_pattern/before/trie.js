var Trie = class {
  size = 0;
  build() {
    return this.size;
  }
};
