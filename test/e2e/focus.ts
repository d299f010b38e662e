/** Stops of the Tab key and their focus rings. */
import type { Page } from '@playwright/test';

export interface FocusStop {
  readonly name: string;
  /** A ring of at least 2 px is drawn around it. */
  readonly ring: boolean;
}

/** Every stop of the Tab key, from the first back to the first. */
export async function focusStops(page: Page): Promise<FocusStop[]> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const stops: FocusStop[] = [];
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(describeFocus);
    if (stop === null) continue;
    if (stops.some(({ name }) => name === stop.name)) return stops;
    stops.push(stop);
  }
  throw new Error('Tab does not come round.');
}

/**
 * Every control in the tab order. Of a group that arrows move in, only one is.
 * Named by the same words as the stops.
 */
export function focusable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, summary, textarea, [tabindex]',
    );
    // Of native radio buttons Tab stops at the chosen one; arrows move among them.
    const besideChosen = (element: HTMLElement) =>
      element instanceof HTMLInputElement &&
      element.type === 'radio' &&
      !element.checked &&
      [...all].some(
        (other) =>
          other instanceof HTMLInputElement && other.checked && other.name === element.name,
      );
    const wanted = [...all].filter(
      (element) => element.tabIndex >= 0 && element.checkVisibility() && !besideChosen(element),
    );
    return wanted.map((element, i) => {
      element.dataset.stop ??= `unreached ${i}: ${element.outerHTML.slice(0, 120)}`;
      return element.dataset.stop;
    });
  });
}

/** Runs in the page: names the element that has the focus (once), and looks at its ring. */
function describeFocus(): FocusStop | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const count = document.querySelectorAll('[data-stop]').length;
  const words = element.ariaLabel ?? element.textContent.trim().slice(0, 40);
  element.dataset.stop ??= `${count}: ${element.tagName.toLowerCase()} ${words}`;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  return { name: element.dataset.stop, ring };
}
