export const routes = [
  { path: "/a", component: A },
  { path: "/b", component: B },
  { path: "/c", component: C },
];
