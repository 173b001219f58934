function load(db) {
  const sql = `
    SELECT 1
  `;
  return db.run(sql);
}
