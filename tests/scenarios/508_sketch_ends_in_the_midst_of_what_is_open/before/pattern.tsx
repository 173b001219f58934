export function Pattern(props: Props) {
  const { x, y } = props;
  const size = sizeOf(x, y);
  return (
    <RawPattern
      x={x}
      size={size}
    >
      {props.children}
    </RawPattern>
  );
}
