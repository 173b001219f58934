import { createSlice } from "@reduxjs/toolkit";

const slice = createSlice({
  name: "cart",
  reducers: {
    add(state, action) {
      state.items.push(action.payload);
    },
  },
});

export const { add, clear } = slice.actions;
export default slice.reducer;
