export function Pattern(props: Props) {
  const { x, y } = props;
  const size = sizeOf(x, y);
  const ref = useRef(null);
  return (
    <RawPattern
      ref={ref}
      x={x}
      size={size}
    >
      {props.children}
    </RawPattern>
  );
}
