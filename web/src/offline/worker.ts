/** The service worker, as the page sees it. */

/** Lets the app's files be there without a network. Browsers allow it over a safe connection only. */
export function registerWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => {
    // Without it the app works as long as there is a network.
  });
}
