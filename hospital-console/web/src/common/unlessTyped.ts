/** Keys that decide something: they do nothing where a letter is text, and work where the focus stayed on a switch or a button. */
const NOT_TEXT: readonly string[] = ["radio", "checkbox", "button", "submit", "reset", "range", "file", "color"];

/** Whether a letter pressed there is typed, or chooses from a list. */
export function takesLetters(element: { tagName: string; type?: string; isContentEditable?: boolean }): boolean {
  if (element.isContentEditable === true) return true;
  switch (element.tagName) {
    case "TEXTAREA":
    case "SELECT":
      return true;
    case "INPUT":
      return !NOT_TEXT.includes(element.type ?? "text");
    default:
      return false;
  }
}

export const unlessTyped =
  (act: () => void) =>
  ({ target }: KeyboardEvent): void => {
    if (!(target instanceof HTMLElement && takesLetters(target))) act();
  };
