export const List = ({ sort, setSort, query, setQuery }: Props) => (
  <header>
    <h2>Users</h2>
    <input value={query} onChange={(e) => setQuery(e.target.value)} />
    <select value={sort} onChange={(e) => setSort(e.target.value)}>
      <option value="name">Name</option>
    </select>
  </header>
);
