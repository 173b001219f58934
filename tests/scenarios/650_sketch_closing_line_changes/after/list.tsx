export function List({ team, sort }: Props) {
  const [users, setUsers] = useState<User[]>([]);
  useEffect(() => {
    api
      .get(`/teams/${team}`)
      .then((response) => setUsers(response.data));
  }, [team, sort]);
  if (!users.length) {
    return null;
  } else {
    track(users);
  }
  return <Users users={users} />;
}

export const search = debounce(() => {
  load();
  show();
}, 100);

export default List;
