import { useState } from "react";

/** The face beside a name; without a photo, or when it cannot be fetched, the first sign of the name. The name itself stands beside it in words. */
export function Portrait({
  person,
  size = 40,
}: {
  person: { name: string; photo_url?: string | null };
  size?: number;
}) {
  const [failed, setFailed] = useState<string>();
  const url = person.photo_url ?? undefined;
  const style = { width: size, height: size, fontSize: size * 0.42 };
  if (url === undefined || url === failed) {
    return (
      <span className="yz-portrait" style={style} aria-hidden>
        {[...person.name.trim()][0]}
      </span>
    );
  }
  return <img src={url} alt="" loading="lazy" className="yz-portrait" style={style} onError={() => setFailed(url)} />;
}
