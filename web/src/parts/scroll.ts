/** Keeps a list that grows at its end, unless the person has scrolled back to read. */

import type { ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

const NEAR_PX = 64;

/** For a scrolling box: follows what grows in it, and goes to its end when something was added to `list`. */
export function useStayAtEnd(list: ReadonlySignal<readonly unknown[]>) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    let following = true;
    let top = 0;
    let height = 0;
    const toEnd = () => {
      if (following) box.scrollTop = box.scrollHeight;
    };
    // Only who moves up reads back: our own way down may be told late, when more has grown below already, and what
    // becomes shorter (a card that is answered) moves the box up by itself.
    const onScroll = () => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      const byItself = box.scrollTop >= top || box.scrollHeight !== height;
      following = near || (following && byItself);
      top = box.scrollTop;
      height = box.scrollHeight;
    };
    const onSize = new ResizeObserver(toEnd);
    const watch = () => {
      onSize.disconnect();
      onSize.observe(box);
      if (box.firstElementChild) onSize.observe(box.firstElementChild);
    };
    const onContent = new MutationObserver(watch);
    let count = 0;
    const stop = list.subscribe((items) => {
      if (items.length > count) following = true;
      count = items.length;
    });
    watch();
    onContent.observe(box, { childList: true });
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      stop();
      onSize.disconnect();
      onContent.disconnect();
      box.removeEventListener("scroll", onScroll);
    };
  }, []);
  return ref;
}
