/** Rows in their final size while the first page is on its way; CSS keeps them hidden for the first 200 ms. */

const WIDTHS = [62, 48, 71, 55, 66, 44, 58, 69, 52, 61, 47, 64];

export function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {WIDTHS.map((width) => (
        <div key={width} className="skeleton-row">
          <span />
          <span style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}
