export function List({ team, sort }: Props) {
  const [users, setUsers] = useState<User[]>([]);
  useEffect(() => {
    api
      .get(`/teams/${team}`)
      .then((response) => setUsers(response.data));
  }, [team]);
  if (!users.length) {
    return null;
  }
  return <Users users={users} />;
}

export const search = () => {
  load();
  show();
};

export default List;
