/** A person who has only a keyboard: goes where Tab leads, always forwards, and must see where that is. */
import { expect, type Locator, type Page } from "@playwright/test";

interface Stop {
  name: string;
  seen: boolean;
  backwards: boolean;
}

/** Runs in the page: what has the focus, whether it looks different from without, whether it stands after the last one. */
function stop(): Stop {
  const state = window as unknown as { yzLastStop?: Element };
  const element = document.activeElement as HTMLElement;
  if (element === document.body) {
    state.yzLastStop = undefined;
    return { name: "the end of the page", seen: true, backwards: false };
  }
  // A hidden radio is drawn by the label after it, an input sometimes by the box around it.
  const drawn = [element, element.nextElementSibling, element.parentElement].filter((one) => one !== null);
  const look = (): string =>
    drawn
      .map((one) => getComputedStyle(one))
      .map((css) =>
        [css.outlineStyle === "none" ? "" : css.outline, css.borderColor, css.boxShadow, css.clipPath].join(),
      )
      .join();
  const focused = look();
  element.blur();
  const plain = look();
  element.focus();
  const last = state.yzLastStop;
  state.yzLastStop = element;
  const words = element.getAttribute("aria-label") ?? element.textContent?.trim().slice(0, 40);
  return {
    name: `${element.tagName.toLowerCase()} ${words ?? ""}`,
    seen: focused !== plain,
    backwards: last !== undefined && (last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) !== 0,
  };
}

export class Keyboard {
  constructor(private readonly page: Page) {}

  /** Tab until this has the focus; every stop on the way is seen and stands after the one before. */
  async to(target: Locator, atMost = 40): Promise<void> {
    await target.waitFor();
    // Colours are compared, so they must not be on their way.
    await this.page.addStyleTag({ content: "* { transition: none !important; animation: none !important }" });
    const stops: string[] = [];
    while (!(await target.evaluate((element) => element === document.activeElement))) {
      expect(stops.length, `not reached by ${stops.join(" → ")}`).toBeLessThan(atMost);
      await this.page.keyboard.press("Tab");
      const { name, seen, backwards } = await this.page.evaluate(stop);
      stops.push(name);
      expect(seen, `the focus on ${name} is seen`).toBe(true);
      expect(backwards, `${stops.join(" → ")} goes forwards`).toBe(false);
    }
  }

  type = (text: string) => this.page.keyboard.type(text);
  press = (key: string) => this.page.keyboard.press(key);
}
