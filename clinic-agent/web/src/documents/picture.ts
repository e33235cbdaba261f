/** How large a picture may be, and how it is made smaller. The numbers are the relay's (`domain::document_files`). */

/** Bytes of one document. */
export const MOST_BYTES = 720 * 1024;
/** A photo of a wound or a page stays readable at this. */
const LONGEST_SIDE = 1600;
/** A face is shown small, in every list. */
const FACE_SIDE = 320;
/** Gets through a weak uplink within the box's patience, and two hundred of them lie on an offline box. */
const WANTED_BYTES = 300 * 1024;
const QUALITIES = [0.85, 0.7, 0.55, 0.4];

export type FileProblem = "not_taken" | "too_large" | "empty" | "unreadable";

const TAKEN = new Set(["image/jpeg", "image/png", "image/webp", "application/pdf"]);

/** Width and height within the longest side, never larger than they are. */
export function fitted(width: number, height: number, longest = LONGEST_SIDE): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The square in the middle of a picture: its left, top and side. */
export function middleOf(width: number, height: number): [number, number, number] {
  const side = Math.min(width, height);
  return [Math.round((width - side) / 2), Math.round((height - side) / 2), side];
}

/** What is wrong with a file before anything is done with it. Pictures are made smaller, so their size does not matter here. */
export function problemOf(file: { type: string; size: number }): FileProblem | undefined {
  if (file.size === 0) return "empty";
  if (file.type === "application/pdf") return file.size > MOST_BYTES ? "too_large" : undefined;
  return file.type.startsWith("image/") || TAKEN.has(file.type) ? undefined : "not_taken";
}

/** When the file was made; a clock that is ahead cannot make a photo of tomorrow. */
export function takenAt(lastModified: number, now: number): string {
  return new Date(lastModified > 0 && lastModified <= now ? lastModified : now).toISOString();
}

/** The file as it is kept: a PDF as it is, a picture as a JPEG within the bounds, without what a camera writes beside the picture; of a face the middle. */
export async function prepared(file: File, shape: "whole" | "face" = "whole"): Promise<Blob | FileProblem> {
  const problem = problemOf(file);
  if (problem) return problem;
  if (file.type === "application/pdf") return shape === "whole" ? file : "not_taken";
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return "unreadable";
  const [left, top, side] = middleOf(picture.width, picture.height);
  const from = shape === "face" ? ([left, top, side, side] as const) : ([0, 0, picture.width, picture.height] as const);
  const [width, height] = fitted(from[2], from[3], shape === "face" ? FACE_SIDE : LONGEST_SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return "unreadable";
  // A transparent drawing becomes ink on paper, not ink on black.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, ...from, 0, 0, width, height);
  picture.close();
  let smallest: Blob | null = null;
  for (const quality of QUALITIES) {
    smallest = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (smallest && smallest.size <= WANTED_BYTES) break;
  }
  if (!smallest) return "unreadable";
  return smallest.size <= MOST_BYTES ? smallest : "too_large";
}

export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  // In pieces: a call takes a bounded number of arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
