export function Users() {
  const [page, setPage] = useState(0);
  const { data, error } = useUsers(page);

  return <List items={data} />;
}
