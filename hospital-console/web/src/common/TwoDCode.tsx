import { useMemo } from "react";
import { encode } from "uqr";

/** A 2D code as one path of dark squares, with the quiet zone around it. Always dark on white: scanners know nothing of a dark theme. */
export function TwoDCode({ content, label, width }: { content: string; label: string; width?: number }) {
  const { path, size } = useMemo(() => {
    const { data, size } = encode(content, { ecc: "M", border: 4 });
    const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: squares.join(""), size };
  }, [content]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={width} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="white" />
      <path d={path} fill="black" />
    </svg>
  );
}
