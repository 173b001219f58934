export const routes = [
  { path: "/b", component: B },
];
