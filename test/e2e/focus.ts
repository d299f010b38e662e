/** Lists the controls that Tab reaches, and checks their focus rings. */
import type { Page } from '@playwright/test';

export interface FocusStop {
  readonly name: string;
  /** Whether a ring of at least 2 px is drawn around it. */
  readonly ring: boolean;
}

/** Presses Tab until the first control is reached again. Returns all controls on the way. */
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
  throw new Error('Tab does not return to the first control.');
}

/**
 * Returns the names of all controls in the tab order, the same names as in `focusStops`. A group
 * with arrow keys has one control in the order.
 */
export function focusable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, summary, textarea, [tabindex]',
    );
    // Tab reaches only the chosen one of native radio buttons; arrow keys reach the others.
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

/** Runs in the page: names the focused element on its first visit, and measures its ring. */
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
