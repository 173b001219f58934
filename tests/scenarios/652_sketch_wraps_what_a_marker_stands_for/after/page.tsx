export function Page({ users }: Props) {
  const first = users[0];
  if (first) {
    for (const user of users) {
      if (user.isNew) {
        greet(user);
      }
    }
  }
  return (
    <Layout>
      <div className="page">
        <h1>{first.name}</h1>
        <p>
          {users.length}
        </p>
      </div>
    </Layout>
  );
}
