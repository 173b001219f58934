app.get("/users", listUsers);

app.post("/users", requireUser, async (req, res) => {
  res.json(await db.add(req.body));
});

app.use("/static", (req, res, next) => {
  res.set("x-static", "1");
  next();
}, express.static("public"));
