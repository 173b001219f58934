module.exports = {
  first: async function (list) {
    await list.load();
    return list[0];
  },
  last: async function (list) {
    await list.load();
    return list[list.length - 1];
  },
};
