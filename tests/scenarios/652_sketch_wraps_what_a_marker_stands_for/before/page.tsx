export function Page({ users }: Props) {
  const first = users[0];
  for (const user of users) {
    if (user.isNew) {
      greet(user);
    }
  }
  return (
    <div className="page">
      <h1>{first.name}</h1>
      <p>
        {users.length}
      </p>
    </div>
  );
}
