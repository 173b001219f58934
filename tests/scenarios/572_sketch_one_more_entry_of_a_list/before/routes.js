export const routes = [
  { path: "/a", component: A },
  { path: "/b", component: B },
];
