app.get("/users", async (req, res) => {
  res.json(await db.users());
});

app.post("/users", async (req, res) => {
  res.json(await db.add(req.body));
});

app.use("/static", express.static("public"));
